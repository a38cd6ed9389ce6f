import { FILE_WINDOW, MAX_TRANSFER_FRAME } from '../../shared/limits.ts';
import { parseTransferFrame, type TransferFrame, type TransferProblem } from '../../shared/transfer.ts';

/** How a transfer ended: under a name, or with a problem. `byPeer`: the other side said so. */
export type PumpEnd =
  { readonly saved: string } | { readonly problem: TransferProblem; readonly byPeer: boolean };

/** Text frames that may wait for a side to open. */
const MAX_EARLY = 16;

/** What a pump needs, and whom it tells of its work. */
export interface PumpOptions {
  /** `send`: disk to peer. `receive`: peer to disk. */
  readonly direction: 'send' | 'receive';
  /** The channel to the other participant; it may still be opening. */
  readonly channel: RTCDataChannel;
  /** The address of the extension host's stream, from `openSource` or `openTarget`. */
  readonly url: Promise<string>;
  /** Bytes of the file: more than that is never let through. */
  readonly size: number;
  /** After every piece; bytes so far. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Carries one file between the extension host's stream and the channel to the other participant. Both speak the frames
 * of shared/transfer.ts, so that the pump hands them on as they are; what it adds is distrust: of credit that was not
 * given, of more bytes than announced, of frames in the wrong direction. It holds no bytes itself: the credit that the
 * writing disk gives bounds what is in the two sockets' buffers.
 */
export class Pump {
  /** Settles once and never rejects. */
  readonly done: Promise<PumpEnd>;
  readonly #options: PumpOptions;
  readonly #finish: (end: PumpEnd) => void;
  #socket: WebSocket | null = null;
  /** Text frames for a side that is not open yet. */
  readonly #early: Record<'host' | 'peer', string[]> = { host: [], peer: [] };
  #ended = false;
  #allSent = false;
  #credit = 0;
  #bytes = 0;

  constructor(options: PumpOptions) {
    this.#options = options;
    let settle: (end: PumpEnd) => void = () => undefined;
    this.done = new Promise((resolve) => {
      settle = resolve;
    });
    this.#finish = settle;
    const { channel } = options;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => this.#take(data, 'peer');
    channel.onopen = () => this.#flush('peer');
    channel.onclose = () => this.#end({ problem: 'link-lost', byPeer: false });
    options.url.then(
      (url) => this.#connect(url),
      () => this.#fail(this.#hostProblem()),
    );
  }

  /** Ends the transfer from this side; the other is told why. */
  cancel(problem: TransferProblem = 'cancelled'): void {
    this.#fail(problem);
  }

  #connect(url: string): void {
    if (this.#ended) return;
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#flush('host');
    socket.onmessage = ({ data }) => this.#take(data, 'host');
    socket.onclose = () => {
      // A source may close once it has said all; the target's `saved` is still to come.
      if (!this.#allSent) this.#fail(this.#hostProblem());
    };
    this.#socket = socket;
  }

  #hostProblem(): TransferProblem {
    return this.#options.direction === 'send' ? 'source-unreadable' : 'target-unwritable';
  }

  #take(data: unknown, from: 'host' | 'peer'): void {
    if (this.#ended) return;
    if (data instanceof ArrayBuffer) return this.#takeBytes(data, from);
    const frame =
      typeof data === 'string' && data.length <= MAX_TRANSFER_FRAME ? parseTransferFrame(data) : undefined;
    if (!frame) return this.#fail('protocol');
    this.#takeFrame(frame, from);
  }

  /** Content flows from the source's side only, and never more than was asked for. */
  #takeBytes(data: ArrayBuffer, from: 'host' | 'peer'): void {
    const { direction, channel, size, onProgress } = this.#options;
    this.#bytes += data.byteLength;
    this.#credit -= data.byteLength;
    if (from !== sourceOf(direction) || this.#bytes > size || this.#credit < 0) return this.#fail('protocol');
    if (direction === 'send') channel.send(data);
    else this.#socket?.send(data);
    onProgress(this.#bytes);
  }

  #takeFrame(frame: TransferFrame, from: 'host' | 'peer'): void {
    const { direction } = this.#options;
    const fromSource = from === sourceOf(direction);
    if (frame.t === 'error') {
      this.#forward(frame, from);
      this.#end({ problem: frame.problem, byPeer: from === 'peer' });
    } else if (frame.t === 'end' && fromSource) {
      this.#allSent = direction === 'send';
      this.#forward(frame, from);
    } else if (frame.t === 'credit' && !fromSource) {
      this.#credit += frame.bytes;
      if (this.#credit > FILE_WINDOW) return this.#fail('protocol');
      this.#forward(frame, from);
    } else if (frame.t === 'saved' && !fromSource && this.#bytes === this.#options.size) {
      // The name under which it was saved is the receiver's own business.
      if (direction === 'receive') this.#forward({ t: 'saved', name: '' }, from);
      this.#end({ saved: frame.name });
    } else {
      this.#fail('protocol');
    }
  }

  /** Hands a frame on to the side it did not come from, or keeps it until that side is open. */
  #forward(frame: TransferFrame, from: 'host' | 'peer'): void {
    const to = from === 'host' ? 'peer' : 'host';
    const early = this.#early[to];
    early.push(JSON.stringify(frame));
    if (early.length > MAX_EARLY) this.#end({ problem: 'protocol', byPeer: false });
    else this.#flush(to);
  }

  #flush(to: 'host' | 'peer'): void {
    const { channel } = this.#options;
    const open = to === 'peer' ? channel.readyState === 'open' : this.#socket?.readyState === WebSocket.OPEN;
    if (!open) return;
    for (const text of this.#early[to].splice(0)) {
      if (to === 'peer') channel.send(text);
      else this.#socket?.send(text);
    }
  }

  /** Gives up and tells both sides. */
  #fail(problem: TransferProblem): void {
    if (this.#ended) return;
    const frame: TransferFrame = { t: 'error', problem };
    this.#forward(frame, 'host');
    this.#forward(frame, 'peer');
    this.#end({ problem, byPeer: false });
  }

  #end(end: PumpEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const { channel } = this.#options;
    channel.onmessage = channel.onopen = channel.onclose = null;
    channel.close();
    if (this.#socket) {
      this.#socket.onmessage = this.#socket.onopen = this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#finish(end);
  }
}

function sourceOf(direction: PumpOptions['direction']): 'host' | 'peer' {
  return direction === 'send' ? 'host' : 'peer';
}
