import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import {
  endServers,
  join,
  peerId,
  peerUrl,
  startTestServer,
  TestClient,
  type TestServer,
} from './support.ts';

describe('the peer server', function () {
  this.timeout(20_000);
  let server: TestServer;
  before(async () => {
    server = await startTestServer(['--max-joins-per-minute', '100000', '--max-per-address', '1000']);
  });
  after(endServers);

  const health = async () => (await (await fetch(`${server.base}healthz`)).json()) as { clients: number };
  let last = 0;
  const freshId = () => peerId(++last);
  /** Proves that the server is alive and relays. */
  const relays = async () => {
    const a = await join(server.base, freshId());
    const id = freshId();
    const b = await join(server.base, id);
    a.send({ type: 'OFFER', dst: id, payload: { n: 1 } });
    assert.equal(((await b.next()) as { type: string }).type, 'OFFER');
    a.socket.close();
    b.socket.close();
    await Promise.all([a.closed, b.closed]);
  };
  const turnedDown = async (url: string, status: number, headers: Record<string, string> = {}) => {
    await assert.rejects(new TestClient(url, { headers }).open(), { message: `status ${String(status)}` });
  };

  it('says where it is reached, loopback last', () => {
    assert.equal(server.addresses.at(-1), server.base);
    for (const address of server.addresses) assert.match(address, /^http:\/\/.+:\d+\/$/);
  });

  it('tells its health and how many are connected', async () => {
    const response = await fetch(`${server.base}healthz`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    const before = (await response.json()) as { status: string; clients: number; version: string };
    assert.equal(before.status, 'ok');
    assert.match(before.version, /^\d+\.\d+\.\d+$/);
    const client = await join(server.base, freshId());
    assert.equal((await health()).clients, before.clients + 1);
    client.socket.close();
    await client.closed;
  });

  it('gives ids of 32 hex characters to who knows the key, and tells nobody who is connected', async () => {
    assert.match(await (await fetch(`${server.base}secret-key/id`)).text(), /^[0-9a-f]{32}$/);
    assert.equal((await fetch(`${server.base}wrong/id`)).status, 404);
    assert.equal((await fetch(`${server.base}secret-key/peers`)).status, 404);
    assert.equal((await fetch(`${server.base}%ff/id`)).status, 404);
    assert.equal((await fetch(server.base, { method: 'POST' })).status, 404);
    const greeting = await fetch(server.base, { headers: { Origin: 'https://example.com' } });
    assert.match(await greeting.text(), /PeerJS Server/);
    assert.equal(greeting.headers.get('access-control-allow-origin'), null);
    assert.equal(greeting.headers.get('x-powered-by'), null);
  });

  it('relays between two, and says itself who a message is from', async () => {
    const [idA, idB] = [freshId(), freshId()];
    const a = await join(server.base, idA);
    const b = await join(server.base, idB);
    const payload = { sdp: 'v=0', nested: { deep: [1, 2, 3] } };
    a.send({ type: 'OFFER', src: 'somebody-else', dst: idB, payload });
    assert.deepEqual(await b.next(), { type: 'OFFER', src: idA, dst: idB, payload });
    b.send({ type: 'ANSWER', dst: idA, payload });
    assert.deepEqual(await a.next(), { type: 'ANSWER', src: idB, dst: idA, payload });
  });

  it('turns down a wrong key, a bad id, a bad token, doubled parameters, a foreign path, a page', async () => {
    const id = freshId();
    await turnedDown(peerUrl(server.base, id, { key: 'wrong' }), 401);
    await turnedDown(peerUrl(server.base, 'short'), 400);
    await turnedDown(peerUrl(server.base, '-'.repeat(32)), 400);
    await turnedDown(peerUrl(server.base, id, { token: 'short' }), 400);
    await turnedDown(`${peerUrl(server.base, id)}&id=${freshId()}`, 400);
    await turnedDown(peerUrl(`${server.base}elsewhere/`, id), 404);
    await turnedDown(peerUrl(server.base, id), 403, { Origin: 'https://example.com' });
    await turnedDown(peerUrl(server.base, id), 403, { Origin: 'null' });
    await relays();
  });

  it('answers at once that an id is not there, and keeps nothing for it', async () => {
    const [idA, idB] = [freshId(), freshId()];
    const a = await join(server.base, idA);
    for (const type of ['OFFER', 'CANDIDATE', 'ANSWER']) {
      a.send({ type, dst: idB, payload: {} });
      assert.deepEqual(await a.next(), { type: 'EXPIRE', src: idB, dst: idA });
    }
    const b = await join(server.base, idB);
    await b.flushed();
    assert.equal(b.pending, 0);
    b.socket.close();
    await b.closed;
    a.send({ type: 'OFFER', dst: idB, payload: {} });
    assert.deepEqual(await a.next(), { type: 'EXPIRE', src: idB, dst: idA });
    const next = await join(server.base, idB, 'anothertoken0123456789');
    await next.flushed();
    assert.equal(next.pending, 0);
  });

  const faults: readonly (readonly [string, string | Buffer, number])[] = [
    ['malformed JSON', '{"type":', 1007],
    ['JSON that is no message', '"text"', 1007],
    ['an unknown type', '{"type":"OPEN"}', 1007],
    ['a message without a destination', '{"type":"OFFER","payload":{}}', 1007],
    ['a destination that is no id', '{"type":"OFFER","dst":{"a":1},"payload":{}}', 1007],
    [
      'a payload nested without end',
      `{"type":"OFFER","dst":"${peerId(0)}","payload":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      1007,
    ],
    ['a binary message', Buffer.from('{"type":"HEARTBEAT"}'), 1003],
    [
      'a message over 64 KiB',
      JSON.stringify({ type: 'OFFER', dst: peerId(0), payload: 'x'.repeat(70_000) }),
      1009,
    ],
  ];
  for (const [what, data, code] of faults)
    it(`closes only the socket that sends ${what}`, async () => {
      const bystander = await join(server.base, peerId(0));
      const id = freshId();
      const client = await join(server.base, id);
      client.socket.send(data, { binary: typeof data !== 'string' });
      assert.equal(await client.closed, code);
      await bystander.flushed();
      assert.equal(bystander.socket.readyState, bystander.socket.OPEN);
      assert.equal(bystander.pending, 0);
      bystander.socket.close();
      await bystander.closed;
      await relays();
    });

  it('closes a socket that sends without pause', async () => {
    const client = await join(server.base, freshId());
    for (let n = 0; n < 3_000; n++) client.send({ type: 'HEARTBEAT' });
    assert.equal(await client.closed, 1008);
    await relays();
  });

  it('does not carry a LEAVE or EXPIRE of a client to others', async () => {
    const [idA, idB] = [freshId(), freshId()];
    const a = await join(server.base, idA);
    const b = await join(server.base, idB);
    a.send({ type: 'LEAVE', dst: idB });
    a.send({ type: 'EXPIRE', dst: idB });
    a.send({ type: 'OFFER', dst: idB, payload: 'after' });
    assert.equal(((await b.next()) as { type: string }).type, 'OFFER');
    a.send({ type: 'LEAVE' });
    assert.equal(await a.closed, 1000);
  });

  it('lets who comes back with the same id and token in at once, and nobody else', async () => {
    const [id, other] = [freshId(), freshId()];
    const former = await join(server.base, id);
    const thief = await new TestClient(peerUrl(server.base, id, { token: 'stolen0123456789abcdef' })).open();
    assert.equal(((await thief.next()) as { type: string }).type, 'ID-TAKEN');
    await thief.closed;
    const newcomer = await join(server.base, id);
    await former.closed;
    const friend = await join(server.base, other);
    friend.send({ type: 'OFFER', dst: id, payload: {} });
    assert.equal(((await newcomer.next()) as { type: string }).type, 'OFFER');
  });
});

describe('limits of the peer server', function () {
  this.timeout(20_000);
  after(endServers);

  it('bounds the connections of an address', async () => {
    const { base } = await startTestServer(['--max-per-address', '3']);
    const first = await join(base, peerId(1));
    await join(base, peerId(2));
    await join(base, peerId(3));
    await assert.rejects(new TestClient(peerUrl(base, peerId(4))).open(), { message: 'status 429' });
    first.socket.close();
    await first.closed;
    await joinOnceFree(base, peerId(4));
  });

  it('bounds the attempts of an address in a minute, failed ones too', async () => {
    const { base } = await startTestServer(['--max-joins-per-minute', '3']);
    const guess = () => new TestClient(peerUrl(base, peerId(1), { key: 'guess' })).open();
    for (let n = 0; n < 3; n++) await assert.rejects(guess(), { message: 'status 401' });
    await assert.rejects(guess(), { message: 'status 429' });
    await assert.rejects(new TestClient(peerUrl(base, peerId(1))).open(), { message: 'status 429' });
  });

  it('counts guesses by HTTP with those by WebSocket', async () => {
    const { base } = await startTestServer(['--max-joins-per-minute', '3']);
    const status = async (key: string) => (await fetch(`${base}${key}/id`)).status;
    assert.deepEqual([await status('guess'), await status('secret-key')], [404, 200]);
    await assert.rejects(new TestClient(peerUrl(base, peerId(1), { key: 'guess' })).open(), {
      message: 'status 401',
    });
    assert.deepEqual([await status('guess'), await status('secret-key')], [429, 429]);
    await assert.rejects(new TestClient(peerUrl(base, peerId(1))).open(), { message: 'status 429' });
    assert.equal((await fetch(`${base}healthz`)).status, 200);
  });

  it('lets pages of an allowed Origin in', async () => {
    const { base } = await startTestServer(['--allow-origin', 'https://meet.example']);
    const headers = { Origin: 'https://meet.example' };
    await new TestClient(peerUrl(base, peerId(1)), { headers }).open();
    assert.equal(
      (await fetch(base, { headers })).headers.get('access-control-allow-origin'),
      'https://meet.example',
    );
  });
});

/** Joins as soon as the server has noticed that a connection of this address is gone. */
async function joinOnceFree(base: string, id: string): Promise<TestClient> {
  for (;;) {
    try {
      return await join(base, id);
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'status 429') throw error;
    }
  }
}
