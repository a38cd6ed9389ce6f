import { CHUNK_HEADER, FILE_CHUNK } from '../../shared/limits.ts';
import type { BundleReader, Finished } from './bundleReader.ts';

/** Chunks that are read at once, and how often: one is read while another is sent and a third leaves the socket's buffer. */
const CHUNKS = 8;
const BLOCKS = 3;

/** Frames with room for a header before each payload, all in one piece of memory. */
export class Block {
  readonly frames: readonly Buffer[];
  readonly payloads: readonly Buffer[];
  /** Frames that the socket still holds. */
  inSocket = 0;
  /** Payload bytes that were read, and of them sent. */
  bytes = 0;
  sent = 0;
  finished: Finished[] = [];

  constructor() {
    const length = CHUNK_HEADER + FILE_CHUNK;
    const memory = Buffer.allocUnsafeSlow(CHUNKS * length);
    this.frames = Array.from({ length: CHUNKS }, (_, n) => memory.subarray(n * length, (n + 1) * length));
    this.payloads = this.frames.map((frame) => frame.subarray(CHUNK_HEADER));
  }
}

/** Reads a bundle's content one block ahead of who sends it, in memory that is used over and over. */
export class ReadAhead {
  readonly #reader: BundleReader;
  readonly #blocks: Block[];
  #next: Promise<Block> | undefined;

  constructor(reader: BundleReader, blocks: Block[] = []) {
    this.#reader = reader;
    this.#blocks = blocks;
  }

  /** Whether `next` has memory to read into. */
  get hasRoom(): boolean {
    return this.#next !== undefined || this.#canTake();
  }

  /** The next block; the one after it is being read from then on. @throws {TransferFailure} */
  async next(): Promise<Block> {
    const block = await (this.#next ?? this.#read());
    this.#next = undefined;
    if (this.#canTake(block)) {
      this.#next = this.#read(block);
      // Whoever asks for it is told.
      this.#next.catch(() => undefined);
    }
    return block;
  }

  /** Ends reading. @returns the memory, for another. */
  async close(): Promise<Block[]> {
    await this.#next?.catch(() => undefined);
    await this.#reader.close();
    return this.#blocks;
  }

  #canTake(other?: Block): boolean {
    return this.#blocks.length < BLOCKS || this.#free(other) !== undefined;
  }

  /** @param other is in use, and not to be read into. */
  async #read(other?: Block): Promise<Block> {
    let block = this.#free(other);
    if (!block) {
      block = new Block();
      this.#blocks.push(block);
    }
    const { bytes, finished } = await this.#reader.next(block.payloads);
    block.bytes = bytes;
    block.sent = 0;
    block.finished = finished;
    return block;
  }

  #free(other?: Block): Block | undefined {
    return this.#blocks.find((block) => block !== other && block.inSocket === 0);
  }
}
