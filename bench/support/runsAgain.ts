import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../test/support/host.ts';

/** Where the extension keeps meetings over restarts. */
const KEPT = join('User', 'globalStorage', 'parley.parley', 'kept');

/**
 * When the next extension host has begun to run the extension (`Date.now()`): it takes the file of the meeting then, which is
 * the first thing that it does and can be seen from outside. To be asked before the one that runs now is killed.
 * @throws Error when none does within so many milliseconds.
 */
export async function runsAgainAt({ data }: Pick<Host, 'data'>, timeout: number): Promise<number> {
  const watcher = watch(join(data, KEPT));
  const limit = AbortSignal.timeout(timeout);
  try {
    for (;;) {
      const [, file] = (await once(watcher, 'change', { signal: limit })) as [string, string | null];
      if (file?.endsWith('.taken')) return Date.now();
    }
  } catch (error) {
    if (limit.aborted) throw new Error('no extension host goes on with the meeting', { cause: error });
    throw error;
  } finally {
    watcher.close();
  }
}
