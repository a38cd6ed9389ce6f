import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Frame, Page } from 'playwright-core';
import { type Capture, SLOW_CAMERA } from '../support/browser.ts';
import { readConnection } from '../support/connection.ts';
import { tellOnFailure } from '../support/failure.ts';
import { sha256, writeRandomFile } from '../support/files.ts';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames, hear, hearSilence, keepConnections } from '../support/media.ts';
import {
  askForInvite,
  button,
  chat,
  chatShows,
  enter,
  joinMeeting,
  leave,
  mark,
  openInvite,
  startMeeting,
  tile,
} from '../support/meeting.ts';
import { SystemBrowser } from '../support/stage.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// One meeting from its start to its end, in real VS Code windows, each in a browser process of its own. The tests
// build on each other, as a meeting does. The whole meeting is held where panels may not capture and stages in yet
// other browser processes do it, with one of each, and where panels may: nobody in it can tell the difference. Steps
// that have nothing to do with that are taken in the last only, and a window that is right for the next meeting, too,
// stays open.

const BIG = 5 * 1024 * 1024;
/** Five browsers on two processors: with cameras at the full rate a meeting of stages takes minutes. */
const browserArgs = [SLOW_CAMERA];

interface Capturing {
  readonly alice: Capture;
  readonly bob: Capture;
}
const OF_PANELS: Capturing = { alice: 'allowed', bob: 'allowed' };
const WAYS: Readonly<Record<string, Capturing>> = {
  'of stages': { alice: 'refused', bob: 'refused' },
  'of a stage and a panel': { alice: 'refused', bob: 'allowed' },
  'of panels that capture': OF_PANELS,
};

/** Somebody's window, and the browser of who may not capture in it. */
interface Place {
  readonly capture: Capture;
  readonly window: VsCodeWindow;
  readonly browser: SystemBrowser | undefined;
}

/** Who meets, where, again and again. */
class People {
  readonly #places = new Map<string, Place>();
  readonly #folders = new Map<string, TempFolder>();
  #host: Host | undefined;

  async start(): Promise<void> {
    this.#host = await startHost();
  }

  async end(): Promise<void> {
    await this.closeAll();
    await this.#host?.dispose();
    for (const folder of this.#folders.values()) await folder.dispose();
  }

  get windows(): VsCodeWindow[] {
    return [...this.#places.values()].map(({ window }) => window);
  }

  folderOf(name: string): string {
    return this.#folders.get(name)?.path ?? '';
  }

  /** A window as if it was new: on an empty folder, with nothing left of the meeting before. */
  async place(name: string, capture: Capture, captures: boolean): Promise<Place> {
    const known = this.#places.get(name);
    if (known?.capture === capture) {
      await emptyFolder(this.folderOf(name));
      await known.window.runCommand('Notifications: Clear All Notifications');
      // The focus was in the panel that is gone; without one the clipboard cannot be used.
      await known.window.runCommand('View: Show Explorer');
      return known;
    }
    await this.close(name);
    const place = await this.#open(name, capture, captures);
    this.#places.set(name, place);
    return place;
  }

  async closeAll(): Promise<void> {
    for (const name of this.#places.keys()) await this.close(name);
  }

  async close(name: string): Promise<void> {
    const place = this.#places.get(name);
    this.#places.delete(name);
    await place?.browser?.dispose();
    await place?.window.dispose();
  }

  async #open(name: string, capture: Capture, captures: boolean): Promise<Place> {
    const host = this.#host;
    assert.ok(host);
    const folder = this.#folders.get(name) ?? (await makeTempFolder(name));
    this.#folders.set(name, folder);
    await emptyFolder(folder.path);
    const window = await openWindow({ host, folder: folder.path, capture, name, browserArgs });
    const browser =
      captures && capture === 'refused' ? await SystemBrowser.launch(window, browserArgs) : undefined;
    for (const context of [window.page.context(), browser?.context]) {
      await context?.addInitScript(keepConnections);
    }
    return { capture, window, browser };
  }
}

describe('a meeting', () => {
  const people = new People();
  before(() => people.start());
  after(() => people.end());
  tellOnFailure(() => people.windows);

  for (const [way, capturing] of Object.entries(WAYS)) describe(way, () => holdMeeting(people, capturing));
});

function holdMeeting(people: People, capturing: Capturing): void {
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let carol: VsCodeWindow;
  let atAlice: Frame;
  let atBob: Frame;
  let invite = '';
  /** Of those whose panels may not capture. */
  const browsers = new Map<VsCodeWindow, SystemBrowser>();
  const stages = new Map<VsCodeWindow, Page>();
  const folderOf = (name: string): string => people.folderOf(name);

  /** Where a person hears the others. */
  const earsOf = async (window: VsCodeWindow): Promise<Frame> =>
    stages.get(window)?.mainFrame() ?? (await window.panel());

  /** After Join: the one click in the stage, for who needs one. */
  async function startDevices(window: VsCodeWindow): Promise<void> {
    const browser = browsers.get(window);
    if (browser) stages.set(window, await browser.startDevices(window));
    await differingFrames(tile(await window.panel(), window.name).locator('video'));
  }

  async function present(window: VsCodeWindow): Promise<void> {
    await button(await window.panel(), 'Share screen').click();
    await browsers.get(window)?.startScreen(window);
  }

  let isOver = false;
  const isLast = capturing === OF_PANELS;
  /** A step that has nothing to do with who captures: it is taken in one of the meetings. */
  function itOnce(title: string, step: () => Promise<void>): void {
    if (isLast) it(title, step);
  }

  before(async () => {
    const places = await Promise.all([
      people.place('Alice', capturing.alice, true),
      people.place('Bob', capturing.bob, true),
      people.place('Carol', 'refused', false),
    ]);
    for (const { window, browser } of places) if (browser) browsers.set(window, browser);
    [alice, bob, carol] = [places[0].window, places[1].window, places[2].window];
    await writeFile(join(folderOf('Alice'), 'empty.txt'), '');
    await writeRandomFile(join(folderOf('Alice'), 'data.bin'), BIG);
  });

  after(async () => {
    for (const page of stages.values()) await page.close();
    // Who is still in a meeting that went wrong does not go on to the next.
    if (!isOver) await people.closeAll();
  });

  it('starts with one command, and the invite is on the clipboard', async () => {
    invite = await startMeeting(alice);
    atAlice = await alice.panel();
    await alice.notification('The invite is on your clipboard');
    await atAlice.getByText("You're the only one here").first().waitFor();
    await alice.statusBar('Only you');
    await startDevices(alice);
  });

  it('is joined with the invite that the clipboard holds', async () => {
    await bob.setClipboard(`Come and join me: ${invite}`);
    await askForInvite(bob);
    assert.equal(await bob.inputValue(), invite, 'the box is prefilled with the invite alone');
    await bob.fillInput(invite);
    await enter(bob);
    atBob = await bob.panel();
    await startDevices(bob);
    await Promise.all([tile(atBob, 'Alice').waitFor(), tile(atAlice, 'Bob').waitFor()]);
    const people = atBob.getByRole('list', { name: 'Participants' }).getByRole('listitem');
    assert.deepEqual(
      [await people.count(), (await people.allInnerTexts()).join().includes('Alice')],
      [2, true],
    );
  });

  it('shows each the other, moving', async () => {
    await differingFrames(tile(atBob, 'Alice').locator('video'));
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
  });

  it('lets them hear each other, and not when muted', async () => {
    await Promise.all([hear(await earsOf(bob)), hear(await earsOf(alice))]);
    await button(atAlice, 'Mute microphone').click();
    await mark(atBob, 'Alice', 'Microphone off').waitFor();
    await hearSilence(await earsOf(bob));
    await button(atAlice, 'Unmute microphone').click();
    await hear(await earsOf(bob));
  });

  it('says how well they are connected, with the figures for who asks', async () => {
    const figures = await readConnection(atBob, 'Alice', 'good');
    assert.match(figures.get('Round trip') ?? '', /^(< 1|\d+) ms$/u);
    assert.match(figures.get('Route') ?? '', /^Direct/u);
    assert.match(figures.get('Camera') ?? '', /bit\/s, VP8, \d+ × \d+.*bit\/s, VP8/u);
    assert.match(figures.get('Voice') ?? '', /bit\/s, Opus.*bit\/s, Opus/u);
    await readConnection(atAlice, 'Bob', 'good', 'Copy');
    const copied = await alice.clipboardMatching(/^Connection to Bob: good$/mu);
    assert.match(copied, /^Round trip: .+\nRoute: Direct/mu);
    assert.doesNotMatch(copied, /\d+\.\d+\.\d+\.\d+|::|\.local/u);
  });

  it('shows to all that a camera is off, and on again', async () => {
    await button(atBob, 'Stop camera').click();
    await mark(atAlice, 'Bob', 'Camera off').waitFor();
    assert.equal(
      await tile(atAlice, 'Bob').locator('video').evaluate(shownTracks),
      0,
      'no last picture is left',
    );
    await button(atBob, 'Start camera').click();
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
  });

  it('survives clicks in quick order in the state that was asked for last', async () => {
    for (let click = 0; click < 7; click++) {
      await atBob.getByRole('button', { name: /^(Stop|Start) camera$/ }).click();
    }
    await button(atBob, 'Start camera').waitFor();
    await mark(atAlice, 'Bob', 'Camera off').waitFor();
    await button(atBob, 'Start camera').click();
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
  });

  it('shows a screen while the camera goes on', async () => {
    await present(alice);
    const screen = tile(atBob, 'Screen of Alice');
    await screen.waitFor();
    await differingFrames(screen.locator('video'), 2);
    await differingFrames(tile(atBob, 'Alice').locator('video'));
  });

  it('has one presenter at a time, and says who', async () => {
    await button(atBob, 'Share screen').click();
    await atBob.getByText('Alice is presenting. Only one person can present at a time').first().waitFor();
    assert.equal(await tile(atAlice, 'Screen of Bob').count(), 0);
    await button(atAlice, 'Stop sharing').click();
    await tile(atBob, 'Screen of Alice').waitFor({ state: 'detached' });
    await present(bob);
    await differingFrames(tile(atAlice, 'Screen of Bob').locator('video'), 2);
    await button(atBob, 'Stop sharing').click();
    await tile(atAlice, 'Screen of Bob').waitFor({ state: 'detached' });
  });

  itOnce('raises hands', async () => {
    await button(atBob, 'Raise hand').click();
    await mark(atAlice, 'Bob', 'Hand raised').waitFor();
    await button(atBob, 'Lower hand').click();
    await mark(atAlice, 'Bob', 'Hand raised').waitFor({ state: 'detached' });
  });

  it('chats both ways, as text, in one order on all sides', async () => {
    const lines = ['first', '<img src=x onerror="document.title=1">', 'third ✅', 'fourth'];
    for (const [index, line] of lines.entries()) {
      const [from, to] = index % 2 === 0 ? [atAlice, atBob] : [atBob, atAlice];
      await chat(from, line, index < 2 ? 'button' : 'key');
      await chatShows(to, lines.slice(0, index + 1));
    }
    for (const panel of [atAlice, atBob]) {
      await chatShows(panel, lines);
      assert.equal(await panel.locator('[role="log"] img').count(), 0);
    }
  });

  it('hands over files from the explorer, byte for byte', async () => {
    await alice.explorerMenu(['data.bin', 'empty.txt'], 'Share File in Meeting');
    const files = atBob.getByRole('list', { name: 'Shared files' });
    for (const name of ['data.bin', 'empty.txt']) {
      await button(atBob, `Save ${name}`).click();
      await button(atBob, `Show ${name}`).waitFor();
      assert.equal(await sha256(join(folderOf('Bob'), name)), await sha256(join(folderOf('Alice'), name)));
    }
    assert.match(
      (await files.getByRole('listitem').first().innerText()).replaceAll(/\s+/g, ' '),
      /data\.bin.*5.*MB/,
    );
    await atAlice.getByText('taken by 1 person').first().waitFor();
    assert.deepEqual(
      (await readdir(folderOf('Bob'))).sort(),
      ['data.bin', 'empty.txt'],
      'nothing else was left behind',
    );
  });

  itOnce('never overwrites a file', async () => {
    const before = await sha256(join(folderOf('Bob'), 'data.bin'));
    await writeRandomFile(join(folderOf('Alice'), 'data.bin'), 1_000);
    await alice.explorerMenu(['data.bin'], 'Share File in Meeting');
    await button(atBob, 'Save data.bin').last().click();
    await atBob.getByText('Saved as data (2).bin').waitFor();
    assert.equal(await sha256(join(folderOf('Bob'), 'data.bin')), before);
    assert.equal(
      await sha256(join(folderOf('Bob'), 'data (2).bin')),
      await sha256(join(folderOf('Alice'), 'data.bin')),
    );
  });

  itOnce('says why a file that changed or went cannot be had', async () => {
    await writeRandomFile(join(folderOf('Alice'), 'gone.txt'), 10);
    await alice.explorerMenu(['gone.txt'], 'Share File in Meeting');
    await button(atBob, 'Save gone.txt').waitFor();
    await writeRandomFile(join(folderOf('Alice'), 'gone.txt'), 11);
    await button(atBob, 'Save gone.txt').click();
    await atBob.getByText('It was changed after it was shared.').waitFor();
    await button(atAlice, 'Share gone.txt as it is now').click();
    await button(atBob, 'Try again to save gone.txt').waitFor({ state: 'detached' });
    await button(atBob, 'Save gone.txt').waitFor();
    await button(atAlice, 'Withdraw gone.txt').click();
    await button(atBob, 'Save gone.txt').waitFor({ state: 'detached' });
    assert.ok(!(await readdir(folderOf('Bob'))).some((name) => name.startsWith('gone')));
  });

  itOnce('refuses who does not know the secret, with a sentence for both sides', async () => {
    await openInvite(carol, withOtherSecret(invite));
    const atMallory = await carol.panel();
    await atMallory.getByRole('textbox', { name: 'Your name' }).fill('Mallory');
    await button(atMallory, 'Join without devices').click();
    await atMallory.getByText('This invite does not open the meeting').waitFor();
    await atAlice.getByText('Somebody tried to join without a valid invite').waitFor();
    for (const panel of [atAlice, atBob]) assert.equal(await tile(panel, 'Mallory').count(), 0);
    await button(atMallory, 'Close').click();
    await carol.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
  });

  it('takes in a third, who cannot capture, late: people, chat and files are there', async () => {
    await openInvite(carol, invite);
    const atCarol = await carol.panel();
    await enter(carol, 'Join without devices');
    for (const panel of [atAlice, atBob]) await tile(panel, 'Carol').waitFor();
    for (const name of ['Alice', 'Bob']) await differingFrames(tile(atCarol, name).locator('video'));
    await hear(atCarol);
    await chatShows(atCarol, ['first', 'third ✅', 'fourth']);
    await button(atCarol, 'Save empty.txt').click();
    await button(atCarol, 'Show empty.txt').waitFor();
    assert.equal(
      await sha256(join(folderOf('Carol'), 'empty.txt')),
      await sha256(join(folderOf('Alice'), 'empty.txt')),
    );
    await chat(atCarol, 'hello from Carol');
    for (const panel of [atAlice, atBob]) await chatShows(panel, ['fourth', 'hello from Carol']);
  });

  it('goes on when a panel is closed, and knows who comes back', async () => {
    await bob.closeTab('Parley');
    await mark(atAlice, 'Bob', 'Reconnecting…').waitFor();
    // Initials, since the end of a picture is black.
    assert.equal(await tile(atAlice, 'Bob').locator('video').evaluate(shownTracks), 0);
    // How long they are kept has nothing to do with who captures; it is waited for in one of the meetings.
    if (isLast) await tile(atAlice, 'Bob').waitFor({ state: 'detached' });
    await bob.acceptNotification('Reopen');
    atBob = await bob.panel();
    await tile(atBob, 'Alice').waitFor();
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
    await differingFrames(tile(await carol.panel(), 'Bob').locator('video'));
    await tile(atBob, 'Carol').waitFor();
    await differingFrames(tile(atBob, 'Alice').locator('video'));
    await chatShows(atBob, ['first', 'third ✅', 'fourth', 'hello from Carol']);
    await chat(await carol.panel(), 'welcome back');
    await chatShows(atBob, ['hello from Carol', 'welcome back']);
    const people = atAlice.getByRole('list', { name: 'Participants' }).getByRole('listitem');
    assert.equal(await people.count(), 3);
  });

  it('lets people leave, and the others see it', async () => {
    await leave(bob);
    await tile(atAlice, 'Bob').waitFor({ state: 'detached' });
    await atAlice.getByText('Bob left.').first().waitFor();
    await joinMeeting(bob, invite);
    atBob = await bob.panel();
    await tile(atBob, 'Alice').waitFor();
    await startDevices(bob);
    await differingFrames(tile(atAlice, 'Bob').locator('video'));
  });

  itOnce('asks before leaving, also when the command is run', async () => {
    await bob.runCommand('Parley: Leave Meeting');
    await atBob.getByRole('dialog').getByRole('button', { name: 'Stay', exact: true }).click();
    await tile(atBob, 'Alice').waitFor();
  });

  itOnce(
    'shows within nine seconds that somebody’s machine is gone, and lets go of them soon after',
    async () => {
      const killed = await carol.kill();
      await Promise.all([atAlice, atBob].map((panel) => mark(panel, 'Carol', 'Reconnecting…').waitFor()));
      const took = Date.now() - killed;
      assert.ok(took < 9_000, `it took ${String(took)} ms`);
      await Promise.all([atAlice, atBob].map((panel) => tile(panel, 'Carol').waitFor({ state: 'detached' })));
      await people.close('Carol');
    },
  );

  it('ends for everybody when the host ends it', async () => {
    await leave(alice, 'End for everyone');
    await bob.notification(/ended/);
    await bob.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
    assert.ok(await bob.offersCommand('Parley: Start Meeting'));
    assert.ok(!(await bob.offersCommand('Parley: Leave Meeting')));
    for (const page of stages.values()) await page.getByText('The meeting is over for you').waitFor();
    isOver = true;
  });
}

async function emptyFolder(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true });
}

/** How many tracks a video element shows. */
function shownTracks(video: SVGElement | HTMLElement): number {
  const stream = video instanceof HTMLVideoElement ? video.srcObject : null;
  return stream instanceof MediaStream ? stream.getTracks().length : 0;
}

/** The same invite with another secret in it. */
function withOtherSecret(invite: string): string {
  const [head, body = ''] = invite.split('#');
  const wire = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  wire['s'] = 'A'.repeat(43);
  return `${String(head)}#${Buffer.from(JSON.stringify(wire)).toString('base64url')}`;
}
