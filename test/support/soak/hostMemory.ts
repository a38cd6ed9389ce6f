import { access } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { extensionHosts, type Host } from '../host.ts';

const MIB = 1024 * 1024;
/** Milliseconds that an extension host may take to start, and between two looks. */
const PATIENCE = 30_000;
const LOOK = 100;

/** What an extension host holds after a full collection of garbage, and what it did not catch since it was asked last. */
export interface HostMemory {
  /** MiB of objects of JavaScript and of the buffers that they own. */
  readonly heap: number;
  /** MiB that the system has given it; Node gives little of it back. */
  readonly resident: number;
  readonly rejections: readonly string[];
}

const answer = v.object({
  rss: v.number(),
  heapUsed: v.number(),
  external: v.number(),
  rejections: v.array(v.string()),
});

/** For `HostOptions.env`: the extension hosts of this server can be asked, at sockets in this folder. */
export function measuredHosts(sockets: string): NodeJS.ProcessEnv {
  const program = new URL('measured.ts', import.meta.url).href;
  return { NODE_OPTIONS: `--import ${program}`, PARLEY_SOAK_SOCKETS: sockets };
}

/** Opens what makes one more extension host start on this server, and gives its process id. */
export async function withNewHost<T>(
  host: Host,
  sockets: string,
  open: () => Promise<T>,
): Promise<[T, number]> {
  const before = await extensionHosts(host.pid);
  const opened = await open();
  const until = Date.now() + PATIENCE;
  for (;;) {
    const fresh = (await extensionHosts(host.pid)).find((pid) => !before.includes(pid));
    if (fresh !== undefined && (await exists(join(sockets, String(fresh))))) return [opened, fresh];
    if (Date.now() > until) throw new Error('no extension host has started that can be asked');
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/** Collects the garbage of an extension host and says what is left. */
export async function measureHost(sockets: string, pid: number): Promise<HostMemory> {
  const body = await new Promise<string>((resolve, reject) => {
    get({ socketPath: join(sockets, String(pid)) }, (response) => resolve(text(response))).on(
      'error',
      reject,
    );
  });
  const { rss, heapUsed, external, rejections } = v.parse(answer, JSON.parse(body));
  return { heap: (heapUsed + external) / MIB, resident: rss / MIB, rejections };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
