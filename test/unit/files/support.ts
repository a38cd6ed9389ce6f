import { parseTransferFrame, type TransferFrame } from '../../../src/shared/transfer.ts';

/** One end of a wire, with what was sent on it. The other end is the test. */
abstract class Wire {
  binaryType = '';
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;

  send(data: unknown): void {
    if (this.closed) throw new DOMException('closed', 'InvalidStateError');
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
  }

  /** Something arrives. */
  receive(data: TransferFrame | ArrayBuffer | string | Blob): void {
    const plain = typeof data === 'string' || data instanceof ArrayBuffer || data instanceof Blob;
    this.onmessage?.({ data: plain ? data : JSON.stringify(data) });
  }

  /** The other end is gone. */
  lose(): void {
    this.closed = true;
    this.ended();
    this.onclose?.();
  }

  /** Says so in `readyState`. */
  protected abstract ended(): void;

  /** The text frames that were sent. */
  get frames(): TransferFrame[] {
    return this.sent.flatMap((data) => (typeof data === 'string' ? (parseTransferFrame(data) ?? []) : []));
  }

  /** How many bytes of content were sent. */
  get bytes(): number {
    return this.sent.reduce<number>(
      (sum, data) => sum + (data instanceof ArrayBuffer ? data.byteLength : 0),
      0,
    );
  }
}

/** A data channel as far as a pump uses one. */
export class FakeChannel extends Wire {
  readonly label: string;
  readyState: RTCDataChannelState;

  constructor(label = '', readyState: 'connecting' | 'open' = 'open') {
    super();
    this.label = label;
    this.readyState = readyState;
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  protected override ended(): void {
    this.readyState = 'closed';
  }

  get asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }
}

/** A WebSocket as far as a page uses one; the test opens it. */
export class FakeSocket extends Wire {
  static readonly OPEN = 1;
  /** All that were made since `fakeSockets`. */
  static made: FakeSocket[] = [];
  readonly url: string;
  readyState = 0;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.made.push(this);
  }

  protected override ended(): void {
    this.readyState = 3;
  }

  open(): this {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    return this;
  }
}

const original = globalThis.WebSocket;

/** Sockets of the page are fakes from now on. Gives the way back. */
export function fakeSockets(): () => void {
  FakeSocket.made = [];
  globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
  return () => {
    globalThis.WebSocket = original;
  };
}

/** Lets everything that is due run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
