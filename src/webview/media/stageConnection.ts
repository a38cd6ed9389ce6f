import { toHex } from '../../shared/ids.ts';
import { type Handlers, RpcEndpoint } from '../../shared/rpc.ts';
import {
  type PanelApi,
  panelApi,
  type StageApi,
  stageApi,
  type StagePurpose,
  type StageReport,
} from '../../shared/stageRpc.ts';
import { twinsOf } from '../rtc/candidateTwins.ts';
import { preferCodecs } from '../rtc/mediaSlots.ts';
import { Negotiation } from '../rtc/negotiation.ts';
import { selectedPair } from '../rtc/statsReport.ts';
import { addressesOf } from '../rtc/statsRoute.ts';
import type { Params } from '../../shared/rpc.ts';

/** Slots for others' sound that are negotiated from the start; more come when more people speak. */
const FIRST_VOICES = 8;
/** Milliseconds from a stage's answer until media can flow; a busy machine takes one second. */
const LATE = 10_000;

/** What a connection to a stage needs, and whom it tells. */
export interface StageConnectionOptions {
  readonly purpose: StagePurpose;
  /** The meeting as the stage shows it. */
  readonly title: string;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** Hands a message to the stage's page. */
  readonly post: (message: unknown) => void;
  readonly onReport: (report: StageReport) => void;
  readonly onWish: (wish: Params<PanelApi['wish']>) => void;
  readonly onLeave: () => void;
  /** Tracks are here, or `connected` is another. */
  readonly onTracks: () => void;
  /** The connection broke down; the page itself may still be there. */
  readonly onBroken: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * The panel's end of one stage: the RPC over the gateway, and an RTCPeerConnection on loopback that brings the captured
 * tracks here and takes others' sound there. It lives as long as the stage's page is connected; a page that was
 * reloaded gets a new one.
 */
export class StageConnection {
  readonly #options: StageConnectionOptions;
  readonly #id = toHex(crypto.getRandomValues(new Uint8Array(8)));
  readonly #rpc: RpcEndpoint<PanelApi, StageApi>;
  readonly #pc: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #audio: RTCRtpTransceiver;
  readonly #video: RTCRtpTransceiver;
  readonly #voices: RTCRtpTransceiver[] = [];
  /** What each slot was last told to send: `sender.track` follows only when that is done. */
  readonly #told: (MediaStreamTrack | null)[] = [];
  #broken: ReturnType<typeof setTimeout> | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  /**
   * Chromium decodes a remote audio track, and forwards it audibly, only while something plays it; muted will do. Before
   * any click in this page a muted video element plays, a muted audio element does not (both measured).
   */
  readonly #pull = document.createElement('video');
  #disposed = false;

  constructor(options: StageConnectionOptions) {
    this.#options = options;
    this.#rpc = new RpcEndpoint<PanelApi, StageApi>({
      local: panelApi,
      remote: stageApi,
      handlers: this.#handlers(),
      post: options.post,
      timers: {
        set: (callback, ms) => setTimeout(callback, ms),
        clear: (handle) => clearTimeout(handle as number),
      },
      onProblem: options.onProblem,
    });
    this.#pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
    this.#negotiation = new Negotiation({
      pc: this.#pc,
      polite: true,
      send: (message) => {
        this.#signal(message);
        if (message.t !== 'candidate') return;
        for (const candidate of twinsOf(message.candidate, options.addresses)) {
          this.#signal({ t: 'candidate', candidate });
        }
      },
      beforeAnswer: () => true,
      onStable: () => options.onTracks(),
      onProblem: (error) => options.onProblem('the negotiation with the stage failed', error),
    });
    this.#pull.muted = true;
    this.#pull.autoplay = true;
    this.#attach(options.title);
    this.#audio = this.#pc.addTransceiver('audio', { direction: 'recvonly' });
    this.#video = this.#pc.addTransceiver('video', { direction: 'recvonly' });
    for (const { receiver } of [this.#audio, this.#video]) receiver.jitterBufferTarget = 0;
    // A track from elsewhere has no hint of its own, and the encoder towards the others goes by it.
    const devices = options.purpose === 'devices';
    this.#audio.receiver.track.contentHint = devices ? 'speech' : '';
    this.#video.receiver.track.contentHint = devices ? 'motion' : 'detail';
    // Measured: VP8 adds 117 to 294 ms to a screen of text on this way, AV1, with frames of more even size, 78 ms.
    if (!devices) preferCodecs(this.#video, 'screen');
    this.#pc.onconnectionstatechange = () => this.#onState();
    this.#pull.srcObject = new MediaStream([this.#audio.receiver.track]);
    if (options.purpose === 'devices') this.#growVoices(FIRST_VOICES);
  }

  /** What the stage captures: microphone and camera, or the screen and its sound. */
  get tracks(): { readonly audio: MediaStreamTrack; readonly video: MediaStreamTrack } {
    return { audio: this.#audio.receiver.track, video: this.#video.receiver.track };
  }

  /** Whether media can flow. */
  get connected(): boolean {
    return this.#pc.connectionState === 'connected';
  }

  /** Whether media go by one of these addresses, or may: browsers do not tell every address. */
  async mayGoBy(addresses: readonly string[]): Promise<boolean> {
    if (addresses.length === 0) return false;
    try {
      const report = await this.#pc.getStats();
      const told = addressesOf(report, selectedPair(report).pair);
      return told.length === 0 || told.some((address) => addresses.includes(address));
    } catch (error) {
      this.#options.onProblem('the way to the stage could not be read', error);
      return true;
    }
  }

  /** Takes a message from the stage's page. */
  receive(message: unknown): void {
    this.#rpc.receive(message);
  }

  want(wanted: Params<StageApi['want']>): void {
    this.#call('want', wanted);
  }

  /** Sends these to be heard there. */
  hear(tracks: readonly MediaStreamTrack[]): void {
    this.#growVoices(tracks.length);
    const missing = tracks.filter((track) => !this.#told.includes(track));
    for (const [index, { sender }] of this.#voices.entries()) {
      const before = this.#told[index] ?? null;
      if (before && tracks.includes(before)) continue;
      const track = missing.shift() ?? null;
      if (track === before) continue;
      this.#told[index] = track;
      sender.replaceTrack(track).catch((error: unknown) => {
        this.#options.onProblem('a voice could not be handed to the stage', error);
      });
    }
  }

  /** Tells the stage that it is over. */
  finish(reason: 'left' | 'stopped'): void {
    this.#call('finish', { reason });
    this.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#rpc.dispose();
    this.#pull.srcObject = null;
    clearTimeout(this.#broken);
    clearTimeout(this.#late);
    this.#pc.onnegotiationneeded = this.#pc.onicecandidate = this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }

  /** On one machine a connection that is gone for two seconds will not come back: an address has changed. */
  #onState(): void {
    const state = this.#pc.connectionState;
    clearTimeout(this.#broken);
    if (state === 'failed') this.#options.onBroken();
    if (state === 'disconnected') this.#broken = setTimeout(() => this.#options.onBroken(), 2_000);
    this.#options.onTracks();
  }

  #growVoices(count: number): void {
    while (this.#voices.length < count) {
      this.#voices.push(this.#pc.addTransceiver('audio', { direction: 'sendonly' }));
    }
  }

  #handlers(): Handlers<PanelApi> {
    const { onReport, onWish, onLeave } = this.#options;
    return {
      report: (report) => {
        onReport(report);
        return null;
      },
      signal: ({ connection, message }) => {
        if (connection === this.#id) this.#negotiation.receive(message);
        return null;
      },
      wish: (wish) => {
        onWish(wish);
        return null;
      },
      problem: ({ what }) => {
        this.#options.onProblem(`in the stage: ${what}`);
        return null;
      },
      leave: () => {
        onLeave();
        return null;
      },
    };
  }

  #signal(message: Params<StageApi['signal']>['message']): void {
    this.#call('signal', { connection: this.#id, message });
  }

  /** A stage that has answered is on this machine: a connection that takes so long will not come. */
  #attach(title: string): void {
    const answer = this.#rpc.call('attach', { title, connection: this.#id });
    answer.then(
      () => {
        if (!this.#disposed) this.#late = setTimeout(() => this.#onLate(), LATE);
      },
      (error: unknown) => this.#onRefused('attach', error),
    );
  }

  #onLate(): void {
    if (this.connected) return;
    this.#options.onProblem('the connection with the stage does not come: it is made anew');
    this.#options.onBroken();
  }

  #onRefused(name: keyof StageApi, error: unknown): void {
    if (!this.#disposed) this.#options.onProblem(`the stage did not take "${name}"`, error);
  }

  #call<K extends keyof StageApi>(name: K, params: Params<StageApi[K]>): void {
    this.#rpc.call(name, params).catch((error: unknown) => this.#onRefused(name, error));
  }
}
