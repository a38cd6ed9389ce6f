import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** Milliseconds between two looks. */
const LOOK = 200;
const PAGE_SIZE = 4_096;

/** Watches the resident memory of processes; Linux only. */
export class MemoryWatch {
  readonly #pids: ReadonlyMap<string, number>;
  readonly #before = new Map<string, number>();
  readonly #most = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(pids: ReadonlyMap<string, number>) {
    this.#pids = pids;
  }

  /** Notes what each of these processes, by any name, has now, and goes on looking. */
  static async start(pids: ReadonlyMap<string, number>): Promise<MemoryWatch> {
    const watch = new MemoryWatch(pids);
    for (const [name, pid] of pids) watch.#before.set(name, await resident(pid));
    watch.#next();
    return watch;
  }

  /** Stops looking; gives for each process by how many MiB it had grown at its largest. */
  stop(): Record<string, number> {
    clearTimeout(this.#timer);
    const grown = [...this.#before].map(([name, before]): [string, number] => [
      name,
      Math.round((Math.max(before, this.#most.get(name) ?? 0) - before) / 1024 / 1024),
    ]);
    return Object.fromEntries(grown);
  }

  #next(): void {
    this.#timer = setTimeout(() => {
      void this.#look().then(() => this.#next());
    }, LOOK);
  }

  async #look(): Promise<void> {
    for (const [name, pid] of this.#pids) {
      this.#most.set(name, Math.max(this.#most.get(name) ?? 0, await resident(pid)));
    }
  }
}

/** The process that draws a page and all its frames of the same site: the largest renderer of its browser. */
export async function rendererOf(page: Page): Promise<number> {
  const control = await page.context().browser()?.newBrowserCDPSession();
  if (!control) throw new Error('the browser of this page is not known');
  const { processInfo } = await control.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const sized = await Promise.all(renderers.map(async (pid) => ({ pid, bytes: await resident(pid) })));
  const largest = sized.sort((a, b) => b.bytes - a.bytes)[0];
  if (!largest) throw new Error('the browser has no renderer');
  return largest.pid;
}

/** Bytes of resident memory. */
async function resident(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${String(pid)}/statm`, 'utf8')).split(' ');
  return Number(fields[1]) * PAGE_SIZE;
}
