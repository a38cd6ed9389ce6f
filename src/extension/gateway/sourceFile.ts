import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { errorCode } from './errorCode.ts';
import { TransferFailure } from './transferSocket.ts';

/** A file as it was when it was put on offer. */
export interface SourceFile {
  /** Absolute, and real: no part of it is a symbolic link. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As `fs.stat` gives it. */
  readonly mtimeMs: number;
}

/** Windows knows neither; opening a named pipe without the second would wait for its other end. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const GONE = new Set(['ENOENT', 'ENOTDIR']);

/** A file that is being read, and is what was put on offer from its first byte to its last. */
export class OpenSourceFile {
  readonly #file: SourceFile;
  readonly #handle: FileHandle;
  readonly #before: BigIntStats;

  private constructor(file: SourceFile, handle: FileHandle, before: BigIntStats) {
    this.#file = file;
    this.#handle = handle;
    this.#before = before;
  }

  /** @throws {TransferFailure} it changed, is gone, or cannot be read. */
  static async open(file: SourceFile): Promise<OpenSourceFile> {
    try {
      // Looked at before it is opened: of devices even that has effects.
      if (!isAsOffered(await lstat(file.path, { bigint: true }), file)) throw changed();
      const handle = await open(file.path, FLAGS);
      try {
        const before = await handle.stat({ bigint: true });
        if (!isAsOffered(before, file)) throw changed();
        // A folder on the way may have become a link since: then this is another file, wherever it leads.
        if ((await realpath(file.path)) !== file.path) throw changed();
        return new OpenSourceFile(file, handle, before);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw asFailure(error);
    }
  }

  /**
   * Fills buffers, one after the other, from a place in the file that has as many bytes from there on.
   * @throws {TransferFailure}
   */
  async read(buffers: readonly Buffer[], position: number): Promise<void> {
    let rest = [...buffers];
    let at = position;
    try {
      while (rest.length > 0) {
        const { bytesRead } = await this.#handle.readv(rest, at);
        if (bytesRead === 0) throw changed();
        at += bytesRead;
        rest = after(rest, bytesRead);
      }
    } catch (error) {
      throw asFailure(error);
    }
  }

  /** Makes sure that what was read is what is at the path still. @throws {TransferFailure} */
  async check(): Promise<void> {
    try {
      const [now, atPath] = await Promise.all([
        this.#handle.stat({ bigint: true }),
        lstat(this.#file.path, { bigint: true }),
      ]);
      if (!isSame(this.#before, now) || !isSame(this.#before, atPath)) throw changed();
    } catch (error) {
      throw asFailure(error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function isAsOffered(found: BigIntStats, { size, mtimeMs }: SourceFile): boolean {
  // File systems round times in more than one way when files are copied between them.
  const near = Math.abs(Number(found.mtimeNs / 1_000n) / 1_000 - mtimeMs) <= 1;
  return found.isFile() && found.size === BigInt(size) && near;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino && a.dev === b.dev;
}

function after(buffers: readonly Buffer[], bytes: number): Buffer[] {
  let skip = bytes;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}

function changed(): TransferFailure {
  return new TransferFailure('source-changed');
}

function asFailure(error: unknown): TransferFailure {
  if (error instanceof TransferFailure) return error;
  const code = errorCode(error) ?? '';
  if (GONE.has(code)) return new TransferFailure('source-gone', { cause: error });
  // A link where the file was.
  if (code === 'ELOOP' || code === 'EISDIR') return new TransferFailure('source-changed', { cause: error });
  return new TransferFailure('source-unreadable', { cause: error });
}
