/** Over how long a rate is told; milliseconds. */
const SPAN = 3_000;
/** From how long on it can be told, and from how long on how long the rest will take: at first the rate leaps about. */
const LEAST = 500;
const LEAST_FOR_REST = 2_000;

/** How far a transfer was at a time. Milliseconds by any clock, bytes. */
export interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** How fast a transfer is; bytes a second and seconds until it is done, or null while that cannot be told. */
export interface Pace {
  readonly rate: number | null;
  readonly left: number | null;
}

/** Adds a sample and drops those that are of no use any more. Going back (something is fetched once more) starts anew. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && sample.bytes < last.bytes) return [sample];
  // One from before the span stays, so that the span is covered.
  const first = samples.findLastIndex(({ at }) => at <= sample.at - SPAN);
  return [...samples.slice(Math.max(0, first)), sample];
}

/** The pace over the last seconds. Without news it falls: what does not move has no end. */
export function paceOf(samples: readonly Sample[], now: number, size: number): Pace {
  const first = samples.findLast(({ at }) => at <= now - SPAN) ?? samples[0];
  const last = samples.at(-1);
  if (!first || !last || now - first.at < LEAST) return { rate: null, left: null };
  const rate = ((last.bytes - first.bytes) * 1_000) / (now - first.at);
  const isSteady = now - first.at >= LEAST_FOR_REST;
  return { rate, left: rate > 0 && isSteady ? (size - last.bytes) / rate : null };
}
