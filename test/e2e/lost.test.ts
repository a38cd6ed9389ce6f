import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import { chat, chatShows, joinMeeting, startMeeting, tile } from '../support/meeting.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

describe('a machine that slept', () => {
  let host: Host;
  let folder: TempFolder;
  const windows: VsCodeWindow[] = [];

  async function open(name: string): Promise<VsCodeWindow> {
    const workspace = join(folder.path, name);
    await mkdir(workspace);
    const window = await openWindow({ host, folder: workspace, name });
    windows.push(window);
    return window;
  }

  before(async () => {
    host = await startHost();
    folder = await makeTempFolder('lost');
  });

  after(async () => {
    for (const window of windows) await window.dispose();
    await host.dispose();
    await folder.dispose();
  });

  it('is given up by the others, and finds its way back by itself', async () => {
    const [alice, bob] = [await open('Alice'), await open('Bob')];
    await joinMeeting(bob, await startMeeting(alice));
    const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    await tile(atAlice, 'Bob').waitFor();
    const wake = await bob.sleep();
    await tile(atAlice, 'Bob').waitFor({ state: 'detached' });
    await chat(atAlice, 'written while Bob slept');
    wake();
    await tile(atAlice, 'Bob').waitFor();
    await differingFrames(tile(atBob, 'Alice').locator('video'));
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
    await chatShows(atBob, ['written while Bob slept']);
  });
});
