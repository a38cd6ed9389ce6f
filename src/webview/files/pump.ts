import { readChunkHeader } from '../../shared/chunk.ts';
import { CHUNK_HEADER, FILE_WINDOW, MAX_LANES, MAX_TRANSFER_FRAME } from '../../shared/limits.ts';
import { parseTransferFrame, type TransferFrame, type TransferProblem } from '../../shared/transfer.ts';
import { withResolvers } from '../../shared/withResolvers.ts';
import { Flow, type Side } from './flow.ts';
import { closeInTime, closeSocket } from './lastWord.ts';
import type { PumpEnd, PumpOptions, RunningPump } from './runningPump.ts';
import type { HostSocket } from './sourceSocket.ts';

/** Text frames that may wait for a side to open. */
const MAX_EARLY = 16;
/** Between two tellings of progress, milliseconds: a page that draws each chunk has no time for chunks. */
const PROGRESS_PAUSE = 250;
/**
 * What may be given and buffered at once towards the other page. Who deals with what arrives never has more than
 * FILE_WINDOW of both; the rest is room for what their figures lag behind. Chromium refuses to buffer 16 MiB.
 */
const MAX_AHEAD = FILE_WINDOW * 1.5;

/**
 * Bytes in a channel's own buffer above which chunks wait here for whichever channel has room first. What is in a
 * buffer has chosen its way: over 50 ms a full window in one channel takes five seconds, while the lanes stand idle.
 */
const CHANNEL_BUFFER = 1024 * 1024;
/**
 * The same where there are lanes: what waits in the slowest of them is what all others are ahead of, and all of that
 * together has to fit into the window.
 */
const LANE_BUFFER = 320 * 1024;

type From = 'host' | 'peer';

/**
 * Carries one transfer between the extension host's stream and the channels to the other participant. Both speak the
 * frames of shared/transfer.ts and shared/chunk.ts, so that the pump hands them on as they are; what it adds is distrust
 * (`Flow`). It holds no bytes itself: the credit that the writing disk gives bounds what is in the sockets' buffers.
 */
export class Pump implements RunningPump {
  readonly done: Promise<PumpEnd>;
  readonly #options: PumpOptions;
  readonly #flow: Flow;
  readonly #source: From;
  readonly #settle: (end: PumpEnd) => void;
  /** Lanes on which chunks may go, and those on which some did. */
  readonly #lanes: RTCDataChannel[] = [];
  readonly #used = new Set<RTCDataChannel>();
  /** Chunks that no channel has room for yet; the credit bounds them. */
  #waiting: ArrayBuffer[] = [];
  #waitingBytes = 0;
  #socket: HostSocket | null = null;
  /** Text frames for a side that is not open yet. */
  readonly #early: Record<From, string[]> = { host: [], peer: [] };
  #ended = false;
  #told = -Infinity;
  #contentSeen = false;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#flow = new Flow(options.size);
    this.#source = options.direction === 'send' ? 'host' : 'peer';
    const { promise, resolve } = withResolvers<PumpEnd>();
    this.done = promise;
    this.#settle = resolve;
    const { channel } = options;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => this.#take(data, 'peer');
    channel.onopen = () => this.#flush('peer');
    channel.onclose = () => this.#fail('link-lost');
    options.url.then(
      (url) => this.#connect(url),
      () => this.#fail(this.#hostProblem()),
    );
  }

  get bytes(): number {
    return this.#flow.bytes;
  }

  addLane(channel: RTCDataChannel): boolean {
    if (this.#ended || this.#lanes.length >= MAX_LANES) return false;
    this.#lanes.push(channel);
    channel.onopen = () => this.#drain();
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#take(data, 'peer');
      else this.#fail('protocol');
    };
    channel.onclose = () => {
      const index = this.#lanes.indexOf(channel);
      if (index === -1) return;
      this.#lanes.splice(index, 1);
      // What was on its way there is lost, and nobody knows how much that is: the part on disk does.
      if (this.#used.has(channel)) this.#fail('link-lost');
    };
    return true;
  }

  pause(): void {
    this.#fail('paused');
  }

  cancel(problem: TransferProblem = 'cancelled'): void {
    this.#fail(problem);
  }

  #connect(url: string): void {
    if (this.#ended) return;
    const socket: HostSocket = this.#options.openStream?.(url) ?? new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#flush('host');
    socket.onmessage = ({ data }) => this.#take(data, 'host');
    // A source that cannot go on says why; one that falls silent has gone with its extension host, which comes back.
    socket.onclose = () => this.#fail(this.#options.direction === 'send' ? 'link-lost' : 'target-unwritable');
    this.#socket = socket;
  }

  #hostProblem(): TransferProblem {
    return this.#options.direction === 'send' ? 'source-unreadable' : 'target-unwritable';
  }

  #take(data: unknown, from: From): void {
    if (this.#ended) return;
    if (data instanceof ArrayBuffer) return this.#takeChunk(data, from);
    const frame =
      typeof data === 'string' && data.length <= MAX_TRANSFER_FRAME ? parseTransferFrame(data) : undefined;
    if (frame) this.#takeFrame(frame, from);
    else this.#fail('protocol');
  }

  #takeChunk(data: ArrayBuffer, from: From): void {
    const header = from === this.#source ? readChunkHeader(new Uint8Array(data)) : undefined;
    if (!header || !this.#flow.chunk(header, data.byteLength - CHUNK_HEADER)) return this.#fail('protocol');
    if (from === 'peer') this.#socket?.send(data);
    else this.#sendChunk(data, header.kind === 'manifest');
    if (header.kind === 'manifest') return;
    if (!this.#contentSeen) {
      this.#contentSeen = true;
      this.#options.onContent?.();
    }
    const now = performance.now();
    if (now - this.#told < PROGRESS_PAUSE) return;
    this.#told = now;
    this.#options.onProgress(this.#flow.bytes);
  }

  /** A manifest takes the way of the frame that announced it, so that it is there before any content. */
  #sendChunk(data: ArrayBuffer, first: boolean): void {
    if (first) return this.#sendOn(this.#options.channel, data);
    this.#waiting.push(data);
    this.#waitingBytes += data.byteLength;
    this.#drain();
  }

  /** Hands out what waits to the channels that have room; goes on when one has more. */
  #drain(): void {
    let sent = 0;
    for (const data of this.#waiting) {
      const best = this.#freest();
      if (best.bufferedAmount >= this.#room) break;
      sent++;
      this.#waitingBytes -= data.byteLength;
      this.#sendOn(best, data);
      if (this.#ended) return;
    }
    this.#waiting.splice(0, sent);
  }

  get #room(): number {
    return this.#lanes.length > 0 ? LANE_BUFFER : CHANNEL_BUFFER;
  }

  #freest(): RTCDataChannel {
    let best = this.#options.channel;
    for (const lane of this.#lanes) {
      if (lane.readyState === 'open' && lane.bufferedAmount < best.bufferedAmount) best = lane;
    }
    return best;
  }

  #sendOn(channel: RTCDataChannel, data: ArrayBuffer): void {
    channel.bufferedAmountLowThreshold = this.#room / 2;
    channel.onbufferedamountlow ??= () => this.#drain();
    try {
      channel.send(data);
    } catch {
      // The channel is closing, which its own event is about to say, or it holds more than it can.
      return this.#fail('link-lost');
    }
    if (channel !== this.#options.channel) this.#used.add(channel);
  }

  #takeFrame(frame: TransferFrame, from: From): void {
    const side: Side = from === this.#source ? 'source' : 'target';
    if (!this.#flow.frame(frame, side) || this.#tooFarAhead(frame)) return this.#fail('protocol');
    if (frame.t === 'error') {
      this.#forward(frame, from);
      this.#end({ problem: frame.problem, byPeer: from === 'peer' }, from);
    } else if (frame.t === 'saved') {
      // The name under which it was saved is the receiver's own business.
      this.#forward({ t: 'saved', name: '' }, from);
      this.#end({ saved: frame.name }, from);
    } else {
      this.#forward(frame, from);
    }
  }

  /** Credit for what has not even left this page would fill it without end. */
  #tooFarAhead({ t }: TransferFrame): boolean {
    if (this.#source === 'peer' || (t !== 'credit' && t !== 'again')) return false;
    let ahead = this.#flow.credit + this.#waitingBytes + this.#options.channel.bufferedAmount;
    for (const lane of this.#lanes) ahead += lane.bufferedAmount;
    return ahead > MAX_AHEAD;
  }

  /** Hands a frame on to the side it did not come from, or keeps it until that side is open. */
  #forward(frame: TransferFrame, from: From): void {
    const to = from === 'host' ? 'peer' : 'host';
    const early = this.#early[to];
    early.push(JSON.stringify(frame));
    if (early.length > MAX_EARLY) this.#fail('protocol');
    else this.#flush(to);
  }

  #flush(to: From): void {
    const { channel } = this.#options;
    try {
      if (to === 'peer' && channel.readyState === 'open') {
        for (const text of this.#early.peer.splice(0)) channel.send(text);
      } else if (to === 'host' && this.#socket?.readyState === WebSocket.OPEN) {
        for (const text of this.#early.host.splice(0)) this.#socket.send(text);
      }
    } catch {
      // The channel is closing, which its own event is about to say, or it holds more than it can.
      this.#fail('link-lost');
    }
  }

  /** Gives up and tells both sides. */
  #fail(problem: TransferProblem): void {
    if (this.#ended) return;
    // Once only: telling may fail in its turn.
    this.#ended = true;
    const text = JSON.stringify({ t: 'error', problem } satisfies TransferFrame);
    for (const to of ['host', 'peer'] as const) {
      this.#early[to].push(text);
      this.#flush(to);
    }
    this.#finish({ problem, byPeer: false }, false);
  }

  #end(end: PumpEnd, saidBy: From): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#finish(end, saidBy === 'peer');
  }

  #finish(end: PumpEnd, heard: boolean): void {
    this.#waiting = [];
    const { channel } = this.#options;
    channel.onopen = () => this.#flush('peer');
    closeInTime([channel, ...this.#lanes], heard);
    closeSocket(this.#socket).then(
      () => this.#settle(end),
      () => this.#settle(end),
    );
  }
}
