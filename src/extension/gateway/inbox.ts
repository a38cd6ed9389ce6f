import type { WebSocket } from 'ws';
import { FILE_CHUNK } from '../../shared/limits.ts';
import { TransferFailure } from './transferSocket.ts';

/** Bytes that wait for the disk above which the socket pauses, and below which it goes on. */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;

/** What has arrived and is not on disk yet; holds the sender to its credit and to the size it announced. */
export class Inbox {
  readonly #socket: WebSocket;
  readonly #chunks: Buffer[] = [];
  #held = 0;
  #credit = 0;
  /** Bytes still to come. */
  #missing: number;
  #sha256: string | undefined;
  #failure: TransferFailure | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket, size: number) {
    this.#socket = socket;
    this.#missing = size;
  }

  /** What the sender says of the content, once it has ended. */
  get sha256(): string | undefined {
    return this.#sha256;
  }

  /** Lets the sender send so many bytes more. */
  allow(bytes: number): void {
    this.#credit += bytes;
  }

  push(chunk: Buffer): void {
    this.#credit -= chunk.length;
    this.#missing -= chunk.length;
    const odd = chunk.length === 0 || chunk.length > FILE_CHUNK || this.#sha256 !== undefined;
    if (odd || this.#credit < 0 || this.#missing < 0) return this.fail(new TransferFailure('protocol'));
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held > HIGH_WATER) this.#socket.pause();
    this.#wake();
  }

  end(sha256: string): void {
    if (this.#sha256 !== undefined) return this.fail(new TransferFailure('protocol'));
    if (this.#missing > 0) return this.fail(new TransferFailure('mismatch'));
    this.#sha256 = sha256;
    this.#wake();
  }

  fail(failure: TransferFailure): void {
    this.#failure ??= failure;
    this.#chunks.length = 0;
    this.#wake();
  }

  /** The next chunk in order; nothing after the last. @throws {TransferFailure} */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      this.throwIfFailed();
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#held -= chunk.length;
        if (this.#held < LOW_WATER && this.#socket.isPaused) this.#socket.resume();
        return chunk;
      }
      if (this.#sha256 !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }
}
