import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'mocha';
import type { VsCodeWindow } from './window.ts';

/** Lines of a window's console, and of the extension's log, that are told. */
const LINES = 15;
const LOG_LINES = 40;

/** In a suite: when a test has failed, prints what each person's window shows, since the run itself may be far away. */
export function tellOnFailure(windows: () => Iterable<VsCodeWindow | undefined>): void {
  afterEach('tell what the windows show', async function () {
    if (this.currentTest?.state !== 'failed') return;
    for (const window of windows()) {
      if (!window) continue;
      const shown = await window.shownText();
      const lines = [
        `--- ${window.name} ---`,
        ...shown,
        '--- console ---',
        ...window.console.slice(-LINES),
        '',
      ];
      process.stderr.write(lines.join('\n'));
    }
    for (const data of new Set([...windows()].flatMap((window) => window?.data ?? [])))
      process.stderr.write(await lastLines(data));
  });
}

/** What the extension wrote last in each log below a folder. */
async function lastLines(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const logs = names.filter((name) => name.endsWith('Parley.log')).toSorted();
  const texts = await Promise.all(
    logs.map(async (name) => {
      const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
      return [`--- ${name} ---`, ...lines.slice(-LOG_LINES), ''].join('\n');
    }),
  );
  return texts.join('\n');
}
