import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { button, tile } from './meeting.ts';

/**
 * Opens the details of the connection to somebody from their tile, waits until they hold figures of all that travels,
 * and closes them with the keyboard. Resolves with what stands in each row, by its label.
 * @param level what the icon is to say before; any when left out.
 * @param press a button of the details to press before they are closed.
 */
export async function readConnection(
  panel: Frame,
  name: string,
  level?: 'good' | 'fair' | 'poor',
  press?: string,
): Promise<ReadonlyMap<string, string>> {
  const icon = tile(panel, name).getByRole('button', {
    name: new RegExp(`^Connection to ${name}: ${level ?? '(good|fair|poor)'}$`, 'u'),
  });
  await icon.click();
  const details = panel.getByRole('dialog', { name: `Connection to ${name}`, exact: true });
  const media = details.getByRole('row', { name: /^(Voice|Camera)/u });
  await media.first().waitFor();
  // What has just begun, or begun again, has no figure yet.
  await media.filter({ hasText: '–' }).first().waitFor({ state: 'detached' });
  const rows = await details.getByRole('row').evaluateAll((all) =>
    all.map((row): [string, string] => {
      const [label = '', ...values] = [...row.children].map((cell) => cell.textContent);
      return [label, values.join(' | ').replaceAll('\u00a0', ' ')];
    }),
  );
  if (press !== undefined) {
    await button(panel, press).click();
    await details.getByText('Copied', { exact: true }).waitFor();
  }
  await details.press('Escape');
  await details.waitFor({ state: 'hidden' });
  assert.ok(
    await icon.evaluate((elem) => elem === document.activeElement),
    'the focus is where it was before',
  );
  return new Map(rows);
}
