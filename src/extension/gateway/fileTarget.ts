import { createHash, randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { WebSocket } from 'ws';
import { FILE_WINDOW } from '../../shared/limits.ts';
import type { TransferProblem } from '../../shared/transfer.ts';
import type { Log } from '../log.ts';
import { describeError, errorCode } from './errorCode.ts';
import { Inbox } from './inbox.ts';
import { publish } from './publish.ts';
import { closeFailed, readTransfer, sendFrame, TransferFailure } from './transferSocket.ts';

/** A file that is to arrive. */
export interface FileTarget {
  /** Absolute path of an existing folder. */
  readonly directory: string;
  /** A name that `safeFileName` made; when it is taken, the file gets " (2)" and so on. */
  readonly name: string;
  /** Bytes, as they were announced. */
  readonly size: number;
  /** The file is whole and at this path. */
  readonly onSaved: (path: string) => void;
  /** Nothing is left of it on disk. */
  readonly onFailed: (problem: TransferProblem) => void;
  /** Aborting cancels. */
  readonly signal: AbortSignal;
}

/** Credit is given back in portions of so many bytes, not for each frame. */
const CREDIT_STEP = FILE_WINDOW / 32;

/** Writes what comes out of a socket to disk. Resolves when all is over, however it ends. */
export async function receiveTarget(socket: WebSocket, target: FileTarget, log: Log): Promise<void> {
  const inbox = new Inbox(socket, target.size);
  const reading = readTransfer(socket, target.signal, 'cancelled', {
    onContent: (chunk) => inbox.push(chunk),
    onFrame: (frame) =>
      frame.t === 'end' ? inbox.end(frame.sha256) : inbox.fail(new TransferFailure('protocol')),
    onFailure: (failure) => inbox.fail(failure),
  });
  const part = join(target.directory, `${target.name}.${randomBytes(4).toString('hex')}.part`);
  try {
    await writeContent(socket, part, inbox);
    const path = await publish(part, target.directory, target.name);
    await removePart(part, log);
    sendFrame(socket, { t: 'saved', name: basename(path) });
    socket.close(1000);
    target.onSaved(path);
  } catch (error) {
    const failure = asFailure(error);
    // Where a file of that name was there before (EEXIST), it is not ours to remove.
    if (errorCode(failure.cause) !== 'EEXIST') await removePart(part, log);
    closeFailed(socket, failure);
    const cause = failure.cause === undefined ? '' : `: ${describeError(failure.cause)}`;
    log('info', `a file was not received: ${failure.problem}${cause}`);
    target.onFailed(failure.problem);
  } finally {
    reading.dispose();
  }
}

/** Writes everything into a new file, and has it on the disk, checked, when it resolves. */
async function writeContent(socket: WebSocket, part: string, inbox: Inbox): Promise<void> {
  const file = await open(part, 'wx');
  try {
    const hash = createHash('sha256');
    let freed = FILE_WINDOW;
    for (;;) {
      if (freed >= CREDIT_STEP) {
        inbox.allow(freed);
        sendFrame(socket, { t: 'credit', bytes: freed });
        freed = 0;
      }
      const chunk = await inbox.next();
      if (!chunk) break;
      await write(file, chunk);
      hash.update(chunk);
      freed += chunk.length;
    }
    if (inbox.sha256 !== hash.digest('base64url')) throw new TransferFailure('mismatch');
    await file.sync();
  } finally {
    await file.close();
  }
  inbox.throwIfFailed();
}

async function write(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length;)
    written += (await file.write(chunk, written, chunk.length - written)).bytesWritten;
}

async function removePart(part: string, log: Log): Promise<void> {
  try {
    await rm(part, { force: true, maxRetries: 3 });
  } catch (error) {
    log('warn', `an unfinished file could not be removed: ${describeError(error)}`);
  }
}

function asFailure(error: unknown): TransferFailure {
  if (error instanceof TransferFailure) return error;
  const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
  return new TransferFailure(full ? 'disk-full' : 'target-unwritable', { cause: error });
}
