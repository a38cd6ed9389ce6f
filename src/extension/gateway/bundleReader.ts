import { createHash, type Hash } from 'node:crypto';
import { FILE_CHUNK, MAX_DIGESTS } from '../../shared/limits.ts';
import { OpenSourceFile, type SourceFile } from './sourceFile.ts';
import { TransferFailure } from './transferSocket.ts';

/** Where the files of a bundle lie in its content. */
export class Layout {
  readonly files: readonly SourceFile[];
  /** Bytes of all files. */
  readonly size: number;
  /** Where each file begins. */
  readonly #starts: Float64Array;

  constructor(files: readonly SourceFile[]) {
    this.files = files;
    this.#starts = new Float64Array(files.length);
    let at = 0;
    for (const [index, { size }] of files.entries()) {
      this.#starts[index] = at;
      at += size;
    }
    this.size = at;
  }

  /** Where a file begins; the size of the content for one behind the last. */
  start(index: number): number {
    return this.#starts[index] ?? this.size;
  }

  /** The first file that ends behind a position, or is empty and not before it; the number of files at the end. */
  from(at: number): number {
    let [low, high] = [0, this.files.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const behind = this.start(middle) >= at || this.start(middle + 1) > at;
      if (behind) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The file with content that holds the byte at a position. */
  at(position: number): number {
    let index = this.from(position);
    while (this.files[index]?.size === 0) index += 1;
    return index;
  }
}

/** The digest of a file that was read to its end. */
export interface Finished {
  readonly index: number;
  readonly sha256: string;
}

/** Reads the content of a bundle in order, hashing and checking file by file. One call at a time. */
export class BundleReader {
  readonly #layout: Layout;
  #index: number;
  /** Position of the next byte. */
  #at: number;
  #hash: Hash = createHash('sha256');
  #open: OpenSourceFile | undefined;

  /** @param index the file to begin with, where several begin at the position. */
  constructor(layout: Layout, at: number, index = layout.from(at)) {
    this.#layout = layout;
    this.#index = index;
    this.#at = at;
  }

  /**
   * Hashes what is before the position in its file, where there is anything.
   * @param check called now and then; throws to make an end of it.
   * @returns the SHA-256 of that; `null` at the start of a file.
   */
  async begin(check: () => void): Promise<string | null> {
    const before = this.#at - this.#layout.start(this.#index);
    if (before <= 0) return null;
    const file = await this.#file();
    const buffer = Buffer.allocUnsafe(Math.min(before, 16 * FILE_CHUNK));
    for (let at = 0; at < before;) {
      check();
      const piece = buffer.subarray(0, Math.min(buffer.length, before - at));
      await file.read([piece], at);
      this.#hash.update(piece);
      at += piece.length;
    }
    return this.#hash.copy().digest('base64url');
  }

  /**
   * Fills buffers with what follows. Ends early where the content does, or with many files at once.
   * @throws {TransferFailure}
   */
  async next(buffers: readonly Buffer[]): Promise<{ bytes: number; finished: Finished[] }> {
    const finished: Finished[] = [];
    const room = buffers.reduce((sum, { length }) => sum + length, 0);
    let bytes = 0;
    while (this.#index < this.#layout.files.length && finished.length < MAX_DIGESTS) {
      const left = this.#layout.start(this.#index + 1) - this.#at;
      const now = Math.min(left, room - bytes);
      if (now === 0 && left > 0) break;
      const file = await this.#file();
      if (now > 0) {
        const pieces = stretch(buffers, bytes, now);
        await file.read(pieces, this.#at - this.#layout.start(this.#index));
        for (const piece of pieces) this.#hash.update(piece);
        bytes += now;
        this.#at += now;
      }
      if (now === left) finished.push(await this.#finish(file));
    }
    return { bytes, finished };
  }

  async close(): Promise<void> {
    const file = this.#open;
    this.#open = undefined;
    await file?.close();
  }

  async #file(): Promise<OpenSourceFile> {
    const file = this.#layout.files[this.#index];
    if (!file) throw new TransferFailure('protocol');
    this.#open ??= await OpenSourceFile.open(file);
    return this.#open;
  }

  async #finish(file: OpenSourceFile): Promise<Finished> {
    await file.check();
    await this.close();
    const finished = { index: this.#index, sha256: this.#hash.digest('base64url') };
    this.#hash = createHash('sha256');
    this.#index += 1;
    return finished;
  }
}

/** Reads a stretch that was read before, without hashing it. @throws {TransferFailure} */
export async function readStretch(layout: Layout, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes;) {
    const index = layout.at(at + done);
    const source = layout.files[index];
    if (!source) throw new TransferFailure('protocol');
    const now = Math.min(bytes - done, layout.start(index + 1) - at - done);
    const file = await OpenSourceFile.open(source);
    try {
      await file.read([buffer.subarray(done, done + now)], at + done - layout.start(index));
      await file.check();
    } finally {
      await file.close();
    }
    done += now;
  }
  return buffer;
}

/** The part of buffers, one after the other, from a place on. */
function stretch(buffers: readonly Buffer[], from: number, bytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (const buffer of buffers) {
    const piece = buffer.subarray(Math.max(0, from - start), Math.max(0, from + bytes - start));
    if (piece.length > 0) pieces.push(piece);
    start += buffer.length;
  }
  return pieces;
}
