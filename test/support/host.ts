import { join } from 'node:path';
import { installExtension, startCodeServer, windowUrl } from '../../scripts/lib/codeServer.ts';
import { vsixPath } from '../../scripts/lib/paths.ts';
import { installTestHost, NEWEST_HOST } from '../../scripts/lib/testHost.ts';
import type { Machine } from './namespaces.ts';
import { descendants } from './processes.ts';
import { makeTempFolder } from './temp.ts';

export { OLDEST_HOST } from '../../scripts/lib/testHost.ts';

/** How to start a VS Code server. */
export interface HostOptions {
  /** Version of code-server; the newest by default. */
  readonly version?: string;
  /** The packed extension to install; the one of `npm run package` by default, `null` for none. */
  readonly vsix?: string | null;
  /** User settings, e.g. `{ 'parley.server.url': '…' }`. All windows of a host share them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** More environment for the server and the extension host. */
  readonly env?: NodeJS.ProcessEnv;
  /** The machine that it runs on, and the browsers of its windows; this one by default. */
  readonly machine?: Pick<Machine, 'prefix'>;
}

/** A running VS Code server with settings and extensions of its own. */
export interface Host {
  readonly version: string;
  /** e.g. `http://127.0.0.1:41234` */
  readonly origin: string;
  /** Process id of the server's first process. */
  readonly pid: number;
  /** Where it and its extension hosts write. */
  readonly data: string;
  /** What to put before a command so that it runs on the same machine. */
  readonly prefix: readonly string[];
  /** Address of a window on this folder. */
  url(folder: string): string;
  /** What the server has printed so far. */
  log(): string;
  /** Ends the server and all that it has started, and removes what it wrote. */
  dispose(): Promise<void>;
}

/** The processes that extensions run in, in the order in which they were started: one a window. Linux only. */
export async function extensionHosts(server: number): Promise<number[]> {
  const found = (await descendants(server)).filter(({ command }) => command.includes('--type=extensionHost'));
  return found.map(({ pid }) => pid).sort((a, b) => a - b);
}

/** Starts a VS Code server with fresh folders and the packed extension in it; resolves when it answers. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const version = options.version ?? NEWEST_HOST;
  const host = await installTestHost(version);
  const home = await makeTempFolder('host');
  const server = {
    host,
    home: home.path,
    // What a pointer rests on shows its path after half a second, over whatever is clicked next.
    settings: { 'workbench.hover.delay': 600_000, ...options.settings },
    env: { ...options.env },
    prefix: options.machine?.prefix ?? [],
  };
  try {
    const vsix = options.vsix === undefined ? (process.env['PARLEY_VSIX'] ?? vsixPath()) : options.vsix;
    if (vsix !== null) await installExtension(server, vsix);
    const running = await startCodeServer(server);
    return {
      version,
      origin: running.origin,
      pid: running.pid,
      data: join(home.path, 'data'),
      prefix: server.prefix,
      url: (folder) => windowUrl(running.origin, folder),
      log: () => running.log(),
      dispose: async () => {
        await running.dispose();
        await home.dispose();
      },
    };
  } catch (error) {
    await home.dispose();
    throw error;
  }
}
