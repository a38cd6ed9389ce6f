/** Chance that can be had again: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** One of these, each as likely as the others. Throws when there is none. */
  one<T>(values: readonly T[]): T;
  /** All of these in another order. */
  shuffled<T>(values: readonly T[]): T[];
}

/** Mulberry32, by Tommy Ettinger (public domain): 32 bits of state are plenty for what people do in half an hour. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  const one = <T>(values: readonly T[]): T => {
    const at = below(values.length);
    if (at >= values.length) throw new Error('there is nothing to choose from');
    return values[at] as T;
  };
  return {
    below,
    one,
    shuffled: <T>(values: readonly T[]): T[] => {
      const rest = [...values];
      return values.flatMap(() => rest.splice(below(rest.length), 1));
    },
  };
}
