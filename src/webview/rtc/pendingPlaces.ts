/**
 * The places for callers that have not proven anything yet. When all are taken the one who has held theirs longest goes:
 * whoever holds the invite's secret proves it in a moment, so strangers who only sit there keep nobody out.
 */
export class PendingPlaces {
  readonly #most: number;
  /** How each is turned away, oldest first. */
  readonly #held = new Set<() => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place. @param turnAway called when it is needed for somebody else. @returns the way to give it back. */
  take(turnAway: () => void): () => void {
    for (const oldest of this.#held) {
      if (this.#held.size < this.#most) break;
      this.#held.delete(oldest);
      oldest();
    }
    this.#held.add(turnAway);
    return () => this.#held.delete(turnAway);
  }
}
