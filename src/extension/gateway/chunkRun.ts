/** Smaller payloads are copied when they are held: a view keeps all of the memory alive that it was cut from. */
const COPY_BELOW = 16 * 1024;

interface Piece {
  readonly at: number;
  readonly payload: Buffer;
}

/** One run of bytes that arrives in pieces and in any order: what came early is held until its turn. */
export class ChunkRun {
  /** By position, none overlapping another, none before `#next`. */
  readonly #held: Piece[] = [];
  #next: number;
  #bytes = 0;

  /** @param next position of the first byte that is wanted. */
  constructor(next: number) {
    this.#next = next;
  }

  /** Position up to which everything was taken. */
  get next(): number {
    return this.#next;
  }

  /** Pieces that are held; a bound on it bounds what a sender of tiny ones can make this cost. */
  get pieces(): number {
    return this.#held.length;
  }

  /** Whether there is something to take. */
  get ready(): boolean {
    return this.#held[0]?.at === this.#next;
  }

  /** Whether all of a stretch was taken or is held. */
  covers(at: number, length: number): boolean {
    const end = at + length;
    let from = Math.max(at, this.#next);
    for (let i = this.#indexAfter(from); from < end; i++) {
      const piece = this.#held[i];
      if (!piece || piece.at > from) return false;
      from = endOf(piece);
    }
    return true;
  }

  /**
   * Holds what is new of a payload.
   * @returns bytes of it that were here already.
   */
  push(at: number, payload: Buffer): number {
    let known = Math.min(payload.length, Math.max(0, this.#next - at));
    for (let done = known; done < payload.length;) {
      const from = at + done;
      const index = this.#indexAfter(from);
      const other = this.#held[index];
      if (other && other.at <= from) {
        const skipped = Math.min(endOf(other) - from, payload.length - done);
        known += skipped;
        done += skipped;
        continue;
      }
      const piece = payload.subarray(done, other ? done + other.at - from : undefined);
      this.#held.splice(index, 0, {
        at: from,
        payload: piece.length < COPY_BELOW ? Buffer.from(piece) : piece,
      });
      this.#bytes += piece.length;
      done += piece.length;
    }
    return known;
  }

  /** Takes what is next, in order and without gaps: about so many bytes, none when the next one is not here. */
  take(most: number): Buffer[] {
    let count = 0;
    const first = this.#next;
    while (this.#held[count]?.at === this.#next && this.#next - first < most) {
      const { payload } = this.#held[count] ?? { payload: Buffer.alloc(0) };
      this.#next += payload.length;
      count++;
    }
    this.#bytes -= this.#next - first;
    return this.#held.splice(0, count).map(({ payload }) => payload);
  }

  /**
   * Begins again from a position, without what is held.
   * @returns bytes that were let go.
   */
  reset(next: number): number {
    const dropped = this.#bytes;
    this.#held.length = 0;
    this.#bytes = 0;
    this.#next = next;
    return dropped;
  }

  /** Index of the first piece that ends after a position. */
  #indexAfter(position: number): number {
    let [low, high] = [0, this.#held.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.#held[middle];
      if (piece && endOf(piece) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function endOf({ at, payload }: Piece): number {
  return at + payload.length;
}
