/** Does one thing after the other, in the order in which they were asked for. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does, which begins when all before it are over. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    // How it ended is told to who asked for it, not to who comes next.
    this.#last = done.catch(() => undefined);
    return done;
  }
}
