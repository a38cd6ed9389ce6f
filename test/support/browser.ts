import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { makeTempFolder, type TempFolder } from './temp.ts';

/** Whether pages of a browser may capture: `refused` is what a webview of desktop VS Code gets. */
export type Capture = 'allowed' | 'refused';

/**
 * For `extraArgs`: fake cameras of half the usual rate, where several browsers share a machine in one test and it is
 * not the picture that is measured.
 */
export const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=10';

/** One browser process with a profile of its own: one person. */
export interface Browser {
  readonly context: BrowserContext;
  /** Ends the process as a machine that loses its power does: nobody is told. Resolves with the time (`Date.now()`). */
  kill(): Promise<number>;
  /** Stops all of its processes where they are, as a lid that is closed does; gives the way to go on. */
  sleep(): Promise<() => void>;
  dispose(): Promise<void>;
}

/**
 * Starts a browser with a fake camera and microphone, and a clipboard of its own.
 * @param prefix what to put before its command; it is spoken with over a pipe, on whatever machine it runs.
 * @param kept the profile of a browser before it, which is its maker's to remove; an empty one unless said otherwise.
 */
export async function launchBrowser(
  capture: Capture,
  extraArgs: readonly string[] = [],
  prefix: readonly string[] = [],
  kept?: TempFolder,
): Promise<Browser> {
  const program = await findChromium();
  const profile = kept ?? (await makeTempFolder('profile'));
  const executablePath =
    prefix.length === 0 ? program : await writeLauncher(profile.path, [...prefix, program]);
  const args = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    '--use-fake-device-for-media-stream',
    ...(capture === 'allowed'
      ? ['--use-fake-ui-for-media-stream', '--auto-select-desktop-capture-source=Entire screen']
      : []),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...extraArgs,
  ];
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath,
    args,
    headless: process.env['PARLEY_HEADED'] === undefined,
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    // The signals of the tests' process are handled in one place, scripts/lib/children.ts.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return {
    context,
    kill: async () => {
      const [pid = 0] = await processesOf(context);
      const closed = context.waitForEvent('close');
      process.kill(pid, 'SIGKILL');
      const killed = Date.now();
      await closed;
      return killed;
    },
    sleep: async () => {
      const pids = await processesOf(context);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      return () => {
        for (const pid of pids) process.kill(pid, 'SIGCONT');
      };
    },
    dispose: async () => {
      await context.close();
      if (!kept) await profile.dispose();
    },
  };
}

/** A program that runs a command with what it is given itself; Playwright starts a file and nothing else. */
async function writeLauncher(folder: string, command: readonly string[]): Promise<string> {
  const path = join(folder, 'launch.sh');
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  await writeFile(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  return path;
}

/** The ids of the browser's processes; the end of the first is the end of all others. */
async function processesOf(context: BrowserContext): Promise<number[]> {
  const control = await context.browser()?.newBrowserCDPSession();
  if (!control) throw new Error('the browser of this context is not known');
  const { processInfo } = await control.send('SystemInfo.getProcessInfo');
  const first = processInfo.find(({ type }) => type === 'browser');
  if (!first) throw new Error('the browser does not tell its process id');
  return [first, ...processInfo.filter((other) => other !== first)].map(({ id }) => id);
}
