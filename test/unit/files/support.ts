import { crc32 } from 'node:zlib';
import { type ChunkHeader, writeChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER } from '../../../src/shared/limits.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import { parseTransferFrame, type TransferFrame } from '../../../src/shared/transfer.ts';
import { replaceGlobals } from '../../support/globals.ts';

/** One end of a wire, with what was sent on it. The other end is the test, or a twin of it. */
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
    this.ended();
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

  /** The chunks that were sent. */
  get chunks(): ArrayBuffer[] {
    return this.sent.filter((data) => data instanceof ArrayBuffer);
  }

  /** How many bytes of payload were sent. */
  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.byteLength - CHUNK_HEADER, 0);
  }
}

/** A data channel as far as the page uses one. */
export class FakeChannel extends Wire {
  readonly label: string;
  readyState: RTCDataChannelState;
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onbufferedamountlow: (() => void) | null = null;

  constructor(label = '', readyState: 'connecting' | 'open' = 'open') {
    super();
    this.label = label;
    this.readyState = readyState;
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  /** So many bytes leave the buffer. */
  flush(bytes: number): void {
    const wasHigh = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount -= bytes;
    if (wasHigh && this.bufferedAmount <= this.bufferedAmountLowThreshold) this.onbufferedamountlow?.();
  }

  protected override ended(): void {
    this.readyState = 'closed';
  }

  get asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }
}

/** One end of a channel between two pages: what is sent arrives at the twin, a task later. */
class LinkedChannel extends FakeChannel {
  twin: LinkedChannel | null = null;
  readonly #onBytes: (bytes: number) => void;

  constructor(label: string, onBytes: (bytes: number) => void) {
    super(label);
    this.#onBytes = onBytes;
  }

  override send(data: unknown): void {
    if (this.readyState !== 'open') throw new DOMException('closed', 'InvalidStateError');
    const size = data instanceof ArrayBuffer ? data.byteLength : 0;
    this.bufferedAmount += size;
    setImmediate(() => {
      this.flush(size);
      if (this.twin?.readyState !== 'open') return;
      this.twin.onmessage?.({ data });
      this.#onBytes(size);
    });
  }

  override close(): void {
    if (this.readyState === 'closed') return;
    this.closed = true;
    this.readyState = 'closed';
    setImmediate(() => {
      this.onclose?.();
      this.twin?.close();
    });
  }
}

/** A channel between two pages. @param onBytes told of the bytes of each chunk that arrives. */
export function channelPair(
  label: string,
  onBytes: (bytes: number) => void = () => undefined,
): [FakeChannel, FakeChannel] {
  const one = new LinkedChannel(label, onBytes);
  const other = new LinkedChannel(label, onBytes);
  one.twin = other;
  other.twin = one;
  return [one, other];
}

/** A WebSocket as far as a page uses one; the test opens it. */
export class FakeSocket extends Wire {
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
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
    this.readyState = FakeSocket.CLOSED;
  }

  /** One that is still opening is closed at once; otherwise the other end is the test. */
  override close(): void {
    const opening = this.readyState === 0;
    super.close();
    if (opening) setImmediate(() => this.onclose?.());
  }

  open(): this {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    return this;
  }
}

/** Sockets of the page are fakes from now on. Gives the way back. */
export function fakeSockets(): () => void {
  FakeSocket.made = [];
  return replaceGlobals({ WebSocket: FakeSocket });
}

/** A binary frame with a payload of so many bytes. */
export function chunkOf(
  at: number,
  bytes: number | Uint8Array,
  { kind = 'content', round = 0 }: Partial<Pick<ChunkHeader, 'kind' | 'round'>> = {},
): ArrayBuffer {
  const payload = typeof bytes === 'number' ? new Uint8Array(bytes) : bytes;
  const frame = new Uint8Array(CHUNK_HEADER + payload.byteLength);
  writeChunkHeader(frame, { kind, round, at, crc: crc32(payload) });
  frame.set(payload, CHUNK_HEADER);
  return frame.buffer;
}

/** An offer whose id is 22 times a letter. */
export function offerOf(letter: string, more: Partial<FileOffer> = {}): FileOffer {
  const id = letter.repeat(22);
  return { id, kind: 'file', name: `${letter}.txt`, size: 4, files: 1, modified: 1, path: null, ...more };
}

const SHA = 'A'.repeat(43);
export const START = { t: 'start', at: 0, manifest: null, sha256: null } as Extract<
  TransferFrame,
  { t: 'start' }
>;
export const MANIFEST = { t: 'manifest', bytes: 10, sha256: SHA } as Extract<
  TransferFrame,
  { t: 'manifest' }
>;
export const DIGESTS = { t: 'digests', first: 0, sha256: [SHA] } as Extract<TransferFrame, { t: 'digests' }>;
export const SAVED = { t: 'saved', name: 'here.txt' } as Extract<TransferFrame, { t: 'saved' }>;
export const credit = (bytes: number): TransferFrame => ({ t: 'credit', bytes });
