import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import { parseInvite } from '../../src/shared/invite.ts';
import { tellOnFailure } from '../support/failure.ts';
import { type Host, startHost } from '../support/host.ts';
import { freePort } from '../support/plainServer.ts';
import { differingFrames } from '../support/media.ts';
import { button, startMeeting, tile } from '../support/meeting.ts';
import { type LocalNetwork, makeNetwork } from '../support/namespaces.ts';
import { check, checkStates, copyReport, openSetup, runAgain, setupEnds } from '../support/setup.ts';
import { SystemBrowser } from '../support/stage.ts';
import { makeTempFolder, type TempFolder } from '../support/temp.ts';
import { startTurnServer, type TurnServer } from '../support/turnServer.ts';
import { openWindow, type VsCodeWindow } from '../support/window.ts';

// "Test My Setup" in real windows: what works is told to work, what does not is named with what to do about it.

/** Nobody is there: the port of "discard". */
const SILENT = '127.0.0.1:9';
const USER = 'crew-of-the-test';
const PASSWORD = 'a password for nobody';

describe('Test My Setup where STUN and TURN do not work', () => {
  let host: Host;
  let folder: TempFolder;
  let window: VsCodeWindow;
  /** The page of the first run. */
  let panel: Frame;
  let ports: readonly number[];

  before(async () => {
    ports = [await freePort(), await freePort()];
    folder = await makeTempFolder('setup');
    host = await startHost({
      settings: {
        'parley.server.port': ports[0],
        'parley.gateway.port': ports[1],
        'parley.iceServers': [
          { urls: `stun:${SILENT}` },
          { urls: `turn:${SILENT}?transport=tcp`, username: USER },
          { urls: 'turn:localhost:9', username: 'nobody' },
        ],
      },
    });
    window = await openWindow({ host, folder: folder.path, name: 'Alice' });
  });
  after(async () => {
    await window.dispose();
    await host.dispose();
    await folder.dispose();
  });
  tellOnFailure(() => [window]);

  it('says which of them, and that all else is well', async () => {
    await window.runCommand('Parley: Set TURN Password…');
    await window.pick(USER);
    await window.fillInput(PASSWORD);
    await window.notification('is kept');
    panel = await openSetup(window);
    assert.equal(await setupEnds(panel), '3 failed, 6 OK.', await panel.locator('.checks').innerText());
    assert.deepEqual(await checkStates(panel), {
      'Page for camera and microphone': 'skipped',
      Camera: 'ok',
      Microphone: 'ok',
      'Meeting server': 'ok',
      'Addresses on your network': 'ok',
      [`STUN server ${SILENT}`]: 'failed',
      [`TURN server ${SILENT}`]: 'failed',
      'TURN server localhost:9': 'failed',
      'Connection both ways': 'ok',
      Throughput: 'ok',
    });
    const shown = async (title: string): Promise<string> => check(panel, title).innerText();
    assert.match(await shown(`STUN server ${SILENT}`), /does not answer within 8 s/);
    assert.match(await shown(`TURN server ${SILENT}`), /over TCP does not answer/);
    assert.match(await shown('TURN server localhost:9'), /No password is kept/);
    assert.match(await shown('Camera'), /\d+ × \d+/);
    assert.match(await shown('Throughput'), /\d MB\/s/);
  });

  it('lets go of the ports that the next meeting wants', async () => {
    for (const port of ports) await becomesFree(port);
  });

  it('copies a report without user names, passwords and addresses', async () => {
    const report = await copyReport(window, panel);
    for (const secret of [USER, PASSWORD, 'nobody', '127.0.0.1', '#']) {
      assert.ok(!report.includes(secret), `${secret} is in\n${report}`);
    }
    assert.match(report, /\[Failed\] +TURN server 127\.0\.x\.x:9: 127\.0\.x\.x:9 over TCP does not answer/);
    assert.match(report, /\[OK\] +Camera: Pictures come/);
    assert.match(report, /Parley \d+\.\d+\.\d+, VS Code \d/);
  });

  it('ends when a meeting starts, which has its port', async () => {
    panel = await runAgain(window, panel);
    await check(panel, 'Meeting server').and(panel.locator('[data-state="ok"]')).waitFor();
    const read = parseInvite(await startMeeting(window), Date.now());
    assert.match(await setupEnds(panel), /Stopped/);
    assert.ok(read.ok);
    const { servers } = read.invite;
    assert.deepEqual(new Set(servers.map((server) => new URL(server).port)), new Set([String(ports[0])]));
  });

  it('leaves a meeting alone that is on, and can be stopped', async () => {
    panel = await runAgain(window, panel);
    await check(panel, 'Meeting server').and(panel.locator('[data-state="ok"]')).waitFor();
    assert.match(await check(panel, 'Meeting server').innerText(), /beside that of your meeting/);
    await button(panel, 'Stop').click();
    assert.match(await setupEnds(panel), /Stopped/);
    assert.equal((await checkStates(panel))['Throughput'], 'skipped');
    await window.runCommand('Parley: Show Meeting');
    await differingFrames(tile(await window.panel(), 'Alice').locator('video'));
  });
});

describe('Test My Setup where the panel may not capture', () => {
  let network: LocalNetwork;
  let turn: TurnServer;
  let host: Host;
  let folder: TempFolder;
  let window: VsCodeWindow;
  let browser: SystemBrowser;

  before(async () => {
    network = await makeNetwork(2);
    const [here, there] = network.machines;
    assert.ok(here && there);
    turn = await startTurnServer(there);
    folder = await makeTempFolder('setup');
    const { address } = there;
    host = await startHost({
      machine: here,
      settings: {
        'parley.iceServers': [
          { urls: `stun:${address}:3478` },
          { urls: [...turn.urls], username: turn.username },
        ],
      },
    });
    window = await openWindow({ host, folder: folder.path, name: 'Alice', capture: 'refused' });
    browser = await SystemBrowser.launch(window);
  });
  after(async () => {
    await browser.dispose();
    await window.dispose();
    await host.dispose();
    await turn.dispose();
    await network.dispose();
    await folder.dispose();
  });
  tellOnFailure(() => [window]);

  it('says that all is well, the page in the browser, STUN and TURN included', async () => {
    await window.runCommand('Parley: Set TURN Password…');
    await window.fillInput(turn.password);
    await window.notification('is kept');
    const panel = await openSetup(window);
    await window.setClipboard('');
    await button(panel, 'Copy link').click();
    const page = await browser.open(await window.clipboardMatching(/\/stage#[A-Za-z0-9_-]{22}$/));
    await page.getByRole('button', { name: 'Start camera and microphone' }).click();
    assert.equal(
      await setupEnds(panel),
      'All is well: you can meet.',
      await panel.locator('.checks').innerText(),
    );
    assert.match(await check(panel, 'Page for camera and microphone').innerText(), /is connected/);
    assert.match(await check(panel, 'Camera').innerText(), /Pictures come/);
    assert.match(await check(panel, 'TURN server 10.87.0.2:3478').innerText(), /It relays, over UDP and TCP/);
  });
});

/** Resolves when nobody listens there any more. */
async function becomesFree(port: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const listens = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (!listens) return;
    assert.ok(Date.now() < deadline, `port ${String(port)} is still taken`);
  }
}
