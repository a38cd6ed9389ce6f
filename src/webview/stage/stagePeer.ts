import type { CandidateMessage, DescriptionMessage } from '../../shared/protocol.ts';
import type { StagePurpose } from '../../shared/stageRpc.ts';
import { Negotiation } from '../rtc/negotiation.ts';

/** Bits per second on loopback: enough that the panel's second encoding is the one that is seen. */
const BITRATE = { microphone: 128_000, camera: 2_500_000, screen: 6_000_000, screenAudio: 192_000 } as const;

/** What goes to the panel: microphone and camera, or the screen's sound and the screen. */
export interface StageTracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

/** What a stage's connection needs, and whom it tells. */
export interface StagePeerOptions {
  readonly purpose: StagePurpose;
  readonly tracks: StageTracks;
  readonly send: (message: DescriptionMessage | CandidateMessage) => void;
  /** The others' sound, whole, as slots come. */
  readonly onVoices: (tracks: readonly MediaStreamTrack[]) => void;
  readonly onProblem: (error: unknown) => void;
}

/** The stage's end of the loopback connection: answers the panel's offers, sends what is captured. */
export class StagePeer {
  readonly #options: StagePeerOptions;
  readonly #pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
  readonly #negotiation: Negotiation;
  #tracks: StageTracks;
  /** What each of the two senders was last told to send: `sender.track` follows only when that is done. */
  #told: readonly (MediaStreamTrack | null)[] = [null, null];

  constructor(options: StagePeerOptions) {
    this.#options = options;
    this.#tracks = options.tracks;
    this.#negotiation = new Negotiation({
      pc: this.#pc,
      polite: false,
      send: options.send,
      beforeAnswer: () => this.#adopt(),
      onStable: () => {
        this.#bound().catch(options.onProblem);
        options.onVoices(
          this.#pc
            .getTransceivers()
            .slice(2)
            .map(({ receiver }) => receiver.track),
        );
      },
      onProblem: options.onProblem,
    });
  }

  receive(message: DescriptionMessage | CandidateMessage): void {
    this.#negotiation.receive(message);
  }

  /** Sends these from now on. */
  update(tracks: StageTracks): void {
    this.#tracks = tracks;
    const wanted = [tracks.audio, tracks.video];
    const senders = this.#pc.getTransceivers().slice(0, 2);
    if (senders.length < wanted.length) return;
    for (const [index, { sender }] of senders.entries()) {
      const track = wanted[index] ?? null;
      if (track !== this.#told[index]) sender.replaceTrack(track).catch(this.#options.onProblem);
    }
    this.#told = wanted;
  }

  close(): void {
    this.#pc.onnegotiationneeded = this.#pc.onicecandidate = null;
    this.#pc.close();
  }

  /** The first two media of an offer are what we send; all others are voices to be played. */
  #adopt(): boolean {
    const [audio, video, ...voices] = this.#pc.getTransceivers();
    if (audio?.receiver.track.kind !== 'audio' || video?.receiver.track.kind !== 'video') return false;
    audio.direction = video.direction = 'sendonly';
    for (const voice of voices) {
      voice.direction = 'recvonly';
      voice.receiver.jitterBufferTarget = 0;
    }
    this.update(this.#tracks);
    return true;
  }

  async #bound(): Promise<void> {
    const limits = this.#options.purpose === 'devices' ? ['microphone', 'camera'] : ['screenAudio', 'screen'];
    for (const [index, { sender }] of this.#pc.getTransceivers().slice(0, 2).entries()) {
      const parameters = sender.getParameters();
      const encoding = parameters.encodings[0];
      const limit = BITRATE[limits[index] as keyof typeof BITRATE];
      if (!encoding || encoding.maxBitrate === limit) continue;
      encoding.maxBitrate = limit;
      // On loopback there is no shortage: a picture keeps its size, whatever the estimate says at the start.
      parameters.degradationPreference = 'maintain-resolution';
      await sender.setParameters(parameters);
    }
  }
}
