import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endChild, startChild } from './children.ts';
import type { TestHost } from './testHost.ts';

/** Folders and settings of one VS Code server. */
export interface CodeServerOptions {
  readonly host: TestHost;
  /** Holds everything the server writes; made when missing. Two servers never share one. */
  readonly home: string;
  /** User settings beside those that keep VS Code quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  /** What to put before the server's command, e.g. to run it on another machine (test/support/namespaces.ts). */
  readonly prefix?: readonly string[];
  /** Lets windows load extensions from a folder and run tests, as a URL asks for it. */
  readonly development?: boolean;
}

/** A server that answers. */
export interface CodeServer {
  /** e.g. `http://127.0.0.1:41234` */
  readonly origin: string;
  /** Process id of the server's first process. */
  readonly pid: number;
  /** What the server has printed so far, for the message of a test that fails. */
  log(): string;
  /** Resolves with the exit code when the server has ended, by itself or not. */
  readonly ended: Promise<number | null>;
  dispose(): Promise<void>;
}

/** No telemetry, no updates, no welcome page, no question whether a folder is trusted. */
export const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'security.workspace.trust.enabled': false,
  // What it says of each port that is opened lies over the panel's buttons.
  'remote.autoForwardPorts': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Starts a server by code-server's own entry, which serves webviews as well; resolves when it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { host, home } = options;
  await writeSettings(join(home, 'data'), options.settings ?? {});
  const args = [...baseArguments(options), '--auth', 'none', '--bind-addr', '127.0.0.1:0'];
  const [program = '', ...line] = [...(options.prefix ?? []), host.node, ...args];
  const child = startChild(program, line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(options),
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('a child with pipes has none');
  const lines: string[] = [];
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const origin = await new Promise<string>((resolve, reject) => {
    const take = (line: string): void => {
      lines.push(line);
      if (lines.length > 2_000) lines.shift();
      const address = /HTTP server listening on (http:\/\/[^/\s]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    };
    createInterface({ input: stdout }).on('line', take);
    createInterface({ input: stderr }).on('line', take);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`code-server ${host.version} ended (${String(code)}):\n${lines.join('\n')}`)),
    );
  });
  return {
    origin,
    pid: child.pid ?? 0,
    log: () => lines.join('\n'),
    ended,
    dispose: () => endChild(child),
  };
}

/** Installs a packed extension for the server of the same `home`; its server must not run yet. */
export async function installExtension(options: CodeServerOptions, vsix: string): Promise<void> {
  const args = [...baseArguments(options), '--install-extension', vsix, '--force'];
  const child = startChild(options.host.node, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(options),
  });
  // Shown when it fails only: the host complains at length of native modules that it does not need here.
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  await endChild(child);
  if (code !== 0)
    throw new Error(`${vsix} was not installed on code-server ${options.host.version}:\n${output}`);
}

/**
 * Address of a window on a folder. On a server started for development the window can also load an extension from its
 * folder (one only: VS Code keeps the last of several), and run the module `tests` instead of waiting for a person.
 */
export function windowUrl(
  origin: string,
  folder: string,
  development: { readonly developed?: string; readonly tests?: string } = {},
): string {
  const url = new URL(origin);
  const payload: [string, string][] = [];
  const ask = (key: string, path: string | undefined): void => {
    if (path !== undefined) payload.push([key, `vscode-remote://${url.host}${path}`]);
  };
  ask('extensionDevelopmentPath', development.developed);
  ask('extensionTestsPath', development.tests);
  url.searchParams.set('folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

function baseArguments({ host, home, development }: CodeServerOptions): string[] {
  return [
    join(host.folder, 'out', 'node', 'entry.js'),
    '--config',
    join(home, 'config.yaml'),
    '--user-data-dir',
    join(home, 'data'),
    '--extensions-dir',
    join(home, 'extensions'),
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
    ...(development === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

/** The server must not take a terminal of VS Code, in which it may have been started, for its own. */
function serverEnvironment(options: CodeServerOptions): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|npm_|PORT$|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(env), ...options.env };
}

async function writeSettings(data: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(join(data, 'User'), { recursive: true });
  const all = { ...QUIET_SETTINGS, ...settings };
  await writeFile(join(data, 'User', 'settings.json'), JSON.stringify(all, undefined, 2));
}
