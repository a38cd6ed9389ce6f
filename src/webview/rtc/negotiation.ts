import type { LinkMessage } from '../../shared/protocol.ts';
import { twinsOf } from './candidateTwins.ts';

type Description = Extract<LinkMessage, { t: 'description' }>;
type Candidate = Extract<LinkMessage, { t: 'candidate' }>;

/** What a negotiation needs besides its connection. */
export interface NegotiationOptions {
  readonly pc: RTCPeerConnection;
  /** The side that gives way when both offer at once. Exactly one of the two is polite. */
  readonly polite: boolean;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses?: readonly string[];
  readonly send: (message: Description | Candidate) => void;
  /** An offer was taken and the answer is not made yet: the place to adopt its transceivers. False refuses it. */
  readonly beforeAnswer: () => boolean;
  /** Descriptions of both sides agree. */
  readonly onStable: () => void;
  readonly onProblem: (error: unknown) => void;
}

/** Perfect negotiation (W3C WebRTC, section 10.7) over a link's own control channel. One step at a time. */
export class Negotiation {
  readonly #options: NegotiationOptions;
  #makingOffer = false;
  #ignoringOffer = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: NegotiationOptions) {
    this.#options = options;
    const { pc } = options;
    pc.onnegotiationneeded = () => void this.#offer();
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#sendCandidate(candidate);
    };
  }

  /**
   * Sends the candidates that were gathered while PeerJS still had the connection: what it sent through the server
   * after the channel opened may not have been taken in any more. Known ones are ignored by the other side.
   */
  resendCandidates(): void {
    const sections = this.#options.pc.localDescription?.sdp.split(/^m=/m).slice(1) ?? [];
    for (const [index, section] of sections.entries()) {
      const sdpMid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? null;
      for (const line of section.matchAll(/^a=(candidate:.*?)\s*$/gm)) {
        this.#options.send({
          t: 'candidate',
          candidate: { candidate: line[1] ?? '', sdpMid, sdpMLineIndex: index },
        });
      }
    }
  }

  /** Looks for other routes, unless an offer is on its way already: its answer is as good. */
  restart(): void {
    const { pc } = this.#options;
    if (pc.signalingState === 'stable') pc.restartIce();
  }

  /** Takes a message of the other side's negotiation. */
  receive(message: Description | Candidate): void {
    this.#queue = this.#queue
      .then(() =>
        message.t === 'description' ? this.#describe(message.description) : this.#addCandidate(message),
      )
      .catch(this.#options.onProblem);
  }

  #sendCandidate(candidate: RTCIceCandidate): void {
    const { candidate: text, sdpMid, sdpMLineIndex } = candidate;
    const gathered = { candidate: text, sdpMid, sdpMLineIndex };
    for (const candidate of [gathered, ...twinsOf(gathered, this.#options.addresses ?? [])]) {
      this.#options.send({ t: 'candidate', candidate });
    }
  }

  async #offer(): Promise<void> {
    const { pc } = this.#options;
    try {
      this.#makingOffer = true;
      await pc.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      this.#options.onProblem(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #describe(description: Description['description']): Promise<void> {
    const { pc, polite } = this.#options;
    const collision = description.type === 'offer' && (this.#makingOffer || pc.signalingState !== 'stable');
    this.#ignoringOffer = !polite && collision;
    if (this.#ignoringOffer) return;
    await pc.setRemoteDescription({ ...description, sdp: startFaster(description.sdp) });
    if (description.type === 'offer') {
      if (!this.#options.beforeAnswer()) throw new Error('the offer does not carry the four media of a link');
      await pc.setLocalDescription();
      this.#sendDescription();
    }
    if (pc.signalingState === 'stable') this.#options.onStable();
  }

  async #addCandidate({ candidate }: Candidate): Promise<void> {
    try {
      await this.#options.pc.addIceCandidate(candidate);
    } catch (error) {
      // A candidate of an offer that was ignored has nothing to be added to.
      if (!this.#ignoringOffer) throw error;
    }
  }

  #sendDescription(): void {
    const { localDescription } = this.#options.pc;
    if (localDescription?.type === 'offer' || localDescription?.type === 'answer') {
      const { type, sdp } = localDescription;
      this.#options.send({ t: 'description', description: { type, sdp } });
    }
  }
}

/** Kbit/s; Chromium starts at 300. At 1,000 a camera takes half a minute to 720p; what more does to a narrow uplink is measured. */
const START_BITRATE = 2_500;

/**
 * Lets our camera start at a rate at which 720p can be sent: the first picture came about 90 ms sooner than at Chromium's
 * own (docs/performance.md). Congestion control goes on from there as ever. The parameter is Chromium's
 * (`kCodecParamStartBitrate`); others ignore it.
 */
function startFaster(sdp: string): string {
  return sdp.replace(
    /^a=rtpmap:(\d+) VP8\/90000\r?\n/gm,
    (line, type: string) => `${line}a=fmtp:${type} x-google-start-bitrate=${String(START_BITRATE)}\r\n`,
  );
}
