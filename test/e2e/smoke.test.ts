import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { NEWEST_HOST, OLDEST_HOST, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import { makeTempFolder } from '../support/temp.ts';
import { openWindow } from '../support/window.ts';

// The packed extension on the newest and the oldest VS Code that it supports: the shortest way through all parts.
describe('The packed extension', () => {
  const cleanUp: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const dispose of cleanUp.splice(0).toReversed()) await dispose();
  });

  for (const version of [NEWEST_HOST, OLDEST_HOST]) {
    it(`starts a meeting and shows its first person on code-server ${version}`, async () => {
      const workspace = await makeTempFolder('workspace');
      cleanUp.push(() => workspace.dispose());
      await writeFile(join(workspace.path, 'hello.txt'), 'hello\n');
      const host = await startHost({ version });
      cleanUp.push(() => host.dispose());
      const window = await openWindow({ host, folder: workspace.path, name: 'Alice' });
      cleanUp.push(() => window.dispose());

      await window.runCommand('Parley: Start Meeting');
      assert.match(
        await window.clipboardMatching(/parley\.parley/),
        /^[a-z][a-z-]*:\/\/parley\.parley\/join\?v=1#/,
      );
      const panel = await window.panel();
      await panel.getByRole('textbox', { name: 'Your name' }).fill('Alice');
      await panel.getByRole('button', { name: 'Join', exact: true }).click();
      const tile = panel.getByRole('group', { name: /^Alice/ });
      await tile.waitFor();
      await differingFrames(tile.locator('video'));
      await panel.getByRole('button', { name: 'Leave meeting' }).waitFor();
    });
  }
});
