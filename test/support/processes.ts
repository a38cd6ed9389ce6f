import { readdir, readFile } from 'node:fs/promises';

/** A process of this machine, as /proc tells of it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Of CPU, 100 a second. */
  readonly ticks: number;
}

/** The ids of all that a process has started, and what these have, with the command line of each. Linux only. */
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

/** All processes, by their ids. Linux only. */
export async function processes(): Promise<Map<number, Process>> {
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
