/** What `isTooMany` counts in: milliseconds. */
const WINDOW = 10_000;

/** Notices who sends more than so many messages in ten seconds. Times are milliseconds of a steady clock. */
export class FloodWatch {
  readonly #most: number;
  #began = -Infinity;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** One more has come at this time; true when that is one too many. */
  isTooMany(now: number): boolean {
    if (now - this.#began >= WINDOW) {
      this.#began = now;
      this.#count = 0;
    }
    return ++this.#count > this.#most;
  }
}
