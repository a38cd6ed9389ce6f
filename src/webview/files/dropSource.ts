import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64Url } from '../../shared/base64url.ts';
import { type ChunkHeader, writeChunkHeader } from '../../shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, MAX_TRANSFER_FRAME } from '../../shared/limits.ts';
import type { Manifest } from '../../shared/manifest.ts';
import { parseTransferFrame, type TransferFrame, type TransferProblem } from '../../shared/transfer.ts';
import { withResolvers } from '../../shared/withResolvers.ts';
import { crc32 } from './crc32.ts';
import { Flow } from './flow.ts';
import { closeSocket } from './lastWord.ts';

/** What a source reads of a `File`, and a test makes up. */
export interface Readable {
  readonly size: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** How a dropped file was handed to the extension host. */
export type DropEnd = { readonly saved: string } | { readonly problem: TransferProblem };

/** So much is read at once: each read of a `File` costs a trip to another process. */
const READ = 16 * FILE_CHUNK;

type Running = Pick<ChunkHeader, 'kind' | 'round' | 'at'>;

/**
 * The source of a file that only this page can read: one that was dropped onto it. Says and heeds the frames of
 * shared/transfer.ts as an extension host does, in bounded memory: one read of the file, and in the socket's
 * buffer what there is credit for.
 */
export class DropSource {
  /** Settles once and never rejects. */
  readonly done: Promise<DropEnd>;
  readonly #file: Readable;
  readonly #socket: WebSocket;
  readonly #flow: Flow;
  readonly #settle: (end: DropEnd) => void;
  readonly #manifest: Uint8Array<ArrayBuffer>;
  /** Stretches to be sent once more; their credit came with them. */
  readonly #again: { readonly at: number; readonly bytes: number }[] = [];
  #hash = sha256.create();
  #round = 0;
  #at = 0;
  #digestSaid = false;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(file: Readable, name: string, url: string) {
    this.#file = file;
    this.#flow = new Flow(file.size);
    const manifest: Manifest = { kind: 'file', files: [{ path: name, size: file.size }], emptyFolders: [] };
    this.#manifest = new TextEncoder().encode(JSON.stringify(manifest));
    const { promise, resolve } = withResolvers<DropEnd>();
    this.done = promise;
    this.#settle = resolve;
    this.#socket = new WebSocket(url);
    this.#socket.onmessage = ({ data }) => this.#take(data);
    this.#socket.onclose = () => this.#end({ problem: 'link-lost' });
  }

  /** Stops; the extension host is told. */
  cancel(): void {
    this.#fail('cancelled');
  }

  #take(data: unknown): void {
    if (this.#ended) return;
    const frame =
      typeof data === 'string' && data.length <= MAX_TRANSFER_FRAME ? parseTransferFrame(data) : undefined;
    if (!frame || !this.#flow.frame(frame, 'target')) return this.#fail('protocol');
    switch (frame.t) {
      case 'start':
        // Nothing of it can be there: no page knows this file but the one it was just dropped on.
        if (frame.at !== 0 || frame.manifest !== null) return this.#fail('source-changed');
        this.#run().catch((error: unknown) => this.#fail(problemOf(error)));
        break;
      case 'again':
        this.#again.push(frame);
        break;
      case 'back':
        if (frame.at !== 0) return this.#fail('protocol');
        this.#round = frame.round;
        this.#at = 0;
        this.#hash = sha256.create();
        this.#digestSaid = false;
        break;
      case 'saved':
        return this.#end({ saved: frame.name });
      case 'error':
        return this.#end({ problem: frame.problem });
      default: // Credit is in the flow's books already.
    }
    this.#wake();
  }

  async #run(): Promise<void> {
    const digest = toBase64Url(sha256(this.#manifest));
    this.#say({ t: 'manifest', bytes: this.#manifest.byteLength, sha256: digest });
    for (let at = 0; at < this.#manifest.byteLength && !this.#ended;) {
      at += await this.#whenGiven({ kind: 'manifest', round: 0, at }, this.#manifest.subarray(at));
    }
    while (!this.#ended) {
      const stretch = this.#again.shift();
      if (stretch) await this.#repeat(stretch.at, stretch.bytes);
      else if (this.#at < this.#file.size) await this.#goOn();
      else if (this.#digestSaid) await this.#woken();
      else this.#sayDigest();
    }
  }

  /** Reads on and sends what was read, as far as nothing else comes between. */
  async #goOn(): Promise<void> {
    const round = this.#round;
    const from = this.#at;
    const block = await this.#read(from, Math.min(READ, this.#file.size - from));
    for (let sent = 0; sent < block.byteLength;) {
      while (this.#flow.credit === 0 && this.#again.length === 0 && !this.#ended) await this.#woken();
      // The credit that came with it is for that alone: without it the target may have none to give.
      if (this.#again.length > 0 || this.#ended || this.#round !== round) return;
      const bytes = await this.#whenGiven({ kind: 'content', round, at: from + sent }, block.subarray(sent));
      this.#hash.update(block.subarray(sent, sent + bytes));
      sent += bytes;
      this.#at = from + sent;
    }
  }

  /** What was asked for again goes at once, by the credit that came with it. */
  async #repeat(from: number, bytes: number): Promise<void> {
    const block = await this.#read(from, bytes);
    for (let sent = 0; sent < bytes && !this.#ended;) {
      sent += await this.#whenGiven(
        { kind: 'content', round: this.#round, at: from + sent },
        block.subarray(sent),
      );
    }
  }

  async #read(from: number, bytes: number): Promise<Uint8Array> {
    const block = new Uint8Array(await this.#file.slice(from, from + bytes).arrayBuffer());
    if (block.byteLength !== bytes) throw new DOMException('it is shorter now', 'NotReadableError');
    return block;
  }

  /** Waits for credit, and sends as much as it and a chunk allow. Gives how many bytes that were; 0 when all is over. */
  async #whenGiven(header: Running, bytes: Uint8Array): Promise<number> {
    while (this.#flow.credit === 0 && !this.#ended) await this.#woken();
    if (this.#ended) return bytes.byteLength;
    const payload = bytes.subarray(0, Math.min(FILE_CHUNK, this.#flow.credit));
    const frame = new Uint8Array(CHUNK_HEADER + payload.byteLength);
    const chunk = { ...header, crc: crc32(payload) };
    writeChunkHeader(frame, chunk);
    frame.set(payload, CHUNK_HEADER);
    this.#flow.chunk(chunk, payload.byteLength);
    this.#socket.send(frame.buffer);
    return payload.byteLength;
  }

  #sayDigest(): void {
    this.#digestSaid = true;
    this.#say({ t: 'digests', first: 0, sha256: [toBase64Url(this.#hash.digest())] });
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #say(frame: TransferFrame): void {
    this.#flow.frame(frame, 'source');
    this.#socket.send(JSON.stringify(frame));
  }

  #fail(problem: TransferProblem): void {
    if (this.#ended) return;
    if (this.#socket.readyState === WebSocket.OPEN) this.#say({ t: 'error', problem });
    this.#end({ problem });
  }

  #end(end: DropEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake();
    closeSocket(this.#socket).then(
      () => this.#settle(end),
      () => this.#settle(end),
    );
  }
}

/** Chromium refuses to read a file that is another one since it was dropped. */
function problemOf(error: unknown): TransferProblem {
  if (!(error instanceof DOMException)) return 'source-unreadable';
  if (error.name === 'NotFoundError') return 'source-gone';
  return error.name === 'NotReadableError' ? 'source-changed' : 'source-unreadable';
}
