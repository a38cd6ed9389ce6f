import type { Frame } from 'playwright-core';
import type { VsCodeWindow } from './window.ts';

/** Milliseconds between two looks. */
const LOOK = 20;

/** Marks a window's panel, so that the one which comes after it is told from it. */
export async function markPanel(window: VsCodeWindow): Promise<void> {
  const panel = await window.panel();
  await panel.evaluate(() => Object.assign(globalThis, { isOld: true }));
}

/** Waits for a panel that was not there when one was marked. */
export async function freshPanel(window: VsCodeWindow): Promise<Frame> {
  for (;;) {
    const panel = await window.panel();
    const isOld = await panel
      .evaluate(() => Reflect.has(globalThis, 'isOld'))
      // The old frame goes while it is asked.
      .catch(() => true);
    if (!isOld) return panel;
    await window.page.waitForTimeout(LOOK);
  }
}
