import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

// Every child gets a process group of its own, so that ending it ends what it has started as well, and whatever is
// still there when this process goes is ended then.

const windows = process.platform === 'win32';
const running = new Set<ChildProcess>();
let ending = false;

/** Starts a program in a process group of its own. It is ended with this process at the latest. */
export function startChild(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'detached'> = {},
): ChildProcess {
  installHooks();
  const child = spawn(command, args, {
    ...options,
    detached: !windows,
    shell: windows && command.endsWith('.cmd'),
  });
  running.add(child);
  // A group may outlive its first process: it is kept until endChild or the end of this process.
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Asks a child's whole group to end, and insists after `grace` milliseconds. Resolves when the child itself has ended
 * and its group was killed.
 */
export async function endChild(child: ChildProcess, grace = 5_000): Promise<void> {
  if (isRunning(child)) {
    const ended = once(child, 'exit');
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), grace);
    await ended;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
  running.delete(child);
}

/** Runs a program to its end with this process's input and output; gives its exit code (1 when a signal ended it). */
export async function run(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'detached'> = {},
): Promise<number> {
  const child = startChild(command, args, { stdio: 'inherit', ...options });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  await endChild(child);
  return code;
}

/** Runs one of the project's own programs under this Node; gives its exit code. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return run(process.execPath, args, { env: { ...process.env, ...env } });
}

/** True once a signal has asked this process to end: what ends then does so as it should. */
export function isEnding(): boolean {
  return ending;
}

/**
 * Called when the process ends, after all children: for what is left then, such as an editor's own process. The hook
 * that was added last is called first.
 */
export function atExit(hook: () => void): void {
  installHooks();
  hooks.unshift(hook);
}

const hooks: (() => void)[] = [];

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (windows) {
    if (isRunning(child)) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the whole group has ended already. EPERM is what macOS says of a group of ended processes.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

let hooked = false;
function installHooks(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const child of running) signalGroup(child, 'SIGKILL');
    for (const hook of hooks) hook();
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => void endAll(code));
  }
}

/** Ends all groups, politely first, then this process. A second signal while that goes on changes nothing. */
async function endAll(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.all([...running].map((child) => endChild(child, 3_000)));
  process.exit(code);
}
