import { createHash } from 'node:crypto';
import type { BigIntStats, Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { WebSocket } from 'ws';
import { FILE_CHUNK, FILE_WINDOW } from '../../shared/limits.ts';
import type { Log } from '../log.ts';
import { describeError } from './errorCode.ts';
import { closeFailed, readTransfer, sendFrame, TransferFailure } from './transferSocket.ts';

/** A file that is handed over, as it was when it was put on offer. */
export interface FileSource {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As `fs.stat` gives it. */
  readonly mtimeMs: number;
  /** Aborted when the offer is withdrawn. */
  readonly signal: AbortSignal;
}

/** Bytes in the socket's own buffer above which reading waits. */
const HIGH_WATER = 1024 * 1024;

/** Streams a file into a socket, as fast as credit comes in. Resolves when all is over, however it ends. */
export async function serveSource(socket: WebSocket, source: FileSource, log: Log): Promise<void> {
  const flow = new Flow();
  let taken = false;
  const reading = readTransfer(socket, source.signal, 'withdrawn', {
    onContent: () => flow.fail(new TransferFailure('protocol')),
    onFrame: (frame) => {
      if (frame.t === 'credit') flow.allow(frame.bytes);
      else if (frame.t === 'saved') taken = true;
      else flow.fail(new TransferFailure('protocol'));
      flow.wake();
    },
    onFailure: (failure) => flow.fail(failure),
  });
  try {
    const sha256 = await sendContent(socket, source, flow);
    sendFrame(socket, { t: 'end', sha256 });
    await flow.until(() => taken);
    socket.close(1000);
    log('info', `a file of ${String(source.size)} bytes was handed over`);
  } catch (error) {
    const failure = asFailure(error);
    closeFailed(socket, failure);
    const cause = failure.cause === undefined ? '' : `: ${describeError(failure.cause)}`;
    log('info', `a file was not handed over: ${failure.problem}${cause}`);
  } finally {
    reading.dispose();
  }
}

/** Sends the bytes; gives their SHA-256 as base64url. */
async function sendContent(socket: WebSocket, source: FileSource, flow: Flow): Promise<string> {
  // Looked at before it is opened: opening a named pipe would wait for its other end.
  if (!isAsOffered(await stat(source.path), source)) throw new TransferFailure('source-changed');
  const file = await open(source.path, 'r');
  try {
    const before = await file.stat({ bigint: true });
    if (!isAsOffered(await file.stat(), source)) throw new TransferFailure('source-changed');
    const hash = createHash('sha256');
    for (let sent = 0; sent < source.size;) {
      const chunk = await readChunk(file, await flow.take(Math.min(FILE_CHUNK, source.size - sent)));
      hash.update(chunk);
      await send(socket, chunk, flow);
      sent += chunk.length;
    }
    const [after, atPath] = await Promise.all([
      file.stat({ bigint: true }),
      stat(source.path, { bigint: true }),
    ]);
    if (!isSame(before, after) || !isSame(before, atPath)) throw new TransferFailure('source-changed');
    flow.throwIfFailed();
    return hash.digest('base64url');
  } finally {
    await file.close();
  }
}

/** VS Code's own file service knows times in whole milliseconds only. */
function isAsOffered(found: Stats, { size, mtimeMs }: FileSource): boolean {
  return found.isFile() && found.size === size && Math.abs(found.mtimeMs - mtimeMs) <= 1;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
}

/** Reads so many bytes from where the last read ended. */
async function readChunk(file: FileHandle, length: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(chunk, filled, length - filled);
    if (bytesRead === 0) throw new TransferFailure('source-changed');
    filled += bytesRead;
  }
  return chunk;
}

async function send(socket: WebSocket, chunk: Buffer, flow: Flow): Promise<void> {
  flow.throwIfFailed();
  if (socket.bufferedAmount < HIGH_WATER) {
    socket.send(chunk);
    return;
  }
  let flushed = false;
  socket.send(chunk, () => {
    flushed = true;
    flow.wake();
  });
  await flow.until(() => flushed);
}

function asFailure(error: unknown): TransferFailure {
  return error instanceof TransferFailure
    ? error
    : new TransferFailure('source-unreadable', { cause: error });
}

/** What may still be sent, and whether it is over. One waits, others wake. */
class Flow {
  #credit = 0;
  #failure: TransferFailure | undefined;
  #waiting: () => void = () => undefined;

  allow(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit > FILE_WINDOW) this.fail(new TransferFailure('protocol'));
  }

  /** Waits for credit and takes at most so much of it. @throws {TransferFailure} */
  async take(most: number): Promise<number> {
    await this.until(() => this.#credit > 0);
    const taken = Math.min(most, this.#credit);
    this.#credit -= taken;
    return taken;
  }

  /** Waits until something holds that is true only after a `wake`. @throws {TransferFailure} */
  async until(holds: () => boolean): Promise<void> {
    for (;;) {
      this.throwIfFailed();
      if (holds()) return;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  wake(): void {
    this.#waiting();
  }

  fail(failure: TransferFailure): void {
    this.#failure ??= failure;
    this.wake();
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }
}
