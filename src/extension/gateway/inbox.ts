import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChunkHeader } from '../../shared/chunk.ts';
import {
  FILE_WINDOW,
  MAX_ENTRIES,
  MAX_MANIFEST,
  PREPARE_DEADLINE,
  STALL_DEADLINE,
} from '../../shared/limits.ts';
import type { TransferFrame, TransferProblem } from '../../shared/transfer.ts';
import { ChunkRun } from './chunkRun.ts';
import { TransferFailure } from './transferSocket.ts';

/** Credit is given back in portions of so many bytes, not for each chunk. */
const CREDIT_STEP = FILE_WINDOW / 32;
/** Chunks that may wait for their turn. Small files make small chunks, and a folder has so many of them at most. */
const MAX_PIECES = 2 * MAX_ENTRIES;
/** Damaged chunks that are asked for again, a transfer. */
const MAX_AGAIN = 64;
/** Times that a file is asked for again as a whole, a transfer. */
const MAX_BACK = 2;
/** About as much is written at once. */
const BATCH = 1024 * 1024;

type ManifestFrame = Extract<TransferFrame, { t: 'manifest' }>;

/** How many milliseconds of silence are a lost way: before the manifest is there, and afterwards. */
export interface Patience {
  readonly manifest: number;
  readonly content: number;
}
const PATIENCE: Patience = { manifest: PREPARE_DEADLINE, content: STALL_DEADLINE };

/** What an inbox is for. */
export interface InboxOptions {
  /** Bytes of content altogether, as announced. */
  readonly size: number;
  /** Position of the first content byte that is wanted. */
  readonly at: number;
  readonly send: (frame: TransferFrame) => void;
  readonly patience?: Patience | undefined;
}

/**
 * What has arrived of a bundle and is not on disk yet. It holds the source to its credit, to the window and to the size
 * it announced, and asks again for what is damaged. Of what it holds every byte is one of credit.
 */
export class Inbox {
  /** Digests by file, as the source gave them. */
  readonly digests = new Map<number, string>();
  readonly #options: InboxOptions;
  readonly #manifest = new ChunkRun(0);
  readonly #content: ChunkRun;
  #manifestFrame: ManifestFrame | undefined;
  #manifestDone = false;
  /** Bytes that the source may still send, and those that it will be given back. */
  #credit = 0;
  #freed = 0;
  #round = 0;
  #again = 0;
  #failure: TransferFailure | undefined;
  #stirred = false;
  #wake: () => void = () => undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#content = new ChunkRun(options.at);
  }

  /** Gives the source its first credit. */
  open(): void {
    this.giveBack(FILE_WINDOW);
  }

  /** So many bytes are dealt with: others may come for them. */
  giveBack(bytes: number): void {
    this.#freed += bytes;
    if (this.#freed < CREDIT_STEP) return;
    this.#credit += this.#freed;
    this.#options.send({ t: 'credit', bytes: this.#freed });
    this.#freed = 0;
  }

  /** A text frame of the source. */
  handleFrame(frame: TransferFrame): void {
    if (frame.t === 'manifest' && !this.#manifestFrame) this.#manifestFrame = frame;
    else if (frame.t === 'digests' && this.#manifestFrame && frame.first + frame.sha256.length <= MAX_ENTRIES)
      frame.sha256.forEach((sha256, i) => this.digests.set(frame.first + i, sha256));
    else return this.#fail('protocol');
    this.#stir();
  }

  /** A chunk of the source. */
  handleChunk(header: ChunkHeader, payload: Buffer): void {
    this.#credit -= payload.length;
    if (this.#credit < 0) return this.#fail('protocol');
    if (header.kind === 'manifest') this.#takeManifest(header, payload);
    else this.#takeContent(header, payload);
    if (this.#manifest.pieces + this.#content.pieces > MAX_PIECES) return this.#fail('protocol');
    this.#stir();
  }

  /** Ends it: whoever waits gets the failure, and nothing is held any more. */
  fail(failure: TransferFailure): void {
    this.#failure ??= failure;
    this.#manifest.reset(0);
    this.#content.reset(0);
    this.#stir();
  }

  /** Waits for the manifest's text. @throws {TransferFailure} */
  async manifest(): Promise<{ readonly text: string; readonly sha256: string }> {
    const parts: Buffer[] = [];
    for (;;) {
      this.throwIfFailed();
      const taken = this.#manifest.take(MAX_MANIFEST);
      parts.push(...taken);
      this.giveBack(lengthOf(taken));
      if (this.#manifestFrame && this.#manifest.next >= this.#manifestFrame.bytes) break;
      await this.stirred();
    }
    this.#manifestDone = true;
    const whole = Buffer.concat(parts);
    const sha256 = createHash('sha256').update(whole).digest('base64url');
    const { bytes, sha256: expected } = this.#manifestFrame;
    if (whole.length !== bytes) throw new TransferFailure('protocol');
    if (sha256 !== expected) throw new TransferFailure('mismatch');
    return { text: whole.toString('utf8'), sha256 };
  }

  /** Takes the content that is next, in order; empty when it is not here yet. */
  takeContent(): Buffer[] {
    return this.#content.take(BATCH);
  }

  /** Asks for everything from the start of a file once more, as a new round. @throws {TransferFailure} */
  back(at: number, file: number): void {
    if (this.#round >= MAX_BACK) throw new TransferFailure('mismatch');
    this.#round += 1;
    const dropped = this.#content.reset(at);
    // Before anything of the new round can come.
    for (const known of this.digests.keys()) if (known >= file) this.digests.delete(known);
    this.#options.send({ t: 'back', at, round: this.#round });
    this.giveBack(dropped);
  }

  /** Waits until something arrived, or it failed, since this was last asked. It fails when nothing comes for too long. */
  async stirred(): Promise<void> {
    if (!this.#stirred) {
      const { manifest, content } = this.#options.patience ?? PATIENCE;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.#fail('link-lost'), this.#manifestDone ? content : manifest);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#stirred = false;
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  #takeManifest(header: ChunkHeader, payload: Buffer): void {
    const end = header.at + payload.length;
    if (end > (this.#manifestFrame?.bytes ?? MAX_MANIFEST)) return this.#fail('protocol');
    if (this.#manifestDone) return this.giveBack(payload.length);
    // `again` counts content. A manifest is short: the transfer goes on from where it is with the next stream.
    if (!isSound(header, payload)) return this.#fail('link-lost');
    this.giveBack(this.#manifest.push(header.at, payload));
  }

  #takeContent(header: ChunkHeader, payload: Buffer): void {
    const { round, at } = header;
    const end = at + payload.length;
    if (round > this.#round || end > this.#options.size) return this.#fail('protocol');
    if (round < this.#round || this.#content.covers(at, payload.length)) return this.giveBack(payload.length);
    if (end > this.#content.next + FILE_WINDOW) return this.#fail('protocol');
    if (isSound(header, payload)) this.giveBack(this.#content.push(at, payload));
    else this.#askAgain(at, payload.length);
  }

  #askAgain(at: number, bytes: number): void {
    this.#again += 1;
    if (this.#again > MAX_AGAIN) return this.#fail('mismatch');
    this.#credit += bytes;
    this.#options.send({ t: 'again', at, bytes });
  }

  #fail(problem: TransferProblem): void {
    this.fail(new TransferFailure(problem));
  }

  #stir(): void {
    this.#stirred = true;
    this.#wake();
  }
}

/** Bytes of some buffers together. */
export function lengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

function isSound({ crc }: ChunkHeader, payload: Buffer): boolean {
  return crc32(payload) === crc;
}
