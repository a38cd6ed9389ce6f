import type { RawData, WebSocket } from 'ws';
import { readChunkHeader, type ChunkHeader } from '../../shared/chunk.ts';
import { CHUNK_HEADER, MAX_TRANSFER_FRAME } from '../../shared/limits.ts';
import { parseTransferFrame, type TransferFrame, type TransferProblem } from '../../shared/transfer.ts';
import type { Outlet } from './outlet.ts';

/** Why a transfer ends without a file. */
export class TransferFailure extends Error {
  override readonly name = 'TransferFailure';
  readonly problem: TransferProblem;
  /** The other side has said so itself, or is gone: it need not be told. */
  readonly known: boolean;
  constructor(problem: TransferProblem, { cause, known = false }: { cause?: unknown; known?: boolean } = {}) {
    super(problem, { cause });
    this.problem = problem;
    this.known = known;
  }
}

/** What a transfer does with what arrives. */
export interface TransferHandlers {
  /** A chunk with a header that makes sense; its payload is not checked against its CRC-32 yet. */
  readonly onChunk: (header: ChunkHeader, payload: Buffer) => void;
  /** Any text frame but `error`. */
  readonly onFrame: (frame: TransferFrame) => void;
  /** The transfer ends: withdrawn, cancelled, the socket closed, or the other side broke the rules. Called once. */
  readonly onFailure: (failure: TransferFailure) => void;
}

/**
 * Reads the frames of shared/transfer.ts from a socket.
 * @param aborted why the transfer fails when the signal aborts.
 */
export function readTransfer(
  socket: WebSocket,
  signal: AbortSignal,
  aborted: TransferProblem,
  { onChunk, onFrame, onFailure }: TransferHandlers,
): { dispose(): void } {
  let over = false;
  const stop = (): void => {
    over = true;
    signal.removeEventListener('abort', onAbort);
    // A paused socket would not notice that it closes.
    if (socket.isPaused) socket.resume();
  };
  const fail = (failure: TransferFailure): void => {
    if (over) return;
    stop();
    onFailure(failure);
  };
  const onAbort = (): void => fail(new TransferFailure(aborted));
  const onMessage = (data: RawData, isBinary: boolean): void => {
    if (over) return;
    if (!Buffer.isBuffer(data)) return fail(new TransferFailure('protocol'));
    if (isBinary) {
      const header = readChunkHeader(data);
      return header ? onChunk(header, data.subarray(CHUNK_HEADER)) : fail(new TransferFailure('protocol'));
    }
    const frame = data.length > MAX_TRANSFER_FRAME ? undefined : parseTransferFrame(data.toString());
    if (!frame) return fail(new TransferFailure('protocol'));
    if (frame.t === 'error') return fail(new TransferFailure(frame.problem, { known: true }));
    onFrame(frame);
  };
  socket.on('message', onMessage);
  socket.on('close', () => fail(new TransferFailure('link-lost', { known: true })));
  // ws closes a socket that breaks the rules of WebSocket by itself; 'close' follows.
  socket.on('error', () => fail(new TransferFailure('protocol', { known: true })));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) queueMicrotask(onAbort);
  return { dispose: stop };
}

/**
 * Gives the memory of a chunk's payload back at once: nobody may look at it any more. Otherwise each chunk weighs on the
 * extension host until its garbage is collected, all of its heap looked through every 64 MiB. Nothing happens where something
 * else lies in the same memory, or the runtime (Node 20) cannot do it.
 */
export function release(payload: Buffer): void {
  const memory: { readonly byteLength: number; transfer?: (length: number) => unknown } = payload.buffer;
  if (memory.byteLength === payload.length + CHUNK_HEADER) memory.transfer?.(0);
}

/** Sends a text frame. */
export function sendFrame(to: Pick<Outlet, 'send'>, frame: TransferFrame): void {
  to.send(JSON.stringify(frame));
}

/** Tells the other side that it will not be, unless it knows, and closes. */
export function closeFailed(to: Outlet, failure: TransferFailure): void {
  if (!failure.known) sendFrame(to, { t: 'error', problem: failure.problem });
  to.close();
}
