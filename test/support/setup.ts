import type { Frame, Locator } from 'playwright-core';
import { button } from './meeting.ts';
import type { VsCodeWindow } from './window.ts';

/** The element by which the page of "Test My Setup" is known among all frames of a window. */
const MARK = 'script[src*="/dist/setup.js"]';

/** Runs "Test My Setup"; gives its page, in which the checks run. */
export async function openSetup(window: VsCodeWindow): Promise<Frame> {
  await window.runCommand('Parley: Test My Setup');
  return window.panel(MARK);
}

/** Presses "Run again"; gives the page of that run. */
export async function runAgain(window: VsCodeWindow, panel: Frame): Promise<Frame> {
  const gone = window.page.waitForEvent('framedetached', (frame) => frame === panel);
  await button(panel, 'Run again').click();
  await gone;
  return window.panel(MARK);
}

/** Waits until all checks have ended; gives what stands above them. */
export async function setupEnds(panel: Frame): Promise<string> {
  await button(panel, 'Run again').waitFor();
  return panel.locator('.setup-summary').innerText();
}

/** One check, by its title. */
export function check(panel: Frame, title: string): Locator {
  return panel
    .getByRole('list', { name: 'Checks' })
    .getByRole('listitem')
    .filter({ has: panel.getByText(title, { exact: true }) });
}

/** How all checks stand, as "title: state". */
export async function checkStates(panel: Frame): Promise<Readonly<Record<string, string>>> {
  const rows = await panel
    .locator('.check')
    .evaluateAll((elements) =>
      elements.map((row): [string, string] => [
        row.querySelector('.check-title')?.textContent ?? '',
        row.getAttribute('data-state') ?? '',
      ]),
    );
  return Object.fromEntries(rows);
}

/** Copies the report; gives what is on the clipboard. */
export async function copyReport(window: VsCodeWindow, panel: Frame): Promise<string> {
  await window.setClipboard('');
  await button(panel, 'Copy report').click();
  return window.clipboardMatching(/^Parley: Test My Setup/);
}
