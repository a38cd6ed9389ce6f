import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { SLOW_CAMERA } from '../support/browser.ts';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import {
  button,
  chat,
  chatShows,
  enter,
  joinMeeting,
  leave,
  startMeeting,
  tile,
} from '../support/meeting.ts';
import { freePort, startPlainServer } from '../support/plainServer.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// A team's own server: the plain program of the `peer` package, which knows nothing of Parley.

describe('a meeting on any PeerJS server', () => {
  let server: ChildProcess;
  let host: Host;
  let folder: TempFolder;
  const windows: VsCodeWindow[] = [];
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let carol: VsCodeWindow;
  let invite = '';

  async function open(name: string): Promise<VsCodeWindow> {
    const workspace = join(folder.path, name);
    await mkdir(workspace);
    const window = await openWindow({ host, folder: workspace, name, browserArgs: [SLOW_CAMERA] });
    windows.push(window);
    return window;
  }
  tellOnFailure(() => windows);

  before(async () => {
    const port = await freePort();
    server = await startPlainServer(port);
    folder = await makeTempFolder('server');
    host = await startHost({ settings: { 'parley.server.url': `http://127.0.0.1:${String(port)}/` } });
    [alice, bob, carol] = await Promise.all([open('Alice'), open('Bob'), open('Carol')]);
  });

  after(async () => {
    for (const window of windows) await window.dispose();
    await host.dispose();
    server.kill();
    await folder.dispose();
  });

  it('starts and is joined by opening the invite as a link, after a question', async () => {
    invite = await startMeeting(alice);
    await writeFile(join(folder.path, 'Bob', 'note.md'), `# Come in\n\n[Join](${invite})\n`);
    await followLink(bob, 'note.md');
    assert.match(await bob.answerDialog('Join'), /Join .+'s meeting at 127\.0\.0\.1:\d+\?/);
    await enter(bob);
    const atBob = await bob.panel();
    await differingFrames(tile(atBob, 'Alice').locator('video'));
  });

  it('goes on without its host, and the eldest opens the door', async () => {
    await leave(alice);
    const atBob = await bob.panel();
    await tile(atBob, 'Alice').waitFor({ state: 'detached' });
    await joinMeeting(carol, invite);
    const atCarol = await carol.panel();
    await tile(atCarol, 'Bob').waitFor();
    await differingFrames(tile(atBob, 'Carol').locator('video'));
  });

  it('does not notice that its server dies', async () => {
    const [atBob, atCarol] = [await bob.panel(), await carol.panel()];
    server.kill('SIGKILL');
    await atBob.getByText("The meeting's server cannot be reached").waitFor();
    await chat(atBob, 'still here');
    await chatShows(atCarol, ['still here']);
    await button(atCarol, 'Share screen').click();
    await differingFrames(tile(atBob, 'Screen of Carol').locator('video'), 2);
  });
});

/** Opens a file of one link in the editor and follows the link, as a person does with the mouse. */
async function followLink(window: VsCodeWindow, file: string): Promise<void> {
  const { page } = window;
  await page.locator('.explorer-folders-view').getByRole('treeitem', { name: file, exact: true }).dblclick();
  await page
    .locator('.monaco-editor .detected-link')
    .first()
    .click({ modifiers: ['ControlOrMeta'] });
}
