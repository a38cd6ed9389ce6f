import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { SLOW_CAMERA } from '../support/browser.ts';
import { tellOnFailure } from '../support/failure.ts';
import { sha256, writeRandomFile } from '../support/files.ts';
import { OLDEST_HOST, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import { button, chat, chatShows, joinMeeting, startMeeting, tile } from '../support/meeting.ts';
import { makeTempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// The packed extension on the oldest VS Code that it supports: the shortest way through all parts. All other tests beside
// this one run it on the newest, and take the same way and every other.
describe('The packed extension', () => {
  const windows: VsCodeWindow[] = [];
  const cleanUp: (() => Promise<void>)[] = [];
  tellOnFailure(() => windows);

  afterEach(async () => {
    for (const window of windows) await window.dispose();
    for (const dispose of cleanUp.toReversed()) await dispose();
  });

  it(`brings two people together on code-server ${OLDEST_HOST}`, async () => {
    const folder = await makeTempFolder('smoke');
    cleanUp.push(() => folder.dispose());
    const host = await startHost({ version: OLDEST_HOST });
    cleanUp.push(() => host.dispose());
    const open = async (name: string) => {
      const workspace = join(folder.path, name);
      await mkdir(workspace);
      if (name === 'Alice') await writeRandomFile(join(workspace, 'small.bin'), 10_000);
      const window = await openWindow({ host, folder: workspace, name, browserArgs: [SLOW_CAMERA] });
      windows.push(window);
      return window;
    };

    const [alice, bob] = await Promise.all([open('Alice'), open('Bob')]);
    await joinMeeting(bob, await startMeeting(alice));
    const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
    await differingFrames(tile(atBob, 'Alice').locator('video'));
    await chat(atAlice, 'one line');
    await chatShows(atBob, ['one line']);
    await alice.explorerMenu(['small.bin'], 'Share File in Meeting');
    await button(atBob, 'Save small.bin').click();
    await button(atBob, 'Show small.bin').waitFor();
    const [sent, saved] = ['Alice', 'Bob'].map((name) => sha256(join(folder.path, name, 'small.bin')));
    assert.equal(await saved, await sent);
  });
});
