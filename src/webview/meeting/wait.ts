/** Waits, unless `signal` is aborted first: then it resolves at once. The caller looks at the signal afterwards. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

/** The pause before attempt `n` (from 0): doubling from `first` up to `most`, with up to a quarter of jitter. Milliseconds. */
export function backOff(n: number, first: number, most: number): number {
  const pause = Math.min(most, first * 2 ** n);
  return pause * (1 + Math.random() / 4);
}
