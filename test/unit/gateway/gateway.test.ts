import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'mocha';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { MAX_TRANSFERS } from '../../../src/shared/limits.ts';
import { startServerProcess, type ServerProcess } from '../../../src/extension/server/serverProcess.ts';
import { peerId, PROGRAM, TestClient, TOKEN } from '../peer-server/support.ts';
import { askForBody, ORIGIN, Page, startGateway } from './support.ts';

const KEY = 'secret-key';

const serve = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
const hasIpv6 = (): boolean =>
  Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

describe('the gateway', function () {
  this.timeout(20_000);
  let gateway: Gateway;
  let lines: string[];
  let server: ServerProcess;
  before(async () => {
    ({ gateway, lines } = await startGateway());
    server = await startServerProcess({ program: PROGRAM, port: 0, key: KEY, log: () => undefined });
    gateway.setUpstream({ url: server.addresses.at(-1) ?? '', key: KEY });
  });
  after(async () => {
    await gateway.dispose();
    await server.dispose();
  });

  const peerUrl = (id: string, to: Gateway = gateway, key = to.brokerKey) =>
    `ws://127.0.0.1:${String(to.port)}/peerjs?key=${key}&id=${id}&token=${TOKEN}&version=1.5.5`;
  const peer = (id: string, to?: Gateway) => new TestClient(peerUrl(id, to), { origin: ORIGIN });
  const turnedDown = (url: string, status: number, headers: Record<string, string> = { Origin: ORIGIN }) =>
    assert.rejects(new TestClient(url, { headers }).open(), { message: `status ${String(status)}` });
  const fetchPath = async (path: string, headers: Record<string, string> = {}) => {
    const [response] = (await once(
      get({ host: '127.0.0.1', port: gateway.port, path, headers, agent: false }),
      'response',
    )) as [IncomingMessage];
    let body = '';
    for await (const part of response) body += String(part);
    return { status: response.statusCode, headers: response.headers, body };
  };

  it('takes PeerJS to the meeting server and back', async () => {
    const [a, b] = [peer(peerId(1)), peer(peerId(2))];
    for (const client of [a, b]) assert.deepEqual(await client.next(), { type: 'OPEN' });
    a.send({ type: 'OFFER', dst: peerId(2), payload: 'x'.repeat(60_000) });
    assert.deepEqual(await b.next(), {
      type: 'OFFER',
      src: peerId(1),
      dst: peerId(2),
      payload: 'x'.repeat(60_000),
    });
    a.send({ type: 'OFFER', dst: peerId(3), payload: {} });
    assert.deepEqual(await a.next(), { type: 'EXPIRE', src: peerId(3), dst: peerId(1) });
    a.socket.close();
    b.send('malformed');
    assert.equal(await b.closed, 1007);
  });

  it('keeps what the page says before the server is reached', async () => {
    const client = await peer(peerId(4)).open();
    client.send({ type: 'OFFER', dst: peerId(5), payload: {} });
    assert.deepEqual(await client.next(), { type: 'OPEN' });
    assert.deepEqual(await client.next(), { type: 'EXPIRE', src: peerId(5), dst: peerId(4) });
    client.socket.close();
  });

  it('frees the id when the page closes', async () => {
    const first = peer(peerId(6));
    await first.next();
    first.socket.close();
    await first.closed;
    const friend = peer(peerId(7));
    await friend.next();
    for (;;) {
      friend.send({ type: 'OFFER', dst: peerId(6), payload: {} });
      const { type } = (await friend.next()) as { type: string };
      if (type === 'EXPIRE') break;
    }
    friend.socket.close();
  });

  it('names its own key, not the one of the server, and tells the server of no Origin', async () => {
    const seen: IncomingMessage[] = [];
    const upstream = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    upstream.on('connection', (_socket, request) => seen.push(request));
    await once(upstream, 'listening');
    const { gateway: own } = await startGateway();
    const { port } = upstream.address() as AddressInfo;
    own.setUpstream({ url: `http://127.0.0.1:${String(port)}/some/path`, key: 'upstream-key' });
    const connected = once(upstream, 'connection');
    const page = await peer(peerId(8), own).open();
    await connected;
    const url = new URL(seen[0]?.url ?? '', 'http://x');
    assert.equal(url.pathname, '/some/path/peerjs');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      key: 'upstream-key',
      id: peerId(8),
      token: TOKEN,
      version: '1.5.5',
    });
    assert.equal(seen[0]?.headers.origin, undefined);
    for (const socket of upstream.clients) socket.close(4001);
    assert.equal(await page.closed, 4001);
    const cut = peer(peerId(9), own);
    const [socket] = (await once(upstream, 'connection')) as [{ terminate(): void }];
    await cut.open();
    socket.terminate();
    assert.equal(await cut.closed, 1011);
    await own.dispose();
    upstream.close();
  });

  it('says "try again later" when the server cannot be reached or turns it down', async () => {
    const { gateway: own, lines: log } = await startGateway();
    assert.equal(await peer(peerId(1), own).closed, 1013);
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const dead = `http://127.0.0.1:${String((gone.address() as AddressInfo).port)}/`;
    gone.close();
    own.setUpstream({ url: dead, key: KEY });
    assert.equal(await peer(peerId(1), own).closed, 1013);
    own.setUpstream({ url: server.addresses.at(-1) ?? '', key: 'wrong' });
    assert.equal(await peer(peerId(1), own).closed, 1013);
    assert.ok(log.some((line) => line.includes('401')));
    await own.dispose();
  });

  it('closes a page that sends too much', async () => {
    const client = peer(peerId(10));
    await client.next();
    client.send('x'.repeat(130 * 1024));
    assert.equal(await client.closed, 1009);
  });

  it('turns down a wrong Host, Origin, key, path or id', async () => {
    const good = peerUrl(peerId(11));
    await turnedDown(good, 421, { Origin: ORIGIN, Host: 'evil.example' });
    await turnedDown(good, 421, { Origin: ORIGIN, Host: `evil.example:${String(gateway.port)}` });
    await turnedDown(good, 421, { Origin: ORIGIN, Host: '127.0.0.1:1' });
    await turnedDown(good, 403, { Origin: 'https://evil.example' });
    await turnedDown(good, 403, {});
    await turnedDown(peerUrl(peerId(11), gateway, 'wrong'), 403);
    await turnedDown(good.replace('/peerjs', '/elsewhere'), 404);
    await turnedDown(peerUrl('x'), 400);
    await turnedDown(`ws://127.0.0.1:${String(gateway.port)}/files/${'a'.repeat(22)}`, 403);
    const local = new TestClient(good.replace('127.0.0.1', 'localhost'), { origin: ORIGIN, family: 4 });
    assert.deepEqual(await local.next(), { type: 'OPEN' });
    local.socket.close();
  });

  it('lets a forwarded host in once it is told of it', async () => {
    const { gateway: own } = await startGateway();
    const headers = { Origin: ORIGIN, Host: 'Forwarded.example' };
    await turnedDown(peerUrl(peerId(1), own), 421, headers);
    own.allowHost('forwarded.example');
    assert.equal(await (await new TestClient(peerUrl(peerId(1), own), { headers }).open()).closed, 1013);
    await own.dispose();
  });

  it('answers every other request with nothing', async () => {
    for (const path of ['/', '/peerjs', '/files/x', '/../etc/passwd', '//x', '/%', '/constructor']) {
      const { status, headers, body } = await fetchPath(path, { Origin: ORIGIN });
      assert.deepEqual({ status, body }, { status: 404, body: '' });
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], "default-src 'none'");
    }
    assert.equal((await fetchPath('/', { Host: 'evil.example' })).status, 421);
  });

  it('takes a ticket once, and only in time', async () => {
    const url = gateway.openStream({ serve });
    await turnedDown(url, 403, { Origin: 'https://evil.example' });
    const page = await new Page(url).open();
    await turnedDown(url, 403);
    page.socket.close();
    const { gateway: hasty } = await startGateway({ ticketLifetime: 5 });
    let late = '';
    await new Promise<void>((resolve) => {
      late = hasty.openStream({ serve, onUnused: resolve });
    });
    await turnedDown(late, 403);
    await hasty.dispose();
  });

  it('gives the body of a stream to a page that has the word for it, once', async () => {
    const { gateway: own } = await startGateway();
    const wordOf = (url: string) => new URL(url).searchParams.get('body') ?? '';
    const ask = async (word: string, more: Parameters<typeof askForBody>[2] = {}) => {
      const { status, body } = await askForBody(own.port, word, more);
      if (status !== 200) body.destroy();
      return status;
    };
    const plain = own.openStream({ serve });
    assert.equal(new URL(plain).search, '');
    const url = own.openStream({ serve }, true);
    const word = wordOf(url);
    assert.equal(await ask(word, { origin: 'https://evil.example' }), 403);
    assert.equal(await ask(word, { host: 'evil.example' }), 421);
    assert.equal(await ask('A'.repeat(22)), 403);
    // The word opens no stream, and the stream's ticket no body.
    await turnedDown(`ws://127.0.0.1:${String(own.port)}/files/${word}`, 403);
    assert.equal(await ask(new URL(plain).pathname.slice(-22)), 403);
    // Who opens the URL as it is has its content come by messages.
    const byMessages = await new Page(own.openStream({ serve }, true)).open();
    byMessages.socket.close();
    // A browser tries ::1 first.
    const address = hasIpv6() ? '::1' : '127.0.0.1';
    const { status, body } = await askForBody(own.port, word, { address });
    assert.deepEqual([status, body.headers['access-control-allow-origin']], [200, ORIGIN]);
    assert.equal(await ask(word), 403);
    // Under that name there is nothing else.
    const stage = await fetch(`http://127.0.0.1:${String(own.port)}/stage`);
    assert.equal(stage.status, 404);
    body.destroy();
    await own.dispose();
  });

  it('lets no content come as a body where somebody else may answer in its place', async () => {
    // Without IPv6 nobody can.
    const host = hasIpv6() ? '::1' : '127.0.0.1';
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, host, () => resolve((other.address() as AddressInfo).port));
    });
    const { gateway: own } = await startGateway({ preferredPort: port });
    assert.deepEqual([own.port === port, own.servesBodies], hasIpv6() ? [true, false] : [false, true]);
    assert.equal(new URL(own.openStream({ serve }, true)).search === '', hasIpv6());
    await own.dispose();
    other.close();
  });

  it('ends a body whose stream was not opened in time, or by messages', async () => {
    const { gateway: hasty } = await startGateway({ ticketLifetime: 50 });
    const ended = async (url: string): Promise<void> => {
      const { status, body } = await askForBody(hasty.port, new URL(url).searchParams.get('body') ?? '');
      assert.equal(status, 200);
      body.on('error', () => undefined).resume();
      await new Promise((resolve) => body.once('close', resolve));
    };
    await ended(hasty.openStream({ serve }, true));
    await hasty.dispose();
    const { gateway: own } = await startGateway();
    const url = own.openStream({ serve }, true);
    const { body } = await askForBody(own.port, new URL(url).searchParams.get('body') ?? '');
    const closed = new Promise((resolve) => body.on('error', () => undefined).once('close', resolve));
    body.resume();
    const page = await new Page(url.replace(/\?.*/, '')).open();
    await closed;
    page.socket.close();
    // One that it says it reads has to be there.
    const late = own.openStream({ serve }, true);
    await turnedDown(late.replace(/\?.*/, '?body=1'), 403);
    await own.dispose();
  });

  it('carries so many streams at once and no more', async () => {
    const { gateway: busy } = await startGateway();
    const open = () =>
      busy.openStream({
        serve: (socket, ended) =>
          new Promise((resolve) => {
            socket.once('close', () => resolve());
            ended.addEventListener('abort', () => socket.close());
          }),
      });
    const pages = [];
    for (let n = 0; n < MAX_TRANSFERS; n++) pages.push(await new Page(open()).open());
    const url = open();
    await turnedDown(url, 429);
    pages[0]?.socket.close();
    await pages[0]?.closed;
    // Being turned down has not cost the ticket.
    await new Page(url).open();
    await busy.dispose();
    await Promise.all(pages.map(({ closed }) => closed));
  });

  it('takes the wanted port, another when that is taken, and gives it back', async () => {
    const { gateway: first } = await startGateway();
    const { gateway: second } = await startGateway({ preferredPort: first.port });
    assert.notEqual(second.port, first.port);
    const { port } = first;
    await first.dispose();
    const { gateway: third } = await startGateway({ preferredPort: port });
    assert.equal(third.port, port);
    await second.dispose();
    await third.dispose();
    await third.dispose();
  });

  it('logs no key, ticket or id', () => {
    const log = lines.join('\n');
    assert.ok(log.includes('connected to the meeting server'));
    for (const secret of [KEY, gateway.brokerKey, TOKEN, peerId(1)]) assert.ok(!log.includes(secret));
  });
});
