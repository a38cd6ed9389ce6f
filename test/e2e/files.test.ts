import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { safeFileName } from '../../src/shared/fileNames.ts';
import { type Capture, SLOW_CAMERA } from '../support/browser.ts';
import { chatTrips } from '../support/chatTrips.ts';
import { tellOnFailure } from '../support/failure.ts';
import { sha256, treeOf, writeLargeFile, writeRandomFile } from '../support/files.ts';
import { extensionHosts, type Host, startHost } from '../support/host.ts';
import { concealment, hear, keepConnections } from '../support/media.ts';
import { button, enter, leave, openInvite, startMeeting, tile } from '../support/meeting.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import {
  cutLinks,
  damageNext,
  dropFile,
  fileRow,
  liveElsewhere,
  misname,
  prepareMisnaming,
  reaches,
  save,
  saved,
  sharedFiles,
  watchLeast,
  watchStreams,
} from '../support/transfers.ts';
import { leaveUnobserved } from '../support/unobserved.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// Files in a meeting of real VS Code windows. Bob holds it, Alice shares, the others take. The tests build on each
// other, as a meeting does.

const MB = 1_000_000;
/** Long enough on its way for something to happen in the middle of it. */
const MIDDLING = 96 * MB;
const GIGABYTE = 1024 * 1024 * 1024;
const CHAT_LINES = 20;
/** Percent of a middling file that may be on the way, neither shown nor on disk: the window. */
const SLACK = 15;

describe('files', () => {
  let host: Host;
  const folders = new Map<string, TempFolder>();
  const windows = new Map<string, VsCodeWindow>();
  /** Where the pages of each window open streams. */
  const streams = new Map<string, readonly string[]>();
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let atAlice: Frame;
  let atBob: Frame;
  let invite = '';

  tellOnFailure(() => windows.values());

  const pathOf = (person: string, ...parts: string[]): string =>
    join(folders.get(person)?.path ?? '', ...parts);

  async function open(name: string, capture: Capture = 'refused'): Promise<VsCodeWindow> {
    const folder = await makeTempFolder(name);
    folders.set(name, folder);
    const window = await openWindow({ host, folder: folder.path, capture, name, browserArgs: [SLOW_CAMERA] });
    windows.set(name, window);
    streams.set(name, watchStreams(window.page));
    for (const script of [keepConnections, prepareMisnaming]) {
      await window.page.context().addInitScript(script);
    }
    return window;
  }

  async function close(name: string): Promise<void> {
    await windows.get(name)?.dispose();
    windows.delete(name);
  }

  async function enterAs(window: VsCodeWindow): Promise<Frame> {
    await openInvite(window, invite);
    await enter(window, window === alice ? 'Join' : 'Join without devices');
    const panel = await window.panel();
    await tile(panel, 'Bob').waitFor();
    return panel;
  }

  async function share(...names: string[]): Promise<void> {
    await alice.explorerMenu(names, 'Share File in Meeting');
  }

  async function shareAs(answer: string, ...names: string[]): Promise<string> {
    await share(...names);
    return alice.answerDialog(answer);
  }

  /** What Bob has is, byte for byte, what Alice has. */
  async function sameAtBob(name: string): Promise<void> {
    assert.equal(await sha256(pathOf('Bob', name)), await sha256(pathOf('Alice', name)));
  }

  /** Lets Bob take a large file; resolves when it is on its way, through the workers that it goes through. */
  async function begin(name: string): Promise<void> {
    await button(atBob, `Save ${name}`).click();
    await reaches(atBob, name, 1);
    await unobserved();
  }

  /** Whoever looks on is told of each message, which takes longer than the file. */
  async function unobserved(): Promise<void> {
    for (const { page } of windows.values()) await leaveUnobserved(page);
  }

  /** Files of a transfer that is not done. */
  async function partsAtBob(): Promise<string[]> {
    return (await readdir(pathOf('Bob'))).filter((name) => name.includes('.part'));
  }

  before(async function () {
    this.timeout(180_000);
    host = await startHost({ settings: { 'parley.files.askAbove': 10_000 } });
    bob = await open('Bob');
    alice = await open('Alice', 'allowed');
    invite = await startMeeting(bob, 'Join without devices');
    atBob = await bob.panel();
    atAlice = await enterAs(alice);
    await tile(atBob, 'Alice').waitFor();
  });

  after(async () => {
    for (const window of windows.values()) await window.dispose();
    await host?.dispose();
    for (const folder of folders.values()) await folder.dispose();
  });

  it('go from disk to disk whatever their size, one by one or all at once', async () => {
    const sizes = { 'nothing.bin': 0, 'one.bin': 1, 'five.bin': 5 * MB };
    for (const [name, size] of Object.entries(sizes)) await writeRandomFile(pathOf('Alice', name), size);
    await share(...Object.keys(sizes));
    await save(atBob, 'one.bin');
    await button(atBob, 'Save all files').click();
    for (const name of Object.keys(sizes)) {
      await saved(atBob, name);
      await sameAtBob(name);
    }
    assert.deepEqual(await partsAtBob(), []);
  });

  it('go past what leads connections through VS Code, where page and disk are on one machine', () => {
    for (const person of ['Alice', 'Bob']) {
      const urls = streams.get(person) ?? [];
      assert.ok(urls.length >= 4, `${person}: ${urls.join(' ')}`);
      for (const url of urls) assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/files\/[\w-]{22}(?:\?body=1)?$/);
    }
    // What is read from disk comes as a body.
    assert.ok((streams.get('Alice') ?? []).filter((url) => url.endsWith('?body=1')).length >= 3);
  });

  it('keep the names of all scripts', async () => {
    const names = [
      'Привет мир.txt',
      '日本語の名前.txt',
      'سلام.txt',
      'हिन्दी.txt',
      'שלום.txt',
      'emoji 🎉.txt',
      'ñandú.txt',
    ];
    await mkdir(pathOf('Alice', 'scripts'));
    for (const name of names) await writeFile(pathOf('Alice', 'scripts', name), name);
    await writeFile(pathOf('Alice', 'Ελληνικά.txt'), 'Ελληνικά');
    await share('scripts', 'Ελληνικά.txt');
    for (const name of ['scripts', 'Ελληνικά.txt']) await save(atBob, name);
    assert.deepEqual(await treeOf(pathOf('Bob', 'scripts')), await treeOf(pathOf('Alice', 'scripts')));
    await sameAtBob('Ελληνικά.txt');
  });

  it('keep to their folder, whatever a sender calls them', async () => {
    const hostile = [
      '../escaped.txt',
      '/tmp/parley-absolute.txt',
      'C:\\windows.txt',
      'con.txt',
      'gpj\u202Efdp.exe',
      '..',
    ];
    const given = Object.fromEntries(hostile.map((name, index) => [`plain-${String(index)}.txt`, name]));
    await misname(atAlice, given);
    for (const own of Object.keys(given)) await writeFile(pathOf('Alice', own), own);
    await share(...Object.keys(given));
    for (const [own, name] of Object.entries(given)) {
      await save(atBob, safeFileName(name));
      assert.equal(await sha256(pathOf('Bob', safeFileName(name))), await sha256(pathOf('Alice', own)));
    }
    const outside = await readdir(join(pathOf('Bob'), '..'));
    assert.ok(!outside.some((name) => name.includes('escaped') || name === 'parley-absolute.txt'));
  });

  it('go as folders: 2,000 files, empty folders and what may be run', async function () {
    this.timeout(180_000);
    for (let folder = 0; folder < 40; folder++) {
      const path = pathOf('Alice', 'tree', `folder ${String(folder % 8)}`, String(folder));
      await mkdir(path, { recursive: true });
      await Promise.all(
        Array.from({ length: 50 }, (_, file) =>
          writeFile(join(path, `${String(file)}.txt`), `${String(folder)}/${String(file)}`.repeat(file)),
        ),
      );
      await chmod(join(path, '7.txt'), 0o755);
    }
    await mkdir(pathOf('Alice', 'tree', 'nothing', 'in here'), { recursive: true });
    await share('tree');
    await fileRow(atBob, 'tree').getByText('2,000 files').waitFor();
    await save(atBob, 'tree');
    assert.deepEqual(await treeOf(pathOf('Bob', 'tree')), await treeOf(pathOf('Alice', 'tree')));
  });

  it('leave out what git ignores, when asked', async () => {
    const project = pathOf('Alice', 'project');
    await mkdir(join(project, 'node_modules'), { recursive: true });
    execFileSync('git', ['init', '--quiet', project]);
    await writeFile(join(project, '.gitignore'), 'node_modules/\n');
    await writeFile(join(project, 'index.js'), 'export {};\n');
    await writeFile(join(project, 'node_modules', 'other.js'), 'export {};\n');
    assert.match(await shareAs('Share Without Them', 'project'), /git ignores/);
    await save(atBob, 'project');
    const found = await readdir(pathOf('Bob', 'project'));
    assert.ok(found.includes('index.js') && !found.includes('node_modules'), found.join());
  });

  it('are asked about once when they look like secrets', async () => {
    await writeFile(pathOf('Alice', '.env'), 'PASSWORD=1234\n');
    assert.match(await shareAs('Cancel', '.env'), /looks like a secret/);
    assert.match(await shareAs('Share Anyway', '.env'), /\.env/);
    await save(atBob, '.env');
    assert.equal(await fileRow(atBob, '.env').count(), 1);
  });

  it('can be looked at without being saved, and compared with one’s own', async () => {
    await writeFile(pathOf('Alice', 'notes.txt'), 'what Alice wrote\n');
    await writeFile(pathOf('Bob', 'notes.txt'), 'what Bob wrote\n');
    await share('notes.txt');
    await button(atBob, 'Open notes.txt').click();
    await bob.page
      .locator('.monaco-editor .view-lines', { hasText: /what.Alice.wrote/ })
      .first()
      .waitFor();
    // The panel is narrow beside an editor, and shows its lists when asked.
    await bob.closeTab('notes.txt');
    await button(atBob, 'Compare notes.txt with mine').click();
    await bob.page.locator('.tabs-container .tab', { hasText: "(mine ↔ Alice's)" }).waitFor();
    await bob.page
      .locator('.monaco-diff-editor .view-lines', { hasText: /what.Bob.wrote/ })
      .first()
      .waitFor();
    await bob.closeTab('notes.txt');
    assert.deepEqual(
      (await readdir(pathOf('Bob'))).filter((name) => name.startsWith('notes')),
      ['notes.txt'],
    );
  });

  it('can be saved under another name', async () => {
    await button(atBob, 'Save notes.txt as…').click();
    await bob.fillFileDialog(pathOf('Bob', 'renamed.txt'));
    await saved(atBob, 'notes.txt');
    assert.equal(await sha256(pathOf('Bob', 'renamed.txt')), await sha256(pathOf('Alice', 'notes.txt')));
    // A look takes nothing of that away.
    await button(atBob, 'Compare notes.txt with mine').click();
    await bob.page.locator('.tabs-container .tab', { hasText: "(mine ↔ Alice's)" }).waitFor();
    await bob.closeTab('notes.txt');
    await fileRow(atBob, 'notes.txt').getByText('Saved as renamed.txt').waitFor();
    await button(atBob, 'Show notes.txt').waitFor();
  });

  it('go from the tab of an editor', async () => {
    await writeFile(pathOf('Alice', 'tab.txt'), 'of a tab');
    await alice.explorerMenu(['tab.txt'], 'Open to the Side');
    await alice.tabMenu('tab.txt', 'Share File in Meeting');
    await save(atBob, 'tab.txt');
    await sameAtBob('tab.txt');
    await alice.closeTab('tab.txt');
  });

  it('can be dropped on the panel', async () => {
    await dropFile(atAlice, 'dropped.txt', 'from somewhere else');
    await save(atBob, 'dropped.txt');
    await writeFile(pathOf('Alice', 'dropped.txt'), 'from somewhere else');
    await sameAtBob('dropped.txt');
  });

  it('can be withdrawn', async () => {
    await writeRandomFile(pathOf('Alice', 'withdrawn.bin'), 10);
    await share('withdrawn.bin');
    await button(atBob, 'Save withdrawn.bin').waitFor();
    await button(atAlice, 'Withdraw withdrawn.bin').click();
    await button(atBob, 'Save withdrawn.bin').waitFor({ state: 'detached' });
  });

  it('are cancelled, taken after all, paused and gone on with', async function () {
    this.timeout(120_000);
    await writeRandomFile(pathOf('Alice', 'paused.bin'), MIDDLING);
    await share('paused.bin');
    await begin('paused.bin');
    await reaches(atBob, 'paused.bin', 10);
    await button(atBob, 'Cancel paused.bin').click();
    await button(atBob, 'Save paused.bin').waitFor();
    await until('the part is removed', async () => (await partsAtBob()).length === 0);

    await begin('paused.bin');
    await reaches(atBob, 'paused.bin', 20);
    await button(atBob, 'Pause paused.bin').click();
    await button(atBob, 'Resume paused.bin').waitFor();
    assert.equal((await partsAtBob()).length, 1);
    const paused = await reaches(atBob, 'paused.bin', 1);
    const least = await watchLeast(atBob, 'paused.bin');
    await button(atBob, 'Resume paused.bin').click();
    await saved(atBob, 'paused.bin');
    await sameAtBob('paused.bin');
    assert.ok(
      (await least()) >= paused - SLACK,
      `from ${String(paused)}% it went on at ${String(await least())}%`,
    );
  });

  it('are repaired when a chunk is damaged on its way', async () => {
    await writeRandomFile(pathOf('Alice', 'damaged.bin'), 20 * MB);
    await share('damaged.bin');
    const damaged = await damageNext(alice.page);
    await save(atBob, 'damaged.bin');
    assert.equal(await damaged(), 1);
    await sameAtBob('damaged.bin');
  });

  it('go on where they stopped when the connection is cut', async function () {
    this.timeout(180_000);
    await writeRandomFile(pathOf('Alice', 'cut.bin'), MIDDLING);
    await share('cut.bin');
    await begin('cut.bin');
    const reached = await reaches(atBob, 'cut.bin', 20);
    const least = await watchLeast(atBob, 'cut.bin');
    await cutLinks(atBob);
    await saved(atBob, 'cut.bin');
    await sameAtBob('cut.bin');
    assert.ok(
      (await least()) >= reached - SLACK,
      `from ${String(reached)}% it went on at ${String(await least())}%`,
    );
    assert.deepEqual(await partsAtBob(), []);
  });

  it('go on where they stopped when the panel was closed', async function () {
    this.timeout(180_000);
    await writeRandomFile(pathOf('Alice', 'closed.bin'), MIDDLING);
    await share('closed.bin');
    await begin('closed.bin');
    const reached = await reaches(atBob, 'closed.bin', 20);
    await bob.closeTab('Parley');
    assert.equal((await partsAtBob()).length, 1);
    await bob.acceptNotification('Reopen');
    atBob = await bob.panel();
    const least = await watchLeast(atBob, 'closed.bin');
    await reaches(atBob, 'closed.bin', 1);
    await unobserved();
    await saved(atBob, 'closed.bin');
    await sameAtBob('closed.bin');
    assert.ok(
      (await least()) >= reached - SLACK,
      `from ${String(reached)}% it went on at ${String(await least())}%`,
    );
    assert.deepEqual(await partsAtBob(), []);
  });

  it('go on where they stopped when the sender’s extension host was restarted', async function () {
    this.timeout(240_000);
    await writeRandomFile(pathOf('Alice', 'restarted.bin'), MIDDLING);
    await writeRandomFile(pathOf('Bob', 'back.bin'), MB);
    await bob.explorerMenu(['back.bin'], 'Share File in Meeting');
    await save(atAlice, 'back.bin');
    await share('restarted.bin');
    await begin('restarted.bin');
    const reached = await reaches(atBob, 'restarted.bin', 20);
    const least = await watchLeast(atBob, 'restarted.bin');
    // Alice's window was the second to be opened.
    const [, pid = 0] = await extensionHosts(host.pid);
    process.kill(pid, 'SIGKILL');
    // She comes back by herself, with what she shares, and it goes on without a click.
    await saved(atBob, 'restarted.bin');
    await sameAtBob('restarted.bin');
    assert.ok(
      (await least()) >= reached - SLACK,
      `from ${String(reached)}% it went on at ${String(await least())}%`,
    );
    assert.deepEqual(await partsAtBob(), []);
    atAlice = await alice.panel();
    await tile(atAlice, 'Bob').waitFor();
    // She knows what she has saved, and who has taken what.
    await saved(atAlice, 'back.bin');
    await fileRow(atAlice, 'closed.bin').getByText('taken by 1 person').waitFor();
  });

  it('of a gigabyte hurt neither chat nor voice', async function () {
    this.timeout(300_000);
    const sum = await writeLargeFile(pathOf('Alice', 'large.bin'), GIGABYTE);
    await share('large.bin');
    await hear(atBob);
    await begin('large.bin');
    const before = await concealment(atBob);
    const trips = (await chatTrips(atAlice, atBob, CHAT_LINES)).sort((a, b) => a - b);
    const after = await concealment(atBob);
    await hear(atBob);
    await button(atBob, 'Pause large.bin').waitFor({ timeout: 1_000 });
    // The rest is not measured.
    await button(atAlice, 'Stop camera').click();
    const median = trips[CHAT_LINES / 2] ?? Infinity;
    assert.ok(median < 200, `the median of the chat's trips was ${String(median)} ms`);
    const madeUp = (after.concealed - before.concealed) / (after.received - before.received);
    assert.ok(madeUp < 0.1, `${String(Math.round(madeUp * 100))}% of what was heard was made up`);
    await button(atBob, 'Show large.bin').waitFor({ timeout: 240_000 });
    assert.equal(await sha256(pathOf('Bob', 'large.bin')), sum);
    for (const person of ['Alice', 'Bob']) await rm(pathOf(person, 'large.bin'));
  });

  it('go to three at once', async function () {
    this.timeout(180_000);
    await writeRandomFile(pathOf('Alice', 'three.bin'), 20 * MB);
    const panels = [atBob];
    const others = await Promise.all([open('Carol'), open('Dave')]);
    await others[0].page.context().addInitScript(liveElsewhere);
    for (const window of others) panels.push(await enterAs(window));
    await share('three.bin');
    for (const panel of panels) await button(panel, 'Save three.bin').click();
    for (const panel of panels) await saved(panel, 'three.bin');
    await atAlice.getByText('taken by 3 people').first().waitFor();
    for (const person of ['Bob', 'Carol', 'Dave']) {
      assert.equal(await sha256(pathOf(person, 'three.bin')), await sha256(pathOf('Alice', 'three.bin')));
    }
    await close('Dave');
    // Who is on another machine, by the way that VS Code leads.
    assert.match(streams.get('Carol')?.at(-1) ?? '', /\/proxy\/\d+\/files\//);
  });

  it('go to who is chosen, and nobody else sees them', async () => {
    const atCarol = await windows.get('Carol')?.panel();
    assert.ok(atCarol);
    for (const name of ['private.txt', 'public.txt']) await writeFile(pathOf('Alice', name), name);
    await alice.explorerMenu(['private.txt'], 'Share File With…');
    await alice.pick('Bob');
    await alice.page.locator('.quick-input-widget:visible').getByRole('button', { name: 'OK' }).click();
    await save(atBob, 'private.txt');
    await share('public.txt');
    await button(atCarol, 'Save public.txt').waitFor();
    assert.equal(await fileRow(atCarol, 'private.txt').count(), 0);
  });

  it('of who has left can be shown, and not be taken', async () => {
    await leave(alice);
    await fileRow(atBob, 'private.txt').getByText('from Alice, who has left').waitFor();
    await button(atBob, 'Show private.txt').waitFor();
    await button(atBob, 'Save public.txt').waitFor({ state: 'detached' });
    assert.equal(
      await sharedFiles(atBob)
        .getByRole('button', { name: /^Save (?!.*as…$)/ })
        .count(),
      0,
    );
  });
});

/** Asks again and again; for what has no event of its own, such as a file that goes. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came to it that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
