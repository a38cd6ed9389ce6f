import type { Page } from 'playwright-core';

interface Timed {
  enteredAt?: number;
  readyAt?: number;
}

/**
 * Runs in every frame of a window, before its own scripts. The workbench notes when Enter is pressed; a panel notes the
 * first animation frame in which its "Join" can be pressed. Both by the same clock, in milliseconds since 1970.
 */
export function noteReady(): void {
  const timed = window as unknown as Timed;
  const now = (): number => performance.timeOrigin + performance.now();
  if (window.top === window) {
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Enter') timed.enteredAt = now();
    };
    window.addEventListener('keydown', onKey, true);
    return;
  }
  const ready = (button: HTMLElement): boolean =>
    button.textContent?.trim() === 'Join' && !button.matches('[disabled]') && button.checkVisibility();
  // By a timer, because VS Code writes the panel's document anew, which ends what waits for an animation frame.
  const timer = setInterval(() => {
    if (![...document.querySelectorAll<HTMLElement>('button, vscode-button')].some(ready)) return;
    clearInterval(timer);
    requestAnimationFrame(() => {
      timed.readyAt = now();
    });
  }, 5);
}

/** Chooses a command in the palette, presses Enter, and gives the milliseconds until its panel's "Join" can be used. */
export async function timeToReady(page: Page, command: string): Promise<number> {
  const box = page.locator('.quick-input-widget:visible input.input');
  const row = page.locator('.quick-input-list .monaco-list-row.focused .label-name', { hasText: command });
  // The palette lists what was known when it opened, and is lost when the workbench takes the focus.
  while (!(await row.isVisible())) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await box.fill(`>${command}`).catch(ignoreTimeout);
    await row.waitFor({ timeout: 1_000 }).catch(ignoreTimeout);
  }
  await page.keyboard.press('Enter');
  for (;;) {
    const entered = await page.evaluate(() => (window as unknown as Timed).enteredAt ?? 0);
    for (const frame of page.frames()) {
      if (frame === page.mainFrame() || frame.isDetached()) continue;
      const ready = await frame.evaluate(() => (window as unknown as Timed).readyAt ?? 0).catch(() => 0);
      if (ready > entered) return ready - entered;
    }
    await page.waitForTimeout(100);
  }
}

function ignoreTimeout(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
}
