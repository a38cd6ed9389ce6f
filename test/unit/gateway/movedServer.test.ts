import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import { WebSocketServer, type WebSocket } from 'ws';
import { startServerProcess, type ServerProcess } from '../../../src/extension/server/serverProcess.ts';
import { until } from '../rtc/until.ts';
import { peerId, PROGRAM, TestClient, TOKEN } from '../peer-server/support.ts';
import { ORIGIN, startGateway } from './support.ts';

const KEY = 'secret-key';

/** A server that says of each page that it is known, and answers a question for a sign of life or not. */
async function startSilent(autoPong: boolean) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong });
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.send('{"type":"OPEN"}');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const socket of sockets) socket.terminate();
    server.close();
  };
  return { url: `http://127.0.0.1:${String(port)}/`, sockets, close };
}

/** Takes connections and says nothing, as behind a dead link. */
async function startHole() {
  const server: Server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    close: () => server.close(),
  };
}

describe('a meeting server that has moved', function () {
  this.timeout(20_000);
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function open() {
    const { gateway } = await startGateway();
    ends.push(() => gateway.dispose());
    const page = (id: string): TestClient =>
      new TestClient(
        `ws://127.0.0.1:${String(gateway.port)}/peerjs?key=${gateway.brokerKey}&id=${id}&token=${TOKEN}`,
        { origin: ORIGIN },
      );
    return { gateway, page };
  }

  async function startReal(): Promise<ServerProcess> {
    const server = await startServerProcess({ program: PROGRAM, port: 0, key: KEY, log: () => undefined });
    ends.push(() => server.dispose());
    return server;
  }
  const urlOf = ({ port }: ServerProcess): string => `http://127.0.0.1:${String(port)}/`;
  const ask = (gateway: { askUpstream(signal: AbortSignal): Promise<boolean> }, patience: number) =>
    gateway.askUpstream(AbortSignal.timeout(patience));

  it('is gone on with behind the page’s back, where the one that was gives no sign of life', async () => {
    const [dead, real] = [await startSilent(false), await startReal()];
    ends.push(dead.close);
    const { gateway, page } = await open();
    gateway.setUpstream({ url: dead.url, key: KEY });
    const [alice, bob] = [page(peerId(1)), page(peerId(2))];
    for (const client of [alice, bob]) assert.deepEqual(await client.next(), { type: 'OPEN' });
    assert.equal(await ask(gateway, 50), false);
    gateway.moveUpstream({ url: urlOf(real), key: KEY });
    alice.send({ type: 'OFFER', dst: peerId(3), payload: {} });
    for (const client of [alice, bob]) assert.deepEqual(await client.next(), { type: 'OPEN' });
    // What was said meanwhile has come, and the server knows both.
    assert.deepEqual(await alice.next(), { type: 'EXPIRE', src: peerId(3), dst: peerId(1) });
    alice.send({ type: 'OFFER', dst: peerId(2), payload: {} });
    assert.deepEqual(await bob.next(), { type: 'OFFER', src: peerId(1), dst: peerId(2), payload: {} });
    await until(() => dead.sockets.every(({ readyState }) => readyState === 3), 'the old ones are ended');
    assert.equal(await ask(gateway, 5_000), true);
    assert.equal(alice.socket.readyState, 1, 'the page has the socket it had');
  });

  it('leaves connections alone that give a sign of life, or were not asked', async () => {
    const [slow, real] = [await startSilent(true), await startReal()];
    ends.push(slow.close);
    const { gateway, page } = await open();
    gateway.setUpstream({ url: slow.url, key: KEY });
    const first = page(peerId(1));
    await first.next();
    assert.equal(await ask(gateway, 5_000), true);
    const second = page(peerId(2));
    await second.next();
    gateway.moveUpstream({ url: urlOf(real), key: KEY });
    const third = page(peerId(3));
    assert.deepEqual(await third.next(), { type: 'OPEN' });
    assert.deepEqual(
      slow.sockets.map(({ readyState }) => readyState),
      [1, 1],
    );
  });

  it('is reached at once by who is still trying where it was', async () => {
    const [hole, real] = [await startHole(), await startReal()];
    ends.push(hole.close);
    const { gateway, page } = await open();
    gateway.setUpstream({ url: hole.url, key: KEY });
    const client = await page(peerId(1)).open();
    assert.equal(await ask(gateway, 5_000), false, 'there is nobody to ask yet');
    assert.equal(gateway.isWhereItReachedIt, false);
    gateway.moveUpstream({ url: urlOf(real), key: KEY });
    assert.deepEqual(await client.next(), { type: 'OPEN' });
    assert.equal(gateway.isWhereItReachedIt, true);
  });

  it('ends the page’s connection when it ends there, and is left when the page goes', async () => {
    const [dead, next] = [await startSilent(false), await startSilent(true)];
    ends.push(dead.close, next.close);
    const { gateway, page } = await open();
    gateway.setUpstream({ url: dead.url, key: KEY });
    const [one, other] = [page(peerId(1)), page(peerId(2))];
    await Promise.all([one.next(), other.next()]);
    await ask(gateway, 20);
    gateway.moveUpstream({ url: next.url, key: KEY });
    await Promise.all([one.next(), other.next()]);
    one.socket.close();
    await until(() => next.sockets.some(({ readyState }) => readyState === 3), 'one is left');
    for (const socket of next.sockets) socket.terminate();
    assert.equal(await other.closed, 1011);
  });
});
