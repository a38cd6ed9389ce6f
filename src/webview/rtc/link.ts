import * as v from 'valibot';
import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import { HANDSHAKE_DEADLINE, MAX_CONTROL_MESSAGE, MAX_MESSAGES_PER_10_S } from '../../shared/limits.ts';
import { linkMessage, type LinkMessage, type RefusalReason } from '../../shared/protocol.ts';
import { backOff } from '../meeting/wait.ts';
import type { RawLink } from './broker.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { Handshake, HandshakeError, type ProvenPeer } from './handshake.ts';
import { Heartbeat, type HeartbeatTimes } from './heartbeat.ts';
import type { Identity } from './identity.ts';
import { MediaSlots, type TrackKind } from './mediaSlots.ts';
import { Negotiation } from './negotiation.ts';

/** Why a link ended. `closed`: we did it. */
export type LinkEnd = 'closed' | 'lost' | 'abuse';

/** What a link needs and whom it tells. */
export interface LinkOptions {
  readonly raw: RawLink;
  readonly room: PeerId;
  readonly secret: string;
  readonly identity: Identity;
  /** Our own peer id, whatever id was called. */
  readonly peer: PeerId;
  /** Whom we mean to call; anybody else is refused. */
  readonly expected?: ParticipantId;
  /** Aborted when the other side has had time enough. Who has sent a proof by then is looked at all the same. */
  readonly signal?: AbortSignal;
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

/** Raw frames that may wait while the other side's proof is being checked. */
const MAX_WAITING = 64;
/** How long a closing link may take to hand over what it has to say. */
const CLOSE_GRACE = 500;
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
  #events: LinkEvents | undefined;
  #waiting: unknown[];
  #ended = false;
  #mediaOpen = false;
  #windowStart = performance.now();
  #windowCount = 0;
  #pings = 0;
  /** Numbers of pings: the newest that was answered, and the newest whose answer was missed. */
  #answered = 0;
  #missed = 0;
  #restarting: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: LinkOptions, remote: ProvenPeer, waiting: unknown[]) {
    const { raw } = options;
    this.remote = remote;
    this.called = raw.called;
    this.caller = raw.caller;
    this.#raw = raw;
    this.#waiting = waiting;
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settleMedia = settle;
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
        ping: () => this.send({ t: 'ping', n: ++this.#pings }),
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
    const { raw } = options;
    const localFingerprint = fingerprintsOf(raw.pc.localDescription?.sdp ?? '');
    const remoteFingerprint = fingerprintsOf(raw.pc.remoteDescription?.sdp ?? '');
    if (localFingerprint === undefined || remoteFingerprint === undefined) {
      closeSoon(raw);
      throw new HandshakeError('malformed', true);
    }
    const handshake = new Handshake(
      {
        caller: raw.caller,
        called: raw.called,
        room: options.room,
        secret: options.secret,
        identity: options.identity,
        peer: options.peer,
        localFingerprint,
        remoteFingerprint,
        ...(options.expected === undefined ? {} : { expected: options.expected }),
      },
      (message) => sendText(raw.channel, message),
    );
    const waiting: unknown[] = [];
    raw.channel.onmessage = ({ data }) => {
      if (!handshake.proofTaken) handshake.receive(data);
      else if (waiting.length < MAX_WAITING) waiting.push(data);
      else handshake.abort('closed');
    };
    raw.channel.onclose = () => handshake.abort('closed');
    raw.pc.ondatachannel = ({ channel }) => channel.close();
    const deadline = setTimeout(() => handshake.abort('deadline'), HANDSHAKE_DEADLINE);
    const turnAway = (): void => {
      if (!handshake.proofTaken) handshake.abort('closed');
    };
    options.signal?.addEventListener('abort', turnAway);
    handshake.start();
    try {
      return new Link(options, await handshake.done, waiting);
    } catch (error) {
      closeSoon(raw);
      throw error;
    } finally {
      clearTimeout(deadline);
      options.signal?.removeEventListener('abort', turnAway);
    }
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
    return !this.quiet && this.#answered >= this.#missed;
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
    this.send({ t: 'ping', n: ++this.#pings });
    return this.#pings;
  }

  /** Whether what was asked, or anything later, was answered. Where it was to be by now the link works only once it is. */
  isAnswered(ping: number): boolean {
    if (this.#answered < ping) this.#missed = Math.max(this.#missed, ping);
    return this.#answered >= ping;
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
    if (this.#isFlood()) {
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
      this.#answered = Math.max(this.#answered, message.n);
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

  #isFlood(): boolean {
    const now = performance.now();
    if (now - this.#windowStart > 10_000) {
      this.#windowStart = now;
      this.#windowCount = 0;
    }
    return ++this.#windowCount > MAX_MESSAGES_PER_10_S;
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

/** Closes the channel, which hands over what it still holds, and the connection once that is done. */
function closeSoon({ pc, channel }: RawLink): void {
  const finish = (): void => {
    clearTimeout(timer);
    pc.close();
  };
  const timer = setTimeout(finish, CLOSE_GRACE);
  channel.onclose = finish;
  if (channel.readyState === 'closed') finish();
  else channel.close();
}

function sendText(channel: RTCDataChannel, message: object): void {
  if (channel.readyState === 'open') channel.send(JSON.stringify(message));
}

function parseMessage(data: unknown): LinkMessage | undefined {
  if (typeof data !== 'string' || data.length > MAX_CONTROL_MESSAGE) return undefined;
  try {
    const parsed = v.safeParse(linkMessage, JSON.parse(data));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
