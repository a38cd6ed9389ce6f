import type { Timers } from '../shared/rpc.ts';

/** Node's timers in the shape that shared code asks for. */
export const nodeTimers: Timers = {
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** Gives what `work` gives, or `undefined` when it takes longer than that. A rejection of `work` is passed on. */
export async function withTimeLimit<T>(work: PromiseLike<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
