/** What was measured at one moment, by the name of what it is. */
export interface Sample {
  /** Milliseconds since the soak began. */
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
}

/** How something that was measured again and again went. */
export interface Growth {
  readonly name: string;
  /** Median of the quarter after the warm-up, and of the last quarter. */
  readonly early: number;
  readonly late: number;
  /** The largest after the warm-up. */
  readonly most: number;
  /** Late over early; 1 is flat. Where there was nothing at first, 1 when there is nothing at last either. */
  readonly ratio: number;
}

/**
 * How each value grew after the warm-up: the time from there to the last sample is cut into four quarters, and the median
 * of the last is held against that of the first, so that neither one large sample nor a slow start decides.
 * @param warmUp milliseconds; what was measured before does not count.
 * @throws when a quarter that counts has no sample.
 */
export function growthOf(samples: readonly Sample[], warmUp: number): Growth[] {
  const counted = samples.filter(({ at }) => at >= warmUp);
  const last = counted.at(-1)?.at ?? warmUp;
  const quarter = (last - warmUp) / 4;
  const early = counted.filter(({ at }) => at <= warmUp + quarter);
  const late = counted.filter(({ at }) => at >= last - quarter);
  if (counted.length < 4 || early.length === 0) throw new Error('too few samples to tell growth from');
  return Object.keys(counted[0]?.values ?? {}).map((name) => {
    const of = (some: readonly Sample[]): number[] => some.map(({ values }) => values[name] ?? 0);
    const [first, end] = [middle(of(early)), middle(of(late))];
    const ratio = first === 0 ? (end === 0 ? 1 : Infinity) : end / first;
    return { name, early: first, late: end, most: Math.max(...of(counted)), ratio };
  });
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
