import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { parseInvite } from '../../src/shared/invite.ts';
import { type Capture, SLOW_CAMERA } from '../support/browser.ts';
import { readConnection } from '../support/connection.ts';
import { tellOnFailure } from '../support/failure.ts';
import { sha256, writeRandomFile } from '../support/files.ts';
import { type Host, startHost } from '../support/host.ts';
import { differingFrames, hear, keepConnections } from '../support/media.ts';
import { button, chat, chatShows, joinMeeting, leave, mark, startMeeting, tile } from '../support/meeting.ts';
import { type LocalNetwork, type Machine, makeNetwork } from '../support/namespaces.ts';
import { SystemBrowser } from '../support/stage.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { startTurnServer, type TurnServer } from '../support/turnServer.ts';
import { waysTaken } from '../support/wayTaken.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// Meetings of two machines: each has a VS Code server, browsers and a network address of its own, and the network
// between them passes on no multicast and leads nowhere else.

const browserArgs = [SLOW_CAMERA];
const TURN_ADDRESS = 'turn:10.87.0.3:3478';
const SERVER_PORT = 9_000;
/** VS Code looks for news of its own extensions on the internet; here it does so on a port where nobody is. */
const NOWHERE = 'http://127.0.0.1:9/';
const QUIET_HOST = {
  EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: NOWHERE, itemUrl: NOWHERE, resourceUrlTemplate: NOWHERE }),
};

/** Services that Chromium looks for by itself, whatever page it shows. */
const OF_CHROMIUM = new Set([
  'update.googleapis.com',
  'accounts.google.com',
  'content-autofill.googleapis.com',
  'optimizationguide-pa.googleapis.com',
]);

/** Two people on two machines of a network. */
class Place {
  readonly windows: VsCodeWindow[] = [];
  readonly #capture: Capture;
  readonly #hosts: Host[] = [];
  readonly #folders = new Map<VsCodeWindow, TempFolder>();
  #network: LocalNetwork | undefined;
  #files = 0;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  get alice(): VsCodeWindow {
    return this.#window(0);
  }

  get bob(): VsCodeWindow {
    return this.#window(1);
  }

  async open(network: LocalNetwork, settings: Readonly<Record<string, unknown>>): Promise<void> {
    this.#network = network;
    const open = async (name: string, index: number): Promise<VsCodeWindow> => {
      const host = await startHost({ machine: this.machine(index), settings, env: QUIET_HOST });
      this.#hosts.push(host);
      const folder = await makeTempFolder(name);
      const window = await openWindow({
        host,
        folder: folder.path,
        capture: this.#capture,
        name,
        browserArgs,
      });
      this.#folders.set(window, folder);
      await window.page.context().addInitScript(keepConnections);
      return window;
    };
    this.windows.push(...(await Promise.all(['Alice', 'Bob'].map(open))));
  }

  async close(): Promise<void> {
    for (const window of this.windows) await window.dispose();
    for (const host of this.#hosts) await host.dispose();
    for (const folder of this.#folders.values()) await folder.dispose();
    await this.#network?.dispose();
  }

  machine(index: number): Machine {
    const machine = this.#network?.machines[index];
    assert.ok(machine);
    return machine;
  }

  /** Ends the meeting. */
  async part(): Promise<void> {
    // They lie over the button for ten seconds.
    await this.alice.runCommand('Notifications: Clear All Notifications');
    await leave(this.alice, 'End for everyone');
    // The focus was in the panel that is gone; without one the clipboard cannot be used.
    await this.alice.runCommand('View: Show Explorer');
  }

  /** Starts a meeting at Alice's and has Bob join it. */
  async meet(): Promise<void> {
    await joinMeeting(this.bob, await startMeeting(this.alice));
  }

  async seeEachOther(): Promise<void> {
    await differingFrames(tile(await this.alice.panel(), 'Bob').locator('video'));
    await differingFrames(tile(await this.bob.panel(), 'Alice').locator('video'));
  }

  /** How the one link goes, at Alice's and at Bob's. */
  async ways(): Promise<Awaited<ReturnType<typeof waysTaken>>> {
    const ways = [
      ...(await waysTaken(await this.alice.panel())),
      ...(await waysTaken(await this.bob.panel())),
    ];
    assert.equal(ways.length, 2);
    return ways;
  }

  /** How Bob is told that his packets go. */
  async routeAtBob(): Promise<string> {
    return (await readConnection(await this.bob.panel(), 'Alice')).get('Route') ?? '';
  }

  async handOver(from: VsCodeWindow, to: VsCodeWindow): Promise<void> {
    const name = `file${String(++this.#files)}.bin`;
    const source = join(this.#folders.get(from)?.path ?? '', name);
    await writeRandomFile(source, 1_000_000);
    await from.explorerMenu([name], 'Share File in Meeting');
    const panel = await to.panel();
    await button(panel, `Save ${name}`).click();
    await button(panel, `Show ${name}`).waitFor();
    assert.equal(await sha256(join(this.#folders.get(to)?.path ?? '', name)), await sha256(source));
  }

  /** Since the machines were made no packet was meant for anywhere beyond the network, and no name was asked for. */
  assertQuiet(): void {
    for (const index of [0, 1]) {
      assert.deepEqual(this.machine(index).sentOutside(), { packets: 0, addresses: [] });
    }
    const names = [...(this.#network?.names ?? [])].filter((name) => !OF_CHROMIUM.has(name));
    assert.deepEqual(names, []);
  }

  #window(index: number): VsCodeWindow {
    const window = this.windows[index];
    assert.ok(window);
    return window;
  }
}

describe('two machines on two networks', () => {
  const place = new Place('allowed');
  let turn: TurnServer;

  before(async () => {
    await place.open(await makeNetwork(3, 2), {
      'parley.iceServers': [
        { urls: ['tcp', 'udp'].map((way) => `${TURN_ADDRESS}?transport=${way}`), username: 'parley' },
      ],
    });
    turn = await startTurnServer(place.machine(2));
  });
  after(async () => {
    await turn.dispose();
    await place.close();
  });
  tellOnFailure(() => place.windows);

  it('meet when routers hand on everything but multicast', async () => {
    const { alice, bob } = place;
    const invite = await startMeeting(alice);
    await alice.notification('No password is known for the TURN server');
    assert.ok(serversOf(invite).includes(`http://${place.machine(0).address}:${String(SERVER_PORT)}/`));
    await joinMeeting(bob, invite);
    await place.seeEachOther();
    await Promise.all([hear(await alice.panel()), hear(await bob.panel())]);
    for (const { local, remote } of await place.ways()) {
      assert.deepEqual([local, remote].includes('relay'), false);
    }
    assert.match(await place.routeAtBob(), /^Direct/u);
  });

  it('hand over files', () => place.handOver(place.alice, place.bob));

  it('meet through a relay when their routers hide them, with the password that was kept', async () => {
    await Promise.all(
      place.windows.map(async (window) => {
        await window.runCommand('Parley: Set TURN Password…');
        await window.fillInput(turn.password);
        await window.notification('is kept');
      }),
    );
    await place.part();
    for (const machine of [0, 1]) place.machine(machine).hide(SERVER_PORT);
    await place.meet();
    await place.seeEachOther();
    for (const { local, remote } of await place.ways())
      assert.ok([local, remote].includes('relay'), `${local} to ${remote}`);
    assert.match(await place.routeAtBob(), /^Relayed through a TURN server/u);
    await place.handOver(place.bob, place.alice);
  });

  it('meet through a relay over TCP when no UDP goes anywhere', async () => {
    await place.part();
    for (const machine of [0, 1]) place.machine(machine).wall('meta l4proto udp');
    await place.meet();
    await place.seeEachOther();
    for (const { local, remote, relayProtocol } of await place.ways()) {
      assert.deepEqual([local, remote, relayProtocol], ['relay', 'relay', 'tcp']);
    }
    assert.equal(await place.routeAtBob(), 'Relayed through a TURN server, over TCP');
  });

  it('ask nobody on the internet for anything', () => place.assertQuiet());
});

describe('two machines on one network without multicast', () => {
  const place = new Place('refused');
  const stages: SystemBrowser[] = [];

  before(async () => {
    await place.open(await makeNetwork(2), {});
    const launched = place.windows.map((window) => SystemBrowser.launch(window, browserArgs));
    stages.push(...(await Promise.all(launched)));
  });
  after(async () => {
    for (const stage of stages) await stage.dispose();
    await place.close();
  });
  tellOnFailure(() => place.windows);

  it('find each other though their browsers hide their addresses, and stages capture', async () => {
    const { alice, bob } = place;
    const invite = await startMeeting(alice);
    assert.ok(serversOf(invite).includes(`http://${place.machine(0).address}:${String(SERVER_PORT)}/`));
    await stages[0]?.startDevices(alice);
    await joinMeeting(bob, invite);
    await stages[1]?.startDevices(bob);
    await place.seeEachOther();
    for (const { local, remote, addresses } of await place.ways()) {
      assert.ok(![local, remote].includes('relay'));
      assert.ok(
        addresses.length > 0 && addresses.every((address) => address.endsWith('.local')),
        addresses.join(),
      );
    }
    await chat(await alice.panel(), 'hello');
    await chatShows(await bob.panel(), ['hello']);
  });

  it('hand over files', () => place.handOver(place.bob, place.alice));

  it('find each other again after a cable was pulled, and after a machine was given another address', async () => {
    const { alice, bob } = place;
    const [atAlice, atBob] = [await alice.panel(), await bob.panel()];
    const areWhole = async (): Promise<void> => {
      for (const [panel, name] of [
        [atAlice, 'Bob'],
        [atBob, 'Alice'],
      ] as const) {
        await mark(panel, name, 'Reconnecting…').waitFor({ state: 'hidden' });
      }
      await place.seeEachOther();
    };
    place.machine(1).plug(false);
    await mark(atAlice, 'Bob', 'Reconnecting…').waitFor();
    await chat(atAlice, 'said without a cable');
    await chat(atBob, 'heard later');
    place.machine(1).plug(true);
    await areWhole();
    for (const panel of [atAlice, atBob]) {
      for (const text of ['said without a cable', 'heard later']) await chatShows(panel, [text]);
    }
    place.machine(1).readdress(20);
    await chat(atBob, 'from elsewhere');
    await chatShows(atAlice, ['from elsewhere']);
    await areWhole();
  });

  it('ask nobody on the internet for anything', () => place.assertQuiet());
});

function serversOf(invite: string): readonly string[] {
  const read = parseInvite(invite, Date.now());
  assert.ok(read.ok);
  return read.invite.servers;
}
