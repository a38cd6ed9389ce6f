import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { writeChunkHeader, type ChunkHeader } from '../../shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, MAX_DIGESTS } from '../../shared/limits.ts';
import type { Manifest } from '../../shared/manifest.ts';
import type { Log } from '../log.ts';
import { BundleReader, Layout, readStretch, type Finished } from './bundleReader.ts';
import { describeError } from './errorCode.ts';
import { outletTo, type Outlet } from './outlet.ts';
import { ReadAhead, type Block } from './readAhead.ts';
import type { SourceFile } from './sourceFile.ts';
import { SourceFlow, type Again, type Back, type Start } from './sourceFlow.ts';
import { closeFailed, readTransfer, sendFrame, TransferFailure } from './transferSocket.ts';

/** What is handed over. */
export interface SourceBundle {
  readonly manifest: Manifest;
  /** The files of the manifest, in its order. */
  readonly files: readonly SourceFile[];
}

/** An offer as a stream sees it. */
export interface BundleSource {
  /** Finds what is handed over; may take long. @throws {TransferFailure} */
  readonly open: () => Promise<SourceBundle>;
  /** Aborted when the offer is withdrawn. */
  readonly signal: AbortSignal;
}

/** How a page is spoken with. */
export interface PageWay {
  readonly socket: WebSocket;
  /** By which it wants to have what is sent, where it does. */
  readonly body: ServerResponse | null;
}

/** Bytes in the buffer of the way out above which nothing more is put into it. */
const HIGH_WATER = 2 * 1024 * 1024;

/** Streams a bundle to a page, as fast as credit comes in. Resolves when all is over, however it ends. */
export async function sendBundle({ socket, body }: PageWay, source: BundleSource, log: Log): Promise<void> {
  const out = outletTo(socket, body);
  const flow = new SourceFlow();
  const reading = readTransfer(socket, source.signal, 'withdrawn', {
    onChunk: () => flow.fail(new TransferFailure('protocol')),
    onFrame: (frame) => flow.take(frame),
    onFailure: (failure) => flow.fail(failure),
  });
  try {
    const bundle = await flow.unlessFailed(source.open());
    const sender = new BundleSender(out, bundle, flow);
    try {
      await sender.run();
    } finally {
      await sender.close();
    }
    out.close();
    log('info', `handed over: ${String(sender.size)} bytes in ${String(bundle.files.length)} file(s)`);
  } catch (error) {
    const failure = asFailure(error);
    closeFailed(out, failure);
    const cause = failure.cause === undefined ? '' : `: ${describeError(failure.cause)}`;
    log('info', `not handed over: ${failure.problem}${cause}`);
  } finally {
    reading.dispose();
  }
}

/** One bundle on its way to one page. */
class BundleSender {
  readonly #out: Outlet;
  readonly #flow: SourceFlow;
  readonly #layout: Layout;
  readonly #manifest: Buffer;
  #ahead: ReadAhead | undefined;
  /** What is being sent. */
  #block: Block | undefined;
  /** Digests of files whose last bytes may not have been sent yet. */
  #finished: Finished[] = [];
  /** Position of the next content byte to be sent. */
  #at = 0;
  #round = 0;
  #ended = false;

  constructor(out: Outlet, { manifest, files }: SourceBundle, flow: SourceFlow) {
    this.#out = out;
    this.#flow = flow;
    this.#layout = new Layout(files);
    this.#manifest = Buffer.from(JSON.stringify(manifest));
  }

  get size(): number {
    return this.#layout.size;
  }

  /** Resolves when the target has it. @throws {TransferFailure} */
  async run(): Promise<void> {
    const start = await this.#flow.start();
    const sha256 = createHash('sha256').update(this.#manifest).digest('base64url');
    this.#ahead = new ReadAhead(await this.#begin(start, sha256));
    this.#at = start.at;
    sendFrame(this.#out, { t: 'manifest', bytes: this.#manifest.length, sha256 });
    await this.#sendManifest();
    for (;;) {
      this.#flow.throwIfFailed();
      if (await this.#step(this.#ahead)) continue;
      this.#sendDigests();
      if (this.#flow.saved && this.#ended) return;
      if (this.#flow.saved) throw new TransferFailure('protocol');
      await this.#flow.change();
    }
  }

  async close(): Promise<void> {
    await this.#ahead?.close();
  }

  /** Proves that the part the target has is of this bundle, and gives what reads the rest. */
  async #begin(start: Start, sha256: string): Promise<BundleReader> {
    const { at, manifest, sha256: proof } = start;
    if (manifest === null && (at > 0 || proof !== null)) throw new TransferFailure('protocol');
    if (manifest !== null && manifest !== sha256) throw new TransferFailure('source-changed');
    if (at > this.#layout.size) throw new TransferFailure('protocol');
    const reader = new BundleReader(this.#layout, at);
    try {
      const found = await reader.begin(() => this.#flow.throwIfFailed());
      if ((found === null) !== (proof === null)) throw new TransferFailure('protocol');
      if (found !== proof) throw new TransferFailure('source-changed');
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async #sendManifest(): Promise<void> {
    for (let at = 0; at < this.#manifest.length;) {
      this.#flow.throwIfFailed();
      const bytes = Math.min(FILE_CHUNK, this.#flow.credit, this.#manifest.length - at);
      if (bytes === 0 || this.#isFull) {
        await this.#flow.change();
        continue;
      }
      this.#flow.credit -= bytes;
      this.#sendCopy('manifest', at, this.#manifest.subarray(at, at + bytes));
      at += bytes;
    }
  }

  /** Does the next thing there is to do. @returns false when that is to wait. */
  async #step(ahead: ReadAhead): Promise<boolean> {
    if (this.#isFull) return false;
    const again = this.#flow.takeAgain();
    if (again) return this.#sendAgain(again);
    const back = this.#flow.takeBack();
    if (back) return this.#goBack(back, ahead);
    if (this.#block) {
      this.#sendBlock(this.#block);
      if (this.#block.sent < this.#block.bytes) return false;
      this.#sendDigests();
      this.#block = undefined;
    }
    if (this.#ended || !ahead.hasRoom) return false;
    const block = await ahead.next();
    this.#ended = block.bytes === 0 && block.finished.length === 0;
    this.#block = block;
    this.#finished.push(...block.finished);
    return true;
  }

  #sendBlock(block: Block): void {
    while (block.sent < block.bytes && this.#flow.credit > 0 && !this.#isFull) {
      const n = Math.floor(block.sent / FILE_CHUNK);
      const from = block.sent % FILE_CHUNK;
      const left = Math.min(FILE_CHUNK, block.bytes - n * FILE_CHUNK) - from;
      const bytes = Math.min(left, this.#flow.credit);
      const frame = block.frames[n];
      const payload = block.payloads[n]?.subarray(from, from + bytes);
      if (!frame || !payload) throw new Error('a block ends within its bytes');
      // What is left of a chunk has no room for a header in front of it that the socket has not taken already.
      if (bytes === left && from === 0) this.#sendFrame('content', this.#at, frame, payload, block);
      else this.#sendCopy('content', this.#at, payload);
      block.sent += bytes;
      this.#at += bytes;
      this.#flow.credit -= bytes;
    }
  }

  #sendDigests(): void {
    const open = this.#finished.findIndex(({ index }) => this.#layout.start(index + 1) > this.#at);
    const sent = this.#finished.splice(0, open === -1 ? this.#finished.length : open);
    for (let n = 0; n < sent.length; n += MAX_DIGESTS) {
      const some = sent.slice(n, n + MAX_DIGESTS);
      const [first] = some;
      if (!first) return;
      const sha256 = some.map((file) => file.sha256);
      sendFrame(this.#out, { t: 'digests', first: first.index, sha256 });
    }
  }

  /** Sends a stretch once more; it has brought its credit along. */
  async #sendAgain({ at, bytes }: Again): Promise<boolean> {
    if (at + bytes > this.#at) throw new TransferFailure('protocol');
    this.#sendCopy('content', at, await readStretch(this.#layout, at, bytes));
    return true;
  }

  /** Goes on from the start of a file that was sent before. */
  async #goBack({ at, round }: Back, ahead: ReadAhead): Promise<boolean> {
    const index = this.#layout.at(at);
    const isFile = index < this.#layout.files.length && this.#layout.start(index) === at;
    if (!isFile || this.#layout.start(index + 1) > this.#at || round !== this.#round + 1)
      throw new TransferFailure('protocol');
    this.#ahead = new ReadAhead(new BundleReader(this.#layout, at, index), await ahead.close());
    this.#block = undefined;
    this.#finished = [];
    this.#at = at;
    this.#round = round;
    this.#ended = false;
    return true;
  }

  get #isFull(): boolean {
    return this.#out.bufferedAmount > HIGH_WATER;
  }

  #sendCopy(kind: ChunkHeader['kind'], at: number, payload: Buffer): void {
    const frame = Buffer.allocUnsafe(CHUNK_HEADER + payload.length);
    payload.copy(frame, CHUNK_HEADER);
    this.#sendFrame(kind, at, frame, payload);
  }

  /** @param block in whose memory the frame is. */
  #sendFrame(kind: ChunkHeader['kind'], at: number, frame: Buffer, payload: Buffer, block?: Block): void {
    writeChunkHeader(frame, { kind, round: this.#round, crc: crc32(payload), at });
    if (block) block.inSocket += 1;
    this.#out.send(frame.subarray(0, CHUNK_HEADER + payload.length), () => {
      if (block) block.inSocket -= 1;
      this.#flow.wake();
    });
  }
}

function asFailure(error: unknown): TransferFailure {
  return error instanceof TransferFailure
    ? error
    : new TransferFailure('source-unreadable', { cause: error });
}
