import type { ChunkHeader } from '../../shared/chunk.ts';
import { FILE_WINDOW, MAX_ENTRIES } from '../../shared/limits.ts';
import type { TransferFrame } from '../../shared/transfer.ts';

/** The two ends of a transfer: where the content comes from and where it goes. */
export type Side = 'source' | 'target';

/** Text frames a side may send before any chunk has passed; each chunk allows for two more, as credit or for its repair. */
const FIRST_FRAMES = 256;
/** A chunk is short where its file ends. More of them than this only serve to keep the other side busy. */
const SHORT_CHUNK = 1_024;
const MAX_SHORT_CHUNKS = 10 * MAX_ENTRIES;

/**
 * The rules of one transfer, as far as they can be checked by who only watches it pass: who may say what and when, that
 * no byte moves without credit, and that every position lies within what was announced. Holds numbers only.
 */
export class Flow {
  readonly #size: number;
  readonly #frames: Record<Side, number> = { source: FIRST_FRAMES + MAX_ENTRIES, target: FIRST_FRAMES };
  #started = false;
  /** Bytes of the manifest that were announced, and that may still come. */
  #manifest = 0;
  #manifestLeft = 0;
  #credit = 0;
  #round = 0;
  #bytes = 0;
  /** Where the furthest chunk so far ends. */
  #reached = 0;
  #digests = 0;
  #short = 0;

  /** @param size content bytes, as offered. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Content bytes that are there or have passed, without what was asked for again. Never more than the size. */
  get bytes(): number {
    return Math.max(0, Math.min(this.#bytes, this.#size));
  }

  /** Payload bytes that the source may still send. */
  get credit(): number {
    return this.#credit;
  }

  /** Takes note of a chunk from the source. False when it breaks a rule: then nothing of it may be handed on. */
  chunk({ kind, round, at }: ChunkHeader, payload: number): boolean {
    this.#credit -= payload;
    if (this.#manifest === 0 || this.#credit < 0 || round > this.#round) return false;
    if (payload < SHORT_CHUNK && ++this.#short > MAX_SHORT_CHUNKS) return false;
    this.#frames.source += 2;
    this.#frames.target += 2;
    const end = at + payload;
    if (kind === 'manifest') {
      this.#manifestLeft -= payload;
      return end <= this.#manifest && this.#manifestLeft >= 0;
    }
    if (end > this.#size) return false;
    if (end > this.#reached) this.#reached = end;
    if (round === this.#round) this.#bytes += payload;
    return true;
  }

  /** Takes note of a text frame. False when it breaks a rule. */
  frame(frame: TransferFrame, from: Side): boolean {
    if (frame.t === 'error') return true;
    if (--this.#frames[from] < 0 || (from === 'source') !== isSources(frame)) return false;
    if (frame.t === 'start') return this.#start(frame.at);
    return this.#started && this.#inside(frame);
  }

  #start(at: number): boolean {
    if (this.#started || at > this.#size) return false;
    this.#started = true;
    this.#bytes = this.#reached = at;
    return true;
  }

  #inside(frame: Exclude<TransferFrame, { t: 'start' | 'error' }>): boolean {
    switch (frame.t) {
      case 'manifest':
        if (this.#manifest !== 0) return false;
        this.#manifest = this.#manifestLeft = frame.bytes;
        return true;
      case 'credit':
        return this.#give(frame.bytes);
      case 'again':
        this.#bytes -= frame.bytes;
        return frame.at + frame.bytes <= this.#reached && this.#give(frame.bytes);
      case 'back':
        if (frame.round <= this.#round || frame.at > this.#reached) return false;
        this.#round = frame.round;
        this.#bytes = frame.at;
        return true;
      case 'digests':
        this.#digests += frame.sha256.length;
        return (
          this.#manifest !== 0 &&
          frame.first + frame.sha256.length <= MAX_ENTRIES &&
          this.#digests <= MAX_ENTRIES * (this.#round + 1)
        );
      case 'saved':
        return this.#bytes >= this.#size;
    }
  }

  #give(bytes: number): boolean {
    this.#credit += bytes;
    return this.#credit <= FILE_WINDOW;
  }
}

function isSources({ t }: TransferFrame): boolean {
  return t === 'manifest' || t === 'digests';
}
