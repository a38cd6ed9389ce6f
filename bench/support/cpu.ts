import { processes } from '../../test/support/processes.ts';

/** Clock ticks a second in /proc, the same on every Linux (`getconf CLK_TCK`). */
const TICKS = 100;

/** The children of this process, by process id: whoever starts a browser can tell by them which ones are its. */
export async function ownChildren(): Promise<number[]> {
  const all = await processes();
  return [...all.values()].filter(({ parent }) => parent === process.pid).map(({ pid }) => pid);
}

/** Seconds of CPU that these processes and all they have started have used so far. Linux only. */
export async function cpuSeconds(roots: readonly number[]): Promise<number> {
  const all = await processes();
  const under = (pid: number): boolean => {
    const found = all.get(pid);
    return found !== undefined && (roots.includes(pid) || under(found.parent));
  };
  let ticks = 0;
  for (const found of all.values()) if (under(found.pid)) ticks += found.ticks;
  return ticks / TICKS;
}
