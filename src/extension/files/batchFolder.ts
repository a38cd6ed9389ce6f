/** Asks for a folder once for all files that are saved by one click. */
export class BatchFolder<F> {
  #batch: string | undefined;
  #chosen: Promise<F> | undefined;

  /**
   * @param batch what the files of one click have in common; `undefined` asks for this one alone.
   * @param ask gives the folder; that the person thought better of it counts for all of them, too.
   */
  choose(batch: string | undefined, ask: () => Promise<F>): Promise<F> {
    if (batch === undefined) return ask();
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#chosen = undefined;
    }
    this.#chosen ??= ask();
    return this.#chosen;
  }
}
