import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './children.ts';
import { CACHE } from './paths.ts';

/** The newest VS Code that the tests run on: code-server 4.139.1 is VS Code 1.139. */
export const NEWEST_HOST = '4.139.1';
/** The oldest that the extension supports: code-server 4.100.3 is VS Code 1.100. */
export const OLDEST_HOST = '4.100.3';

/** A VS Code that runs as a server: code-server from npm, which needs no download of its own and no native build. */
export interface TestHost {
  /** Version of code-server. */
  readonly version: string;
  /** Folder of the package code-server. */
  readonly folder: string;
  /** The Node that runs it: a host gets the one it is made for, as the extension's code runs on it. */
  readonly node: string;
}

/** The package `node` for hosts of another major version than the scripts' own. */
const NODE_OF_HOST: Readonly<Record<string, string>> = { [OLDEST_HOST]: '20.20.2' };

/** The argon2 of older hosts wants to be compiled when it is installed; this one brings its binaries. */
const OVERRIDES = { argon2: '0.44.0' };

const RECIPE = 1;

/** Gives the test host, installing it under .cache/hosts/ unless it is there already (about 10 s, 200 MB). */
export async function installTestHost(version: string): Promise<TestHost> {
  const home = join(CACHE, 'hosts', version);
  const folder = join(home, 'node_modules', 'code-server');
  const nodeVersion = NODE_OF_HOST[version];
  const stamp = join(home, `installed-${String(RECIPE)}-${nodeVersion ?? 'own'}`);
  const nodeFolder = join(home, 'node_modules', 'node');
  const nodeBinary = join(nodeFolder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const host = { version, folder, node: nodeVersion === undefined ? process.execPath : nodeBinary };
  if (existsSync(stamp)) return host;

  console.log(`parley: installing the VS Code test host ${version} from npm`);
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, overrides: OVERRIDES }));
  const packages = [`code-server@${version}`];
  if (nodeVersion !== undefined) packages.push(`node@${nodeVersion}`);
  await npm(['install', '--no-save', ...packages], home);
  const server = join(folder, 'lib', 'vscode');
  await npm(['install', '--omit=dev'], server);
  // VS Code asks for some of its modules by the name of the archive they are packed in elsewhere.
  await symlink(join(server, 'node_modules'), join(server, 'node_modules.asar'), 'junction');
  if (nodeVersion !== undefined) {
    const code = await run(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: nodeFolder,
      stdio: [...quiet],
    });
    if (code !== 0) throw new Error(`node@${nodeVersion} could not be installed for the host ${version}`);
  }
  await writeFile(stamp, '');
  return host;
}

/** Installs what is missing of the hosts that the tests run on, side by side: most of that is waiting for the registry. */
export async function installTestHosts(): Promise<void> {
  await Promise.all([NEWEST_HOST, OLDEST_HOST].map(installTestHost));
}

const quiet = ['ignore', 'ignore', 'inherit'] as const satisfies readonly string[];

/** Runs npm for a package of its own folder, without any install script and without what npm hands down to scripts. */
async function npm(args: readonly string[], cwd: string): Promise<void> {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_local_prefix|package_|lifecycle_)/.test(name),
    ),
  );
  const cli = process.env['npm_execpath'];
  const known = cli !== undefined && cli.endsWith('npm-cli.js');
  const command = known ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const code = await run(command, [...(known ? [cli] : []), ...args, ...flags], {
    cwd,
    env,
    stdio: [...quiet],
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${dirname(cwd)} ended with ${String(code)}`);
}
