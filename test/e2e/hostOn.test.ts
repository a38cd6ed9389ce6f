import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { parseInvite, type Invite } from '../../src/shared/invite.ts';
import { SLOW_CAMERA } from '../support/browser.ts';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames } from '../support/media.ts';
import {
  button,
  chat,
  chatShows,
  INVITE,
  joinMeeting,
  leave,
  mark,
  startMeeting,
  tile,
} from '../support/meeting.ts';
import { descendants, processes } from '../support/processes.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// A meeting on a server of the host's own: it dies, it comes back, and it leaves with the host. Nobody inside notices,
// and whoever is invited comes in. The tests build on each other: all of it is one meeting.

const NO_SERVER = 'The host is gone, and the meeting has no server';

describe('a meeting on the server of its host', () => {
  let host: Host;
  let folder: TempFolder;
  let profile: TempFolder;
  const windows: VsCodeWindow[] = [];
  let alice: VsCodeWindow;
  let bob: VsCodeWindow;
  let carol: VsCodeWindow;
  let invite = '';
  let taken: Server | undefined;

  async function open(name: string, profile?: TempFolder): Promise<VsCodeWindow> {
    const workspace = join(folder.path, name);
    await mkdir(workspace, { recursive: true });
    const browserArgs = [SLOW_CAMERA];
    const window = await openWindow({
      host,
      folder: workspace,
      name,
      browserArgs,
      ...(profile && { profile }),
    });
    windows.push(window);
    return window;
  }
  tellOnFailure(() => windows);

  before(async () => {
    [host, folder] = [await startHost(), await makeTempFolder('hostOn')];
    profile = await makeTempFolder('hostOn-profile');
    [alice, bob, carol] = await Promise.all([open('Alice'), open('Bob'), open('Carol', profile)]);
    invite = await startMeeting(alice);
    await joinMeeting(bob, invite);
  });

  after(async () => {
    taken?.close();
    for (const window of windows) await window.dispose();
    await host.dispose();
    await folder.dispose();
    await profile.dispose();
  });

  it('does not notice that the server dies: devices and screens go on', async () => {
    const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    await sees(atBob, 'Alice');
    const [before] = await servers(host);
    assert.ok(before !== undefined);
    process.kill(before, 'SIGKILL');
    await button(atBob, 'Mute microphone').click();
    await mark(atAlice, 'Bob', 'Microphone off').waitFor();
    await button(atAlice, 'Share screen').click();
    await differingFrames(tile(atBob, 'Screen of Alice').locator('video'), 2);
    await button(atAlice, 'Stop sharing').click();
    await chat(atBob, 'without a server');
    await chatShows(atAlice, ['without a server']);
    assert.equal(await mark(atBob, 'Alice', 'Reconnecting…').isVisible(), false);
  });

  it('is joined by the same invite when the server runs again, by itself', async () => {
    await joinMeeting(carol, invite);
    const atCarol = await carol.panel();
    for (const name of ['Alice', 'Bob']) await sees(atCarol, name);
  });

  it('offers the eldest, and nobody else, to keep it open when the host has left with the server', async () => {
    const [atBob, atCarol] = [await bob.panel(), await carol.panel()];
    await leave(alice);
    await tile(atBob, 'Alice').waitFor({ state: 'detached' });
    await atBob.getByText(NO_SERVER).waitFor();
    assert.deepEqual(await servers(host), []);
    // All of them are on one machine: without this the next server would have the port, and with it the addresses, of the last.
    taken = await occupy(read(invite));
    assert.equal(await button(atCarol, 'Keep the meeting open').isVisible(), false);
    await button(atBob, 'Keep the meeting open').click();
    for (const panel of [atBob, atCarol]) await hasServer(panel);
    assert.equal((await servers(host)).length, 1);
  });

  it('gives all of them an invite to the same room, by the new server before the one from before', async () => {
    const before = read(invite);
    const named = read(await copyInvite(bob)).servers;
    const first = named.filter((url) => !before.servers.includes(url));
    assert.ok(first.length > 0);
    assert.deepEqual(named, [...first, ...before.servers]);
    for (const window of [bob, carol]) {
      const renewed = read(await copyInvite(window));
      assert.deepEqual(renewed, { ...before, servers: named }, `the invite of ${window.name}`);
    }
  });

  it('lets a newcomer in by the invite of either', async () => {
    const by = await copyInvite(carol);
    await joinMeeting(alice, by);
    const atAlice = await alice.panel();
    for (const name of ['Bob', 'Carol']) await sees(atAlice, name);
    await chat(atAlice, 'in again');
    for (const window of [bob, carol])
      await chatShows(await window.panel(), ['without a server', 'in again']);
  });

  it('goes on in the same way when the next one leaves with their server', async () => {
    const [atCarol, atAlice] = [await carol.panel(), await alice.panel()];
    await leave(bob);
    await tile(atCarol, 'Bob').waitFor({ state: 'detached' });
    await button(atCarol, 'Keep the meeting open').click();
    for (const panel of [atCarol, atAlice]) await hasServer(panel);
    await joinMeeting(bob, await copyInvite(alice));
    for (const name of ['Alice', 'Carol']) await sees(await bob.panel(), name);
  });

  it('is whole again when its host, whose VS Code was killed, comes back after another one hosts on', async () => {
    const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    const hers = read(await copyInvite(carol));
    const [server] = await servers(host);
    assert.ok(server !== undefined);
    const extensionHost = (await processes()).get(server)?.parent;
    assert.ok(extensionHost !== undefined);
    for (const pid of [extensionHost, server]) process.kill(pid, 'SIGKILL');
    await carol.kill();
    await tile(atAlice, 'Carol').waitFor({ state: 'detached' });
    const occupied = await occupy(hers);
    await button(atAlice, 'Keep the meeting open').click();
    for (const panel of [atAlice, atBob]) await hasServer(panel);
    await chat(atAlice, 'with a server of mine');
    await new Promise((resolve) => occupied.close(resolve));
    await carol.dispose();
    carol = await open('Carol', profile);
    const atCarol = await carol.panel();
    // Found by a look every few seconds, and then met at the door: longer than a picture takes.
    for (const panel of [atAlice, atBob]) await tile(panel, 'Carol').waitFor();
    for (const panel of [atAlice, atBob]) await sees(panel, 'Carol');
    for (const name of ['Alice', 'Bob']) await sees(atCarol, name);
    await chatShows(atCarol, ['with a server of mine']);
    for (const panel of [atAlice, atBob, atCarol]) await hasServer(panel);
    assert.equal((await servers(host)).length, 1, 'who hosted on does so no more');
    const named = await Promise.all([alice, carol].map(async (window) => read(await copyInvite(window))));
    assert.equal(named[0]?.servers[0], named[1]?.servers[0], 'and invites to hers');
  });
});

/** Takes the port of an invite's first server, as on another machine nobody would want it. */
async function occupy({ servers: [first] }: Invite): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(Number(new URL(first ?? '').port));
  await once(server, 'listening');
  return server;
}

/** Whether one sees another, with a picture that moves. */
async function sees(panel: Frame, name: string): Promise<void> {
  await differingFrames(tile(panel, name).locator('video'), 2);
}

/** Waits until nothing is said any more of a server that is gone. */
async function hasServer(panel: Frame): Promise<void> {
  await panel.getByText(/server cannot be reached|has no server/).waitFor({ state: 'hidden' });
}

/** Copies an invite with the command. */
async function copyInvite(window: VsCodeWindow): Promise<string> {
  await window.setClipboard('');
  await window.runCommand('Parley: Copy Invite');
  return window.clipboardMatching(INVITE);
}

function read(text: string): Invite {
  const result = parseInvite(text, Date.now());
  assert.ok(result.ok);
  return result.invite;
}

/** The processes of meetings' servers under a VS Code server. */
async function servers(host: Host): Promise<number[]> {
  const all = await descendants(host.pid);
  return all.filter(({ command }) => command.includes('peer-server.js')).map(({ pid }) => pid);
}
