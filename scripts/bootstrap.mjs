// Prepares a clone and runs one of the project's scripts under Node 24:
//   node scripts/bootstrap.mjs <script> [arguments]
// It has to run on any Node from 18 on, before anything is installed, so it uses nothing but Node itself.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';
const WANTED_NODE = 24;

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node scripts/bootstrap.mjs <script> [arguments]');
  process.exit(2);
}

if (!isInstalled()) {
  say('installing the packages of package-lock.json (npm ci, no install scripts)');
  // NODE_ENV=production or a setting of the user must not leave the development packages out.
  npm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

const node = findNode();
const child = spawn(node, [join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: withPath([dirname(node), join(modules, '.bin')]),
});
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of forwarded) process.on(signal, () => child.kill(signal));
// Who stops npm alone (an editor's stop button, a supervisor) stops the shell between it and this, not this.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
child.on('error', (error) => {
  console.error(`parley: ${node} does not start: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const name of forwarded) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

/** True when node_modules holds every package of the lock that this machine can use, in the locked version. */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(modules, '.package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing or damaged');
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.peer === true;
    return found.version === entry.version && existsSync(join(root, path, 'package.json'));
  });
}

function readPackages(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // Half written: installing again repairs it.
    throw error;
  }
}

/** This Node when it is new enough, else the one that the package `node` brings. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= WANTED_NODE) return process.execPath;
  const folder = join(modules, 'node');
  const binary = join(folder, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    say(`fetching Node ${WANTED_NODE} from npm (this is ${process.version})`);
    run(process.execPath, ['installArchSpecificPackage.js'], folder);
    if (!existsSync(binary))
      fail(`npm has no Node ${WANTED_NODE} for this machine; install it and try again`);
  }
  return binary;
}

function npm(parameters) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && cli.endsWith('npm-cli.js')) run(process.execPath, [cli, ...parameters], root);
  else run(windows ? 'npm.cmd' : 'npm', parameters, root);
}

function run(command, parameters, cwd) {
  const result = spawnSync(command, parameters, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command.endsWith('.cmd'),
  });
  if (result.error) fail(`${command} does not start: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** The environment with these folders first on PATH, whatever Windows calls that variable. */
function withPath(folders) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: [...folders, process.env[name] ?? ''].join(delimiter) };
}

function say(line) {
  console.log(`parley: ${line}`);
}

function fail(line) {
  console.error(`parley: ${line}`);
  process.exit(1);
}
