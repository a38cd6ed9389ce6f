import { readdir, readFile } from 'node:fs/promises';

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

/** The ids of all that a process has started, and what these have, with the command line of each. */
export async function descendants(root: number): Promise<{ pid: number; command: string }[]> {
  const all = await processes();
  const under = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return parent !== undefined && (parent === root || under(parent));
  };
  const pids = [...all.keys()].filter(under);
  return Promise.all(
    pids.map(async (pid) => ({
      pid,
      command: await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

async function processes(): Promise<Map<number, Process>> {
  const all = new Map<number, Process>();
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    // A process may end while it is looked at.
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    // The name stands in brackets and may hold anything; after it come state, parent, and as 12th and 13th the times.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 14) continue;
    all.set(pid, { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  return all;
}
