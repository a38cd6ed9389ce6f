import { CHUNK_HEADER, FILE_CHUNK, MAX_TRANSFER_FRAME } from './limits.ts';

// The frames of a transfer in a body of HTTP, which has no messages of its own: before each frame four bytes, big-endian.
// The highest bit says that it is text, the others how many bytes it has.

/**
 * The name of 127.0.0.1 under which a page asks for a body. Browsers resolve names that end so by themselves (RFC 6761). The
 * service worker of VS Code's webviews takes over requests to 127.0.0.1 and to localhost, to look for forwarded ports; one
 * that a worker of a page makes waits there for 30 seconds (VS Code 1.139).
 */
export const BODY_HOST = 'parley.localhost';

/** Bytes before each frame. */
export const RECORD_HEAD = 4;
const TEXT = 0x80_00_00_00;

/** What stands before a frame. */
export function recordHead(bytes: number, isText: boolean): Uint8Array {
  const head = new Uint8Array(RECORD_HEAD);
  new DataView(head.buffer).setUint32(0, (isText ? TEXT : 0) + bytes);
  return head;
}

/** What is in a body breaks the rules. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code = 'bad-record';
}

/** Puts frames together from a body's bytes, as they come. */
export class RecordReader {
  readonly #onFrame: (frame: string | ArrayBuffer) => void;
  readonly #head = new Uint8Array(RECORD_HEAD);
  readonly #decoder = new TextDecoder('utf-8');
  #isText = false;
  /** What is being filled: a head, unless it is a frame. */
  #frame: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  constructor(onFrame: (frame: string | ArrayBuffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws {RecordError} where a frame is empty or longer than any may be. */
  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const into = this.#frame ?? this.#head;
      const some = Math.min(into.length - this.#filled, bytes.length - at);
      into.set(bytes.subarray(at, at + some), this.#filled);
      this.#filled += some;
      at += some;
      if (this.#filled < into.length) return;
      this.#filled = 0;
      if (this.#frame) this.#hand(this.#frame);
      else this.#begin();
    }
  }

  #begin(): void {
    const head = new DataView(this.#head.buffer).getUint32(0);
    this.#isText = head >= TEXT;
    const bytes = this.#isText ? head - TEXT : head;
    if (bytes === 0 || bytes > (this.#isText ? MAX_TRANSFER_FRAME : CHUNK_HEADER + FILE_CHUNK)) {
      throw new RecordError(`a frame of ${String(bytes)} bytes`);
    }
    this.#frame = new Uint8Array(bytes);
  }

  #hand(frame: Uint8Array<ArrayBuffer>): void {
    this.#frame = undefined;
    this.#onFrame(this.#isText ? this.#decoder.decode(frame) : frame.buffer);
  }
}
