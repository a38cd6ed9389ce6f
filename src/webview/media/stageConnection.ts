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
import { Negotiation } from '../rtc/negotiation.ts';
import type { Params } from '../../shared/rpc.ts';

/** Slots for others' sound that are negotiated from the start; more come when more people speak. */
const FIRST_VOICES = 8;

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
  /** `video` and `audio` have changed. */
  readonly onTracks: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * The panel's end of one stage: the RPC over the gateway, and an RTCPeerConnection on loopback that brings the captured
 * tracks here and takes others' sound there. It lives as long as the stage's page is connected; a page that was
 * reloaded gets a new one.
 */
export class StageConnection {
  readonly #options: StageConnectionOptions;
  readonly #rpc: RpcEndpoint<PanelApi, StageApi>;
  readonly #pc: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #audio: RTCRtpTransceiver;
  readonly #video: RTCRtpTransceiver;
  readonly #voices: RTCRtpTransceiver[] = [];
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
        this.#call('signal', message);
        if (message.t !== 'candidate') return;
        for (const candidate of twinsOf(message.candidate, options.addresses)) {
          this.#call('signal', { t: 'candidate', candidate });
        }
      },
      beforeAnswer: () => true,
      onStable: () => options.onTracks(),
      onProblem: (error) => options.onProblem('the negotiation with the stage failed', error),
    });
    this.#pull.muted = true;
    this.#pull.autoplay = true;
    this.#call('attach', { title: options.title });
    this.#audio = this.#pc.addTransceiver('audio', { direction: 'recvonly' });
    this.#video = this.#pc.addTransceiver('video', { direction: 'recvonly' });
    for (const { receiver } of [this.#audio, this.#video]) receiver.jitterBufferTarget = 0;
    this.#pull.srcObject = new MediaStream([this.#audio.receiver.track]);
    if (options.purpose === 'devices') this.#growVoices(FIRST_VOICES);
  }

  /** What the stage captures: microphone and camera, or the screen and its sound. */
  get tracks(): { readonly audio: MediaStreamTrack; readonly video: MediaStreamTrack } {
    return { audio: this.#audio.receiver.track, video: this.#video.receiver.track };
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
    const free = this.#voices.filter(({ sender }) => !sender.track || !tracks.includes(sender.track));
    const missing = tracks.filter((track) => !this.#voices.some(({ sender }) => sender.track === track));
    for (const [index, slot] of free.entries()) {
      const track = missing[index] ?? null;
      if (slot.sender.track === track) continue;
      slot.sender.replaceTrack(track).catch((error: unknown) => {
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
    this.#pc.onnegotiationneeded = this.#pc.onicecandidate = null;
    this.#pc.close();
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
      signal: (message) => {
        this.#negotiation.receive(message);
        return null;
      },
      wish: (wish) => {
        onWish(wish);
        return null;
      },
      leave: () => {
        onLeave();
        return null;
      },
    };
  }

  #call<K extends keyof StageApi>(name: K, params: Params<StageApi[K]>): void {
    this.#rpc.call(name, params).catch((error: unknown) => {
      if (!this.#disposed) this.#options.onProblem(`the stage did not take "${name}"`, error);
    });
  }
}
