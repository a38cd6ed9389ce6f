import { FloodWatch } from '../../shared/floodWatch.ts';
import type { PeerId } from '../../shared/ids.ts';
import { MAX_CONTROL_MESSAGE, MAX_MESSAGES_PER_10_S } from '../../shared/limits.ts';
import { parseJson } from '../../shared/parseJson.ts';
import { linkMessage, type LinkMessage, type RefusalReason } from '../../shared/protocol.ts';
import { withResolvers } from '../../shared/withResolvers.ts';
import { backOff } from '../meeting/wait.ts';
import type { RawLink } from './broker.ts';
import { closeSoon, sendText } from './controlChannel.ts';
import type { ProvenPeer } from './handshake.ts';
import { Heartbeat, type HeartbeatTimes } from './heartbeat.ts';
import { MediaSlots, type TrackKind } from './mediaSlots.ts';
import { Negotiation } from './negotiation.ts';
import { Pings } from './pings.ts';
import { MAX_WAITING, proveRaw, type Proven, type ProofOptions } from './proof.ts';

/** Why a link ended. `closed`: we did it. */
export type LinkEnd = 'closed' | 'lost' | 'abuse';

/** What a link needs and whom it tells. */
export interface LinkOptions extends ProofOptions {
  /** Those of a real meeting unless said otherwise. */
  readonly heartbeat?: HeartbeatTimes;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses?: readonly string[];
}

/** What happens on a proven link. Set with `listen`, before anything is read from it. */
export interface LinkEvents {
  readonly onMessage: (message: LinkMessage) => void;
  /** Media is negotiated: `remoteTrack` has tracks. */
  readonly onMedia: () => void;
  /** The other side asks for a file: a channel of its own, not yet parsed. */
  readonly onChannel: (channel: RTCDataChannel) => void;
  /** The other side has fallen silent, or is heard again. */
  readonly onQuiet?: (quiet: boolean) => void;
  readonly onEnd: (end: LinkEnd) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Between two attempts to find a new route while nothing is heard: the first, which doubles, and the longest; milliseconds. */
const RESTART_PAUSES = [2_000, 8_000] as const;

/**
 * The connection to one other participant: RTCPeerConnection, control channel, heartbeat, negotiation, media. Made
 * only by {@link Link.prove}: there is no link to anybody who has not proven the invite's secret and an identity.
 */
export class Link {
  readonly remote: ProvenPeer;
  readonly called: PeerId;
  readonly caller: boolean;
  readonly media: MediaSlots;
  /** Resolves when media is negotiated for the first time, or never will be. */
  readonly settled: Promise<void>;
  readonly #settleMedia: () => void;
  readonly #raw: RawLink;
  readonly #negotiation: Negotiation;
  readonly #heartbeat: Heartbeat;
  readonly #flood = new FloodWatch(MAX_MESSAGES_PER_10_S);
  readonly #pings = new Pings();
  #events: LinkEvents | undefined;
  #waiting: unknown[];
  #ended = false;
  #mediaOpen = false;
  #restarting: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: LinkOptions, { remote, waiting }: Proven) {
    const { raw } = options;
    this.remote = remote;
    this.called = raw.called;
    this.caller = raw.caller;
    this.#raw = raw;
    this.#waiting = waiting;
    const { promise, resolve } = withResolvers<void>();
    this.settled = promise;
    this.#settleMedia = resolve;
    const report = (what: string) => (error: unknown) => this.#events?.onProblem(what, error);
    this.media = new MediaSlots(raw.pc, report('a track could not be sent'));
    this.#negotiation = new Negotiation({
      pc: raw.pc,
      polite: !raw.caller,
      addresses: options.addresses ?? [],
      send: (message) => this.send(message),
      beforeAnswer: () => this.media.adopt(),
      onStable: () => {
        this.media.bound().catch(report('the bit rate could not be bounded'));
        if (!this.media.ready) return;
        this.#settleMedia();
        this.#events?.onMedia();
      },
      onProblem: report('the negotiation failed'),
    });
    this.#heartbeat = new Heartbeat(
      {
        ping: () => this.ask(),
        onQuiet: (quiet) => this.#onQuiet(quiet),
        onDead: () => this.#end('lost'),
      },
      options.heartbeat,
    );
    raw.channel.onmessage = ({ data }) => this.#receive(data);
    raw.channel.onclose = () => this.#end('lost');
    raw.pc.ondatachannel = ({ channel }) => this.#events?.onChannel(channel);
    raw.pc.onconnectionstatechange = () => {
      const { connectionState } = raw.pc;
      if (connectionState === 'failed' || connectionState === 'closed') this.#end('lost');
      else if (connectionState === 'disconnected') this.#restart(0);
    };
  }

  /**
   * Proves a raw connection. Nothing that arrives on it is looked at but the handshake; when that fails it is closed.
   * @throws {HandshakeError}
   */
  static async prove(options: LinkOptions): Promise<Link> {
    return new Link(options, await proveRaw(options));
  }

  /** Whether it has ended, by whomever. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether nothing has been heard for a while: it is being mended. */
  get quiet(): boolean {
    return this.#heartbeat.quiet;
  }

  /** Whether both sides hear each other, as far as is known. */
  get works(): boolean {
    return !this.quiet && this.#pings.areAnswered;
  }

  /** Starts reading. What arrived since the proof comes first. */
  listen(events: LinkEvents): void {
    this.#events = events;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const data of waiting) this.#receive(data);
    if (this.#raw.channel.readyState !== 'open') this.#end('lost');
  }

  /**
   * Lets media through, once the other side may come in: the callee offers, the caller answers. Whoever calls is waiting
   * to see somebody, and their own offer would cost one more trip. Before this call an offer is dropped.
   */
  openMedia(): void {
    if (this.#mediaOpen || this.#ended) return;
    this.#mediaOpen = true;
    this.#negotiation.resendCandidates();
    if (!this.caller) this.media.create();
  }

  /** The network may be another one now: another route is looked for at once, where nothing is heard. */
  retryNow(): void {
    if (this.quiet) this.#restart(0);
  }

  /** The network may be another one: who does not answer within so many milliseconds counts as silent. */
  probe(patience: number): void {
    this.#heartbeat.probe(patience);
  }

  /** Asks whether the other side hears us, which one that is heard need not. Gives what to ask `isAnswered` with. */
  ask(): number {
    const n = this.#pings.next();
    this.send({ t: 'ping', n });
    return n;
  }

  /** Whether what was asked, or anything later, was answered. Where it was to be by now the link works only once it is. */
  isAnswered(ping: number): boolean {
    return this.#pings.isAnswered(ping);
  }

  /** Sends a control message. Lost when the link has ended: the end is told by `onEnd`. */
  send(message: LinkMessage): void {
    if (!this.#ended) sendText(this.#raw.channel, message);
  }

  /** Opens a channel beside the control channel, for a file; null when the link has ended. */
  openChannel(label: string): RTCDataChannel | null {
    if (this.#ended) return null;
    return this.#raw.pc.createDataChannel(label, { ordered: true });
  }

  /** What the other side sends of a kind; null once the link has ended, since the end of a picture is black. */
  remoteTrack(kind: TrackKind): MediaStreamTrack | null {
    return this.#ended ? null : this.media.remoteTrack(kind);
  }

  /** The connection's statistics, for quality and diagnosis. */
  getStats(): Promise<RTCStatsReport> {
    return this.#raw.pc.getStats();
  }

  /** Ends the link after what was sent is out. Tells `onEnd('closed')`. */
  close(): void {
    this.#end('closed');
  }

  /** Refuses a proven other side, with a reason it can show. */
  refuse(reason: RefusalReason): void {
    if (!this.#ended) sendText(this.#raw.channel, { t: 'refuse', reason });
    this.#end('closed');
  }

  #receive(data: unknown): void {
    if (this.#ended) return;
    if (!this.#events) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(data);
      else this.#end('abuse');
      return;
    }
    this.#heartbeat.heard();
    if (this.#flood.isTooMany(performance.now())) {
      this.#events.onProblem('the link was closed: too many messages');
      this.#end('abuse');
      return;
    }
    const message = parseMessage(data);
    if (!message) {
      this.#events.onProblem('a message that is not of the protocol was dropped');
    } else if (message.t === 'ping') {
      this.send({ t: 'pong', n: message.n });
    } else if (message.t === 'description' || message.t === 'candidate') {
      if (this.#mediaOpen) this.#negotiation.receive(message);
      else this.#events.onProblem('a negotiation before admission was dropped');
    } else if (message.t === 'pong') {
      this.#pings.onAnswer(message.n);
    } else {
      this.#events.onMessage(message);
    }
  }

  #onQuiet(quiet: boolean): void {
    if (quiet) this.#restart(0);
    else clearTimeout(this.#restarting);
    this.#events?.onQuiet?.(quiet);
  }

  /** Looks for another route, again and again while nothing is heard: an address may have changed. */
  #restart(attempt: number): void {
    clearTimeout(this.#restarting);
    if (this.#ended || !this.#mediaOpen) return;
    this.#negotiation.restart();
    this.#restarting = setTimeout(
      () => {
        if (this.quiet) this.#restart(attempt + 1);
      },
      backOff(attempt, ...RESTART_PAUSES),
    );
  }

  #end(end: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settleMedia();
    this.#heartbeat.dispose();
    clearTimeout(this.#restarting);
    const { pc, channel } = this.#raw;
    pc.ondatachannel = pc.onconnectionstatechange = pc.onicecandidate = pc.onnegotiationneeded = null;
    channel.onmessage = channel.onclose = null;
    closeSoon(this.#raw);
    this.#events?.onEnd(end);
  }
}

function parseMessage(data: unknown): LinkMessage | undefined {
  if (typeof data !== 'string' || data.length > MAX_CONTROL_MESSAGE) return undefined;
  return parseJson(linkMessage, data);
}
