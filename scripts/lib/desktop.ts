import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, ProgressReportStage } from '@vscode/test-electron';
import type { ProgressReporter } from '@vscode/test-electron';
import { atExit, startChild } from './children.ts';
import { QUIET_SETTINGS } from './codeServer.ts';
import { CACHE, findOnPath } from './paths.ts';

/** Milliseconds without an answer after which a download is given up. */
const DOWNLOAD_PATIENCE = 5_000;

/** A desktop editor, as a program that takes VS Code's command line. */
export interface Desktop {
  readonly program: string;
  readonly name: string;
}

/** Whether a window can be opened here at all. */
export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** An installed editor; the `code` inside of a remote window's terminal is none, it only talks to that window. */
export function installedDesktop(): Desktop | undefined {
  if (process.env['VSCODE_IPC_HOOK_CLI'] !== undefined) return undefined;
  for (const name of ['code', 'code-insiders', 'codium', 'cursor']) {
    const program = findOnPath([name]);
    if (program !== undefined) return { program, name };
  }
  return undefined;
}

/** Downloads VS Code, or finds the one that was downloaded before; says why when neither works. */
export async function downloadedDesktop(): Promise<Desktop | undefined> {
  console.log('parley: no code, code-insiders, codium or cursor on PATH; looking for a VS Code to download');
  let told = false;
  const reporter: ProgressReporter = {
    report: ({ stage }) => {
      if (stage !== ProgressReportStage.Downloading || told) return;
      told = true;
      console.log('parley: downloading VS Code into .cache/desktop');
    },
    error: () => undefined,
  };
  try {
    const program = await downloadAndUnzipVSCode({
      cachePath: join(CACHE, 'desktop'),
      timeout: DOWNLOAD_PATIENCE,
      reporter,
    });
    return { program, name: 'VS Code' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`parley: VS Code cannot be downloaded here (${reason})`);
    return undefined;
  }
}

/** Opens a window of its own with fresh settings under `home`; resolves when it is closed again. */
export async function openDesktop(
  desktop: Desktop,
  home: string,
  folder: string,
  developed: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const data = join(home, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  await writeFile(join(data, 'User', 'settings.json'), JSON.stringify(QUIET_SETTINGS, undefined, 2));
  const args = [
    '--new-window',
    '--wait',
    '--user-data-dir',
    data,
    '--extensions-dir',
    join(home, 'extensions'),
    '--disable-workspace-trust',
    ...developed.map((path) => `--extensionDevelopmentPath=${path}`),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    folder,
  ];
  const child: ChildProcess = startChild(desktop.program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  // What is on PATH is a launcher; the editor it starts is in a process group of its own and leaves its id here.
  atExit(() => endProcessOf(join(data, 'code.lock')));
  await once(child, 'exit');
}

function endProcessOf(lock: string): void {
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').trim());
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  // It still writes to its folders while it ends, so it is waited for; nothing asynchronous runs any more by now.
  const deadline = Date.now() + 3_000;
  let running = signal(pid, 'SIGTERM');
  while (running) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    running = signal(pid, Date.now() < deadline ? 0 : 'SIGKILL');
  }
}

/** Sends a signal, or only asks with 0; false when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
