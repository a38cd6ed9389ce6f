import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { after, describe, it } from 'mocha';
import { MAX_PENDING_LINKS } from '../../../src/shared/limits.ts';
import { BrokerError, type RawLink } from '../../../src/webview/rtc/broker.ts';
import { turn } from './fakeConnection.ts';
import { type DataConnection, Peer } from './fakePeerjs.ts';

// PeerJS itself is for browsers: Node does not find its names.
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'peerjs'
      ? next(new URL('fakePeerjs.ts', import.meta.url).href, context)
      : next(specifier, context),
});
const { PeerBroker } = await import('../../../src/webview/rtc/peerBroker.ts');

const ID = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

/** A broker that is about to be registered. */
function begin(patience?: number) {
  const links: RawLink[] = [];
  const news: boolean[] = [];
  const connecting = PeerBroker.connect({
    address: { host: '127.0.0.1', port: 1, path: '/', secure: false, key: 'ticket' },
    id: ID,
    token: '5'.repeat(32),
    config: { iceServers: [] },
    addresses: [],
    ...(patience === undefined ? {} : { patience }),
    onLink: (link) => links.push(link),
    onServer: (connected) => news.push(connected),
  });
  const peer = Peer.last;
  assert.ok(peer);
  return { connecting, peer, links, news };
}

async function connect() {
  const { connecting, ...rest } = begin();
  rest.peer.emit('open');
  return { broker: await connecting, ...rest };
}

const problemOf = async (failing: Promise<unknown>): Promise<string> => {
  const error: unknown = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BrokerError, String(error));
  return error.problem;
};

describe('PeerBroker', () => {
  after(() => hooks.deregister());

  it('names nothing of PeerJS’s public defaults, and says when the server comes and goes', async () => {
    const { broker, peer, news } = await connect();
    assert.deepEqual(
      [peer.options['host'], peer.options['key'], peer.options['config'], peer.options['token']],
      ['127.0.0.1', 'ticket', { iceServers: [] }, '5'.repeat(32)],
    );
    assert.match(String(peer.options['token']), /^[0-9a-f]{32}$/);
    assert.equal(broker.connected, true);
    peer.emit('disconnected');
    assert.deepEqual([news, broker.connected], [[true, false], false]);
    assert.equal(await problemOf(broker.call(OTHER)), 'unreachable');
  });

  it('says why it could not be registered', async () => {
    for (const [type, problem] of [
      ['unavailable-id', 'id-taken'],
      ['network', 'unreachable'],
    ] as const) {
      const { connecting, peer } = begin();
      peer.fail(type);
      assert.equal(await problemOf(connecting), problem);
    }
  });

  it('gives up, and leaves the server, when that does not answer', async () => {
    const { connecting, peer, news } = begin(5);
    assert.equal(await problemOf(connecting), 'unreachable');
    assert.deepEqual([peer.destroyed, news], [true, []]);
  });

  it('hands out connections that PeerJS can close no more', async () => {
    const { broker, peer, links } = await connect();
    const calling = broker.call(OTHER);
    peer.calls[0]?.opens();
    const { pc, called, caller } = await calling;
    peer.called(OTHER).opens();
    await turn();
    assert.deepEqual([called, caller, links[0]?.called, links[0]?.caller], [OTHER, true, ID, false]);
    broker.dispose();
    peer.calls[0]?.close();
    assert.deepEqual(
      [pc.connectionState, links[0]?.pc.connectionState, peer.destroyed],
      ['connected', 'connected', true],
    );
  });

  it('tells whom a call did not reach, and leaves other calls alone', async () => {
    const { broker, peer } = await connect();
    const absent = broker.call(OTHER);
    const failing = broker.call('c'.repeat(32));
    const open = broker.call('d'.repeat(32));
    peer.fail('peer-unavailable', `Could not connect to peer ${OTHER}`);
    assert.equal(await problemOf(absent), 'absent');
    peer.calls[1]?.emit('error', new Error('ice'));
    assert.equal(await problemOf(failing), 'failed');
    peer.calls[2]?.opens();
    assert.equal((await open).pc.connectionState, 'connected');
    const closing = broker.call(OTHER);
    broker.dispose();
    assert.equal(await problemOf(closing), 'closed');
  });

  it('gives a call up early that is not answered, since the server may think the page where it is not', async () => {
    const { broker, peer } = await connect();
    const patience = { open: 60, answer: 5 };
    assert.equal(await problemOf(broker.call(OTHER, { open: 60_000, answer: 5 })), 'timeout');
    const began = performance.now();
    const answered = broker.call(OTHER, patience);
    const end = peer.calls[1]?.end;
    assert.ok(end);
    end.remoteDescription = { type: 'answer', sdp: '' };
    assert.equal(await problemOf(answered), 'timeout');
    assert.ok(performance.now() - began > 50, 'its channel may take longer');
    broker.dispose();
  });

  it('counts nobody whose channel is open already', async () => {
    const { broker, peer, links } = await connect();
    const slow = peer.called(OTHER);
    for (let guest = 1; guest <= MAX_PENDING_LINKS * 2; guest++) {
      peer.called('e'.repeat(32)).opens();
      await turn();
    }
    slow.opens();
    await turn();
    assert.equal(links.length, MAX_PENDING_LINKS * 2 + 1);
    broker.dispose();
  });

  it('lets a guest through while callers whose channel never opens hold and flood all places', async () => {
    const { broker, peer, links } = await connect();
    const strangers: DataConnection[] = [];
    const flood = (count: number): void => {
      for (let call = 0; call < count; call++) strangers.push(peer.called('e'.repeat(32)));
    };
    const held = (): number => strangers.filter(({ end }) => end.connectionState === 'connected').length;
    flood(100);
    await turn();
    assert.equal(held(), MAX_PENDING_LINKS);
    const guest = peer.called(OTHER);
    flood(MAX_PENDING_LINKS - 1);
    await turn();
    guest.opens();
    await turn();
    assert.deepEqual([links.length, guest.end.connectionState], [1, 'connected']);
    flood(MAX_PENDING_LINKS);
    await turn();
    assert.deepEqual([guest.end.connectionState, held()], ['connected', MAX_PENDING_LINKS]);
    broker.dispose();
    await turn();
    assert.equal(held(), 0);
  });
});
