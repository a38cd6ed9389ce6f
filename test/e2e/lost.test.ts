import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { SLOW_CAMERA } from '../support/browser.ts';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { closeLinks, holdLinks } from '../support/links.ts';
import { differingFrames } from '../support/media.ts';
import { chat, chatShows, joinMeeting, mark, startMeeting, tile } from '../support/meeting.ts';
import { freePort, startPlainServer } from '../support/plainServer.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

/** Opens windows on a host, and closes them. */
class People {
  readonly windows: VsCodeWindow[] = [];
  readonly #host: Host;
  readonly #folder: TempFolder;

  constructor(host: Host, folder: TempFolder) {
    this.#host = host;
    this.#folder = folder;
  }

  three(): Promise<[VsCodeWindow, VsCodeWindow, VsCodeWindow]> {
    return Promise.all([this.#open('Alice'), this.#open('Bob'), this.#open('Carol')]);
  }

  async dispose(): Promise<void> {
    for (const window of this.windows) await window.dispose();
    await this.#host.dispose();
    await this.#folder.dispose();
  }

  async #open(name: string): Promise<VsCodeWindow> {
    const workspace = join(this.#folder.path, name);
    await mkdir(workspace);
    const window = await openWindow({
      host: this.#host,
      folder: workspace,
      name,
      browserArgs: [SLOW_CAMERA],
    });
    this.windows.push(window);
    await holdLinks(window);
    return window;
  }
}

const RECONNECTING = 'Reconnecting…';

/** Whether one sees another, with a picture that moves. */
async function sees(panel: Frame, name: string): Promise<void> {
  await mark(panel, name, RECONNECTING).waitFor({ state: 'hidden' });
  await differingFrames(tile(panel, name).locator('video'));
}

describe('a connection that is lost', () => {
  let people: People;
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let carol: VsCodeWindow;
  let atAlice: Frame;
  let atBob: Frame;
  let invite: string;

  before(async () => {
    people = new People(await startHost(), await makeTempFolder('lost'));
    [alice, bob, carol] = await people.three();
    invite = await startMeeting(alice);
    await joinMeeting(bob, invite);
    [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    await tile(atAlice, 'Bob').waitFor();
    await sees(atBob, 'Alice');
  });

  after(() => people.dispose());
  tellOnFailure(() => people.windows);

  it('is made anew by itself, with all that was said meanwhile in one order', async () => {
    const took: number[] = [];
    for (let round = 1; round <= 3; round++) {
      await sees(atAlice, 'Bob');
      const began = Date.now();
      assert.ok((await closeLinks(atBob, 'all')) > 0);
      const back = Promise.all([sees(atAlice, 'Bob'), sees(atBob, 'Alice')]).then(() => Date.now() - began);
      await chat(atAlice, `Alice ${String(round)}`);
      await chat(atBob, `Bob ${String(round)}`);
      took.push(await back);
    }
    const said = [1, 2, 3].flatMap((round) => [`Alice ${String(round)}`, `Bob ${String(round)}`]);
    for (const panel of [atAlice, atBob]) for (const text of said) await chatShows(panel, [text]);
    const logs = await Promise.all([atAlice, atBob].map((panel) => saidOrder(panel, said)));
    assert.deepEqual(logs[0], logs[1], 'one order');
    const inside = atAlice.getByRole('list', { name: 'Participants' }).getByRole('listitem');
    assert.equal(await inside.count(), 2, 'nobody is new');
    const median = took.toSorted((a, b) => a - b)[1] ?? Infinity;
    assert.ok(median < 3_000, `back after ${took.map(String).join(', ')} ms`);
  });

  it('is shown while a machine sleeps, and is back when it wakes', async () => {
    const wake = await bob.sleep();
    await mark(atAlice, 'Bob', RECONNECTING).waitFor();
    await chat(atAlice, 'written while Bob slept');
    wake();
    await sees(atAlice, 'Bob');
    await sees(atBob, 'Alice');
    await chatShows(atBob, ['written while Bob slept']);
  });

  it('is not noticed when the server dies, and others come in when it runs again', async () => {
    const before = await serverProcess();
    assert.ok(before !== undefined, 'the meeting has a server');
    process.kill(before, 'SIGKILL');
    await chat(atAlice, 'without a server');
    await chatShows(atBob, ['without a server']);
    for (let now = await serverProcess(); now === undefined || now === before; now = await serverProcess())
      await bob.page.waitForTimeout(50);
    await joinMeeting(carol, invite);
    const atCarol = await carol.panel();
    for (const name of ['Alice', 'Bob']) await sees(atCarol, name);
    assert.equal(await mark(atBob, 'Alice', RECONNECTING).isVisible(), false);
  });
});

/** The order in which a chat shows these texts. */
async function saidOrder(panel: Frame, texts: readonly string[]): Promise<string[]> {
  const shown = await panel.getByRole('log', { name: 'Chat' }).innerText();
  return texts.toSorted((a, b) => shown.indexOf(a) - shown.indexOf(b));
}

/** The one process among this test's descendants that runs the meeting's server, if one does. */
async function serverProcess(): Promise<number | undefined> {
  const parents = new Map<number, number>();
  const servers: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [stat, command] = await Promise.all([
        readFile(`/proc/${name}/stat`, 'utf8'),
        readFile(`/proc/${name}/cmdline`, 'utf8'),
      ]);
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      if (command.includes('peer-server.js')) servers.push(Number(name));
    } catch (error) {
      // A process that ended while it was looked at.
      if (!(error instanceof Error)) throw error;
    }
  }
  const ours = (pid: number): boolean => pid === process.pid || (pid > 1 && ours(parents.get(pid) ?? 0));
  return servers.find(ours);
}

describe('a connection that is lost when there is no server', () => {
  let people: People;
  let server: ChildProcess;
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let carol: VsCodeWindow;

  before(async () => {
    const port = await freePort();
    server = await startPlainServer(port);
    const host = await startHost({ settings: { 'parley.server.url': `http://127.0.0.1:${String(port)}/` } });
    people = new People(host, await makeTempFolder('relay'));
    [alice, bob, carol] = await people.three();
  });
  tellOnFailure(() => people.windows);

  after(async () => {
    server.kill();
    await people.dispose();
  });

  it('is made anew through somebody whom both still reach', async () => {
    const invite = await startMeeting(alice);
    await joinMeeting(bob, invite);
    await joinMeeting(carol, invite);
    const [atBob, atCarol] = [await bob.panel(), await carol.panel()];
    await sees(atBob, 'Alice');
    await sees(atBob, 'Carol');
    server.kill('SIGKILL');
    await atBob.getByText("The meeting's server cannot be reached").waitFor();
    assert.equal(await closeLinks(atBob, 'newest'), 1);
    await chat(atCarol, 'said in between');
    await Promise.all([sees(atBob, 'Carol'), sees(atCarol, 'Bob')]);
    await chatShows(atBob, ['said in between']);
    assert.equal(await mark(atBob, 'Alice', RECONNECTING).isVisible(), false);
  });
});
