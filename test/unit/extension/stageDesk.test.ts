import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { directAddress, type GatewayAddress } from '../../../src/extension/gatewayAddress.ts';
import { StageDesk, type StageWays } from '../../../src/extension/stageDesk.ts';
import { welcome } from '../gateway/stageSupport.ts';
import { startGateway } from '../gateway/support.ts';
import { TestClient } from '../peer-server/support.ts';
import { until } from '../../support/turn.ts';

const OVER = 4003;

/** A desk with a real gateway, and what it does with links. */
async function startDesk() {
  const { gateway, lines } = await startGateway();
  const folder = await mkdtemp(join(tmpdir(), 'parley-desk-'));
  const done: (readonly [how: string, link: string])[] = [];
  const told: unknown[] = [];
  const ways: { -readonly [K in keyof StageWays]: StageWays[K] } = {
    prefersIntegrated: () => false,
    openIntegrated: (link) => Promise.resolve(done.push(['integrated', link]) > 0),
    openSystem: (link) => Promise.resolve(done.push(['system', link]) > 0),
    offerLink: () => Promise.resolve(false),
    handOut: (link) => {
      done.push(['copied', link]);
      return Promise.resolve();
    },
  };
  const place: { address: GatewayAddress } = { address: directAddress(gateway.port) };
  const desk = new StageDesk({
    files: { folder, language: 'en', title: 'Parley' },
    gateway,
    reach: () => Promise.resolve(place.address),
    ways,
    log: (_level, message) => void lines.push(message),
    onMessage: (stage, message) => told.push([stage, message]),
    onConnected: (stage, connected) => told.push([stage, connected]),
  });
  desk.attend();
  const origin = `http://127.0.0.1:${String(gateway.port)}`;
  return {
    desk,
    gateway,
    ways,
    place,
    done,
    told,
    lines,
    ...desk.handlers(),
    /** Comes as the page of a link does. */
    async come(link: string): Promise<TestClient> {
      const client = new TestClient(`${origin.replace('http', 'ws')}/stage/link`, { origin });
      await client.open();
      client.send({ t: 'code', code: new URL(link).hash.slice(1) });
      await welcome(client);
      return client;
    },
    async dispose(): Promise<void> {
      await desk.end();
      await gateway.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

describe('the desk of the stages', () => {
  let desk: Awaited<ReturnType<typeof startDesk>>;
  beforeEach(async () => {
    desk = await startDesk();
  });
  afterEach(() => desk.dispose());
  const devices = { purpose: 'devices' } as const;
  const hows = () => desk.done.map(([how]) => how);

  it('opens one page for any number of clicks, and none while it is there', async () => {
    const [one, two] = await Promise.all([desk.openStage(devices), desk.openStage(devices)]);
    assert.deepEqual(one, two);
    assert.deepEqual(desk.done, [['system', one.link]]);
    const page = await desk.come(one.link);
    assert.deepEqual(desk.told, [[one.stage, true]]);
    const again = await desk.openStage(devices);
    assert.deepEqual(again, { stage: one.stage, link: '', opened: true, connected: true });
    assert.equal(desk.done.length, 1);
    await desk.toStage({ stage: one.stage, message: { hello: 1 } });
    assert.deepEqual(await page.next(), { hello: 1 });
    await desk.openStage({ purpose: 'screen' });
    assert.deepEqual(
      desk.desk.stages.map(({ purpose, connected }) => [purpose, connected]),
      [
        ['devices', true],
        ['screen', false],
      ],
    );
  });

  it('opens another one for who asks again after one was closed that was still being opened', async () => {
    const { stage } = await desk.openStage({ purpose: 'screen' });
    let opened: (done: boolean) => void = () => undefined;
    let asked: () => void = () => undefined;
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { openSystem } = desk.ways;
    desk.ways.openSystem = () => {
      asked();
      return new Promise((resolve) => {
        opened = resolve;
      });
    };
    const slow = desk.openStage({ purpose: 'screen' });
    await asking;
    await desk.closeStage({ stage });
    desk.ways.openSystem = openSystem;
    const again = await desk.openStage({ purpose: 'screen' });
    opened(true);
    assert.notEqual(again.stage, (await slow).stage);
    await desk.come(again.link);
  });

  it('opens the same stage again when its page is gone, by either link', async () => {
    const first = await desk.openStage(devices);
    const second = await desk.openStage(devices);
    assert.equal(second.stage, first.stage);
    assert.notEqual(second.link, first.link);
    const slow = await desk.come(first.link);
    const quick = await desk.come(second.link);
    assert.equal(await slow.closed, 4002);
    quick.socket.close();
    await quick.closed;
    await desk.closeStage({ stage: first.stage });
    assert.deepEqual(desk.desk.stages, []);
  });

  it('says when the page came before the browser had said that it opened', async () => {
    desk.ways.openSystem = async (link) => {
      await desk.come(link);
      return true;
    };
    const { connected, opened } = await desk.openStage(devices);
    assert.deepEqual([connected, opened], [true, true]);
  });

  it('names the port itself where VS Code forwards it under its own number, and the tunnel elsewhere', async () => {
    desk.place.address = { host: 'localhost', port: 50_001, path: '/', secure: false };
    const direct = await desk.openStage(devices);
    assert.equal(new URL(desk.done[0]?.[1] ?? '').host, `127.0.0.1:${String(desk.gateway.port)}`);
    assert.equal(new URL(direct.link).host, 'localhost:50001', 'what is copied is what a browser reaches');
    for (const place of [
      { host: '127.0.0.1', port: 8_080, path: '/proxy/1/', secure: false },
      { host: 'x-1.tunnel.test', port: 443, path: '/', secure: true },
    ]) {
      desk.place.address = place;
      await desk.openStage(devices);
      const { host, pathname } = new URL(desk.done.at(-1)?.[1] ?? '');
      assert.deepEqual(
        [host, pathname],
        [place.secure ? place.host : `${place.host}:${String(place.port)}`, `${place.path}stage`],
      );
    }
  });

  it('offers the link where no browser opens', async () => {
    desk.ways.openSystem = () => Promise.resolve(false);
    desk.ways.offerLink = () => Promise.resolve(true);
    const { opened } = await desk.openStage(devices);
    assert.equal(opened, false);
    await until(() => desk.done.length > 0);
    assert.deepEqual(hows(), ['copied']);
    await desk.come(desk.done[0]?.[1] ?? '');
  });

  it('copies a link while a page is there, which takes over from it', async () => {
    const { stage, link } = await desk.openStage(devices);
    const page = await desk.come(link);
    await desk.copyStageLink({ stage });
    await desk.come(desk.done.at(-1)?.[1] ?? '');
    assert.equal(await page.closed, 4002);
    await desk.copyStageLink({ stage: 'a'.repeat(22) });
    assert.equal(hows().filter((how) => how === 'copied').length, 1);
  });

  it('opens the integrated browser where that is preferred, and not when it was of no use', async () => {
    desk.ways.prefersIntegrated = () => true;
    await desk.openStage({ purpose: 'screen' });
    const first = await desk.openStage(devices);
    assert.deepEqual(hows(), ['system', 'integrated']);
    assert.equal(new URL(desk.done[1]?.[1] ?? '').search, '?in=vscode');
    const page = await desk.come(desk.done[1]?.[1] ?? '');
    const instead = await desk.openStage({ ...devices, browser: 'system' });
    assert.deepEqual(
      [instead.stage, instead.connected],
      [first.stage, false],
      'the page that is there is not the one that was opened',
    );
    assert.equal(new URL(desk.done[2]?.[1] ?? '').search, '');
    const other = await desk.come(desk.done[2]?.[1] ?? '');
    assert.equal(await page.closed, 4002);
    other.socket.close();
    await once(other.socket, 'close');
    await until(() => !desk.desk.stages.some(({ connected }) => connected));
    await desk.openStage(devices);
    assert.deepEqual(hows(), ['system', 'integrated', 'system', 'system']);
  });

  it('opens the system’s browser where there is no integrated one', async () => {
    desk.ways.prefersIntegrated = () => true;
    desk.ways.openIntegrated = () => Promise.resolve(false);
    await desk.openStage(devices);
    assert.deepEqual(hows(), ['system']);
  });

  it('lets a page rest while no panel is there', async () => {
    const { link } = await desk.openStage(devices);
    const page = await desk.come(link);
    desk.desk.leave();
    const message = JSON.stringify(await page.next());
    assert.match(message, /"method":"want".*"microphone":false,"camera":false.*"nobody":true/);
  });

  it('opens and hands out nothing when the meeting is over', async () => {
    const { stage, link } = await desk.openStage(devices);
    const page = await desk.come(link);
    await desk.desk.end();
    assert.equal(await page.closed, OVER);
    await assert.rejects(async () => desk.openStage(devices), /over/);
    await desk.copyStageLink({ stage });
    assert.deepEqual(hows(), ['system']);
  });
});
