import type { LaneMessage } from '../../shared/protocol.ts';
import { twinsOf } from '../rtc/candidateTwins.ts';
import { Negotiation } from '../rtc/negotiation.ts';

type Signal = LaneMessage['signal'];

/** What a lane needs, and whom it tells. */
export interface LaneOptions {
  readonly pc: RTCPeerConnection;
  /** We opened it, and are the only one to open channels on it. */
  readonly mine: boolean;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  readonly send: (signal: Signal) => void;
  /** The other side opened a channel; of a lane that is not ours only. */
  readonly onChannel: (channel: RTCDataChannel) => void;
  /** It is over. Called once, whoever ended it. */
  readonly onEnd: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** How long a lane may take to come about; milliseconds. */
const DEADLINE = 15_000;
/** Signals taken from the other side for one lane: two descriptions, and candidates with their twins. */
const MAX_SIGNALS = 256;

/** A connection beside the link, for file content alone. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #negotiation: Negotiation;
  readonly #channels = new Set<RTCDataChannel>();
  readonly #deadline: ReturnType<typeof setTimeout>;
  #signals = 0;
  #ended = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { pc, mine, addresses, send, onProblem } = options;
    this.#negotiation = new Negotiation({
      pc,
      polite: !mine,
      send: (message) => {
        if (message.t === 'description') {
          send({ kind: 'description', description: message.description });
          return;
        }
        for (const candidate of [message.candidate, ...twinsOf(message.candidate, addresses)]) {
          send({ kind: 'candidate', candidate });
        }
      },
      // No media belongs on a lane, and none is looked at.
      beforeAnswer: () => pc.getTransceivers().length === 0,
      onStable: () => undefined,
      onProblem: (error) => {
        onProblem('the negotiation of a lane failed', error);
        this.close();
      },
    });
    pc.onconnectionstatechange = () => this.#onState();
    pc.ondatachannel = ({ channel }) => {
      if (mine) return channel.close();
      this.#channels.add(channel);
      options.onChannel(channel);
    };
    this.#deadline = setTimeout(() => this.close(), DEADLINE);
  }

  /** Takes a signal of the other side's. */
  receive(signal: Signal): void {
    if (this.#ended) return;
    if (signal.kind === 'close') return this.#end();
    if (++this.#signals > MAX_SIGNALS) return this.close();
    this.#negotiation.receive(
      signal.kind === 'description'
        ? { t: 'description', description: signal.description }
        : { t: 'candidate', candidate: signal.candidate },
    );
  }

  /** Opens a channel. The first one starts the negotiation. */
  open(label: string): RTCDataChannel {
    // Chunks know their place: what is lost on the way holds up nothing but itself.
    const channel = this.#options.pc.createDataChannel(label, { ordered: false });
    this.#channels.add(channel);
    return channel;
  }

  /** Ends it and tells the other side. */
  close(): void {
    if (this.#ended) return;
    this.#options.send({ kind: 'close' });
    this.#end();
  }

  /** One that is cut off is given up at once: the transfer goes on over what is left sooner than it would come back. */
  #onState(): void {
    const { connectionState } = this.#options.pc;
    if (connectionState === 'connected') clearTimeout(this.#deadline);
    else if (connectionState !== 'new' && connectionState !== 'connecting') this.close();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    const { pc, onEnd } = this.#options;
    pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ondatachannel = null;
    pc.close();
    // A connection that is closed here does not tell its channels.
    for (const channel of this.#channels) channel.onclose?.(new Event('close'));
    onEnd();
  }
}
