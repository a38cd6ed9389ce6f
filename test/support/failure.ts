import { afterEach } from 'mocha';
import type { VsCodeWindow } from './window.ts';

/** Lines of a window's console that are told. */
const LINES = 15;

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
  });
}
