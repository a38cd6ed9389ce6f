import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundlePlan, PlannedFile } from './bundlePlan.ts';
import { errorCode } from './errorCode.ts';
import type { PartPosition } from './part.ts';
import { TransferFailure } from './transferSocket.ts';

/** A link where a file should be is not followed. Windows knows no such flag, and makes no links for us. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
/** Bytes that are read at once to hash what is there. */
const READ_SIZE = 1024 * 1024;
/** Files that are brought to the disk at the same time. */
const SYNCS = 16;

/** Writes the content of a bundle in order into its part, and hashes it file by file. */
export class BundleWriter {
  readonly #part: string;
  readonly #plan: BundlePlan;
  /** Folders that are there, by their path below the part. */
  readonly #folders = new Set<string>();
  /** Digests of files that were written to their end and not compared yet. */
  readonly #digests = new Map<number, string>();
  /** The file that is written next, the bytes of it that are there, and their hash. */
  #index: number;
  #inside: number;
  #hash: Hash = createHash('sha256');
  #handle: FileHandle | undefined;
  #whole: number;

  constructor(part: string, plan: BundlePlan, { file, inside }: Pick<PartPosition, 'file' | 'inside'>) {
    this.#part = part;
    this.#plan = plan;
    this.#index = file;
    this.#inside = inside;
    this.#whole = file;
  }

  /** Position in the content of the next byte. */
  get at(): number {
    return (this.#plan.files[this.#index]?.start ?? this.#plan.size) + this.#inside;
  }

  /** So many files, from the first on, are whole and checked. */
  get whole(): number {
    return this.#whole;
  }

  get done(): boolean {
    return this.#whole === this.#plan.files.length;
  }

  /**
   * Hashes what is there of the file to go on with.
   * @returns the SHA-256 of it; null at the start of a file.
   */
  async begin(check: () => void): Promise<string | null> {
    if (this.#inside === 0) return null;
    const handle = await this.#open();
    const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, this.#inside));
    for (let at = 0; at < this.#inside;) {
      check();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, this.#inside - at), at);
      if (bytesRead === 0) throw new TransferFailure('target-unwritable');
      this.#hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return this.#hash.copy().digest('base64url');
  }

  /** Writes what is next. More than there is left in the bundle must not come. */
  async write(chunks: readonly Buffer[]): Promise<void> {
    let rest = chunks;
    while (rest.length > 0) {
      await this.passEmpty();
      const file = this.#plan.files[this.#index];
      if (!file) throw new TransferFailure('protocol');
      const { head, tail } = cut(rest, file.size - this.#inside);
      rest = tail;
      const handle = await this.#open();
      await writeAll(handle, head, this.#inside);
      for (const piece of head) {
        this.#hash.update(piece);
        this.#inside += piece.length;
      }
      if (this.#inside === file.size) await this.#finish();
    }
    await this.passEmpty();
  }

  /** Makes the empty files that are next. */
  async passEmpty(): Promise<void> {
    while (this.#plan.files[this.#index]?.size === 0) {
      await this.#open();
      await this.#finish();
    }
  }

  /**
   * Compares what was written with the digests that the source gave.
   * @returns the start of the first file that is not what it should be; `undefined` when there is none so far.
   */
  check(expected: ReadonlyMap<number, string>): number | undefined {
    for (; this.#whole < this.#index; this.#whole++) {
      const file = this.#plan.files[this.#whole];
      const theirs = expected.get(this.#whole);
      // An empty file is what it should be.
      if (!file || file.size === 0) continue;
      if (theirs === undefined) return undefined;
      if (theirs !== this.#digests.get(this.#whole)) return file.start;
      this.#digests.delete(this.#whole);
    }
    return undefined;
  }

  /** Goes back to the first file that was not checked; what follows is written over. */
  async rewind(): Promise<void> {
    await this.close();
    this.#digests.clear();
    this.#index = this.#whole;
    this.#inside = 0;
    this.#hash = createHash('sha256');
  }

  /** Makes the empty folders, sets the executable bits, and has everything on the disk when it resolves. */
  async finish(): Promise<void> {
    for (const segments of this.#plan.emptyFolders) await this.#folder(segments);
    const { files } = this.#plan;
    for (let from = 0; from < files.length; from += SYNCS)
      await Promise.all(files.slice(from, from + SYNCS).map((file) => this.#settle(file)));
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    const { segments } = this.#plan.files[this.#index] ?? { segments: [] };
    await this.#folder(segments.slice(0, -1));
    this.#handle = await open(join(this.#part, ...segments), FLAGS, 0o666);
    await this.#handle.truncate(this.#inside);
    return this.#handle;
  }

  async #finish(): Promise<void> {
    await this.close();
    this.#digests.set(this.#index, this.#hash.digest('base64url'));
    this.#hash = createHash('sha256');
    this.#index += 1;
    this.#inside = 0;
  }

  /** Makes a folder of the tree, and sees to it that none on the way is a link to elsewhere. */
  async #folder(segments: readonly string[]): Promise<void> {
    for (let depth = 1; depth <= segments.length; depth++) {
      const path = join(...segments.slice(0, depth));
      if (this.#folders.has(path)) continue;
      const place = join(this.#part, path);
      try {
        await mkdir(place);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST' || !(await lstat(place)).isDirectory()) throw error;
      }
      this.#folders.add(path);
    }
  }

  async #settle({ segments, executable }: PlannedFile): Promise<void> {
    const handle = await open(join(this.#part, ...segments), constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    try {
      if (executable && process.platform !== 'win32') {
        const { mode } = await handle.stat();
        // Who may read it may run it.
        await handle.chmod((mode & 0o777) | ((mode & 0o444) >> 2));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Cuts a run of buffers in two at a number of bytes. */
function cut(buffers: readonly Buffer[], bytes: number): { head: Buffer[]; tail: readonly Buffer[] } {
  const head: Buffer[] = [];
  let left = bytes;
  for (const [i, buffer] of buffers.entries()) {
    if (buffer.length > left) {
      if (left > 0) head.push(buffer.subarray(0, left));
      return { head, tail: [buffer.subarray(left), ...buffers.slice(i + 1)] };
    }
    head.push(buffer);
    left -= buffer.length;
  }
  return { head, tail: [] };
}

async function writeAll(handle: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  let rest = buffers;
  for (let at = position; rest.length > 0;) {
    const { bytesWritten } = await handle.writev(rest, at);
    at += bytesWritten;
    rest = cut(rest, bytesWritten).tail;
  }
}
