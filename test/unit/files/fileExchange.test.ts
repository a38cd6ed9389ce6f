import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { MAX_OFFERS, MAX_TRANSFERS } from '../../../src/shared/limits.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import { FileExchange, fileKey } from '../../../src/webview/files/fileExchange.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { FakeChannel, fakeSockets, FakeSocket, turn } from './support.ts';

const SELF = 'S'.repeat(43);
const OWNER = 'O'.repeat(43);
const offerOf = (letter: string, size = 4): FileOffer => ({
  id: letter.repeat(22),
  name: `${letter}.txt`,
  size,
});
const FILE = offerOf('a');
const KEY = fileKey(OWNER, FILE.id);

type Replies = Record<string, () => unknown>;

function makeExchange(replies: Replies = {}) {
  const calls: { name: string; params: unknown }[] = [];
  const problems: string[] = [];
  const channels: FakeChannel[] = [];
  const answers: Replies = {
    openTarget: () => ({ target: 't'.repeat(22), url: 'ws://127.0.0.1:1/files/t' }),
    openSource: () => ({ url: 'ws://127.0.0.1:1/files/s' }),
    ...replies,
  };
  const call = async (name: string, params: unknown): Promise<unknown> => {
    calls.push({ name, params });
    return answers[name]?.() ?? null;
  };
  const facts = { linked: true };
  const exchange = new FileExchange({
    self: SELF,
    host: { call } as unknown as HostClient,
    openChannel: (_to, label) => {
      if (!facts.linked) return null;
      const channel = new FakeChannel(label);
      channels.push(channel);
      return channel.asChannel;
    },
    onChange: () => undefined,
    onProblem: (what) => problems.push(what),
  });
  const called = (name: string) => calls.filter((made) => made.name === name).map(({ params }) => params);
  return { exchange, called, problems, channels, facts };
}

/** A member asks for a file. */
function ask(exchange: FileExchange, label: string) {
  const channel = new FakeChannel(label);
  return { channel, served: exchange.serve(channel.asChannel) };
}

describe('FileExchange', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  const lastSocket = (): FakeSocket => {
    const socket = FakeSocket.made.at(-1);
    assert.ok(socket);
    return socket;
  };

  it('takes a file, once at a time, and shows what was saved', async () => {
    const { exchange, called, channels } = makeExchange();
    const taken = exchange.take(OWNER, 'Olga', FILE);
    assert.equal(exchange.transfer(KEY)?.status, 'asking');
    await exchange.take(OWNER, 'Olga', FILE);
    await turn();
    assert.equal(exchange.transfer(KEY)?.status, 'running');
    assert.deepEqual(called('openTarget'), [{ name: 'a.txt', size: 4, from: 'Olga' }]);
    assert.equal(channels[0]?.label, `file/${FILE.id}`);
    const socket = lastSocket().open();
    socket.receive({ t: 'credit', bytes: 100 });
    channels[0].receive(new ArrayBuffer(4));
    assert.equal(exchange.transfer(KEY)?.bytes, 4);
    socket.receive({ t: 'saved', name: 'a (2).txt' });
    await taken;
    assert.deepEqual(exchange.transfer(KEY), {
      status: 'saved',
      bytes: 4,
      problem: null,
      savedAs: 'a (2).txt',
    });
    exchange.show(KEY);
    assert.deepEqual(called('showSaved'), [{ target: 't'.repeat(22) }]);
  });

  it('knows files by their owner, too', async () => {
    const { exchange } = makeExchange({ openTarget: () => null });
    await exchange.take(OWNER, 'Olga', FILE);
    assert.equal(exchange.transfer(fileKey('P'.repeat(43), FILE.id)), null);
  });

  it('asks nobody for content when the person thinks better of it', async () => {
    const { exchange, channels } = makeExchange({ openTarget: () => null });
    await exchange.take(OWNER, 'Olga', FILE);
    assert.deepEqual([exchange.transfer(KEY)?.status, channels.length], ['cancelled', 0]);
  });

  it('is cancelled while it asks, and while it runs', async () => {
    const { exchange, channels } = makeExchange();
    const asking = exchange.take(OWNER, 'Olga', FILE);
    exchange.cancel(KEY);
    await asking;
    assert.deepEqual([exchange.transfer(KEY)?.status, channels.length], ['cancelled', 0]);
    const running = exchange.take(OWNER, 'Olga', FILE);
    await turn();
    exchange.cancel(KEY);
    await running;
    assert.equal(exchange.transfer(KEY)?.status, 'cancelled');
    assert.deepEqual(channels[0]?.frames, [{ t: 'error', problem: 'cancelled' }]);
  });

  it('says why a file did not come', async () => {
    const gone = makeExchange();
    gone.facts.linked = false;
    await gone.exchange.take(OWNER, 'Olga', FILE);
    assert.equal(gone.exchange.transfer(KEY)?.problem, 'link-lost');
    const unwritable = makeExchange({
      openTarget: () => {
        throw new Error('EACCES');
      },
    });
    await unwritable.exchange.take(OWNER, 'Olga', FILE);
    assert.equal(unwritable.exchange.transfer(KEY)?.problem, 'target-unwritable');
    assert.deepEqual(unwritable.problems, ['a file could not be taken']);
    const withdrawn = makeExchange();
    const taken = withdrawn.exchange.take(OWNER, 'Olga', FILE);
    await turn();
    withdrawn.channels[0]?.receive({ t: 'error', problem: 'withdrawn' });
    await taken;
    const model = withdrawn.exchange.transfer(KEY);
    assert.deepEqual([model?.status, model?.problem], ['failed', 'withdrawn']);
    const others = makeExchange();
    const cancelledThere = others.exchange.take(OWNER, 'Olga', FILE);
    await turn();
    others.channels[0]?.receive({ t: 'error', problem: 'cancelled' });
    await cancelledThere;
    assert.equal(others.exchange.transfer(KEY)?.status, 'failed', 'the other side cancelled, not this one');
  });

  it('hands out what is on offer, and counts', async () => {
    const { exchange } = makeExchange();
    exchange.offer([FILE]);
    const { channel, served } = ask(exchange, `file/${FILE.id}`);
    await turn();
    assert.deepEqual(exchange.counts(FILE.id), { sending: 1, taken: 0 });
    const socket = lastSocket().open();
    channel.receive({ t: 'credit', bytes: 100 });
    socket.receive(new ArrayBuffer(4));
    channel.receive({ t: 'saved', name: '' });
    await served;
    assert.deepEqual([channel.bytes, exchange.counts(FILE.id)], [4, { sending: 0, taken: 1 }]);
  });

  it('refuses what is not on offer, without asking the disk', async () => {
    const { exchange, called } = makeExchange();
    exchange.offer([FILE]);
    for (const label of [`file/${'b'.repeat(22)}`, `file/${FILE.id}x`, `files/${FILE.id}`, FILE.id, '']) {
      const { channel, served } = ask(exchange, label);
      await served;
      assert.deepEqual([channel.frames, channel.closed], [[{ t: 'error', problem: 'withdrawn' }], true]);
    }
    const opening = new FakeChannel('file/none', 'connecting');
    await exchange.serve(opening.asChannel);
    opening.open();
    assert.ok(opening.closed, 'one that is opening is told when it is open');
    assert.deepEqual(called('openSource'), []);
  });

  it('hands out so many at once and no more', async () => {
    const { exchange } = makeExchange();
    exchange.offer([FILE]);
    for (let count = 0; count < MAX_TRANSFERS; count++) void ask(exchange, `file/${FILE.id}`).served;
    const { channel, served } = ask(exchange, `file/${FILE.id}`);
    await served;
    assert.deepEqual(channel.frames, [{ t: 'error', problem: 'too-many' }]);
    exchange.dispose();
  });

  it('withdraws its own files alone, and tells who is taking them', async () => {
    const { exchange, called } = makeExchange();
    const other = offerOf('b');
    exchange.offer([FILE, other]);
    const first = ask(exchange, `file/${FILE.id}`);
    const second = ask(exchange, `file/${other.id}`);
    await turn();
    exchange.withdraw(fileKey(OWNER, FILE.id));
    assert.equal(exchange.offers.length, 2, 'the file of another by the same id');
    exchange.withdraw(fileKey(SELF, FILE.id));
    await first.served;
    assert.deepEqual(first.channel.frames, [{ t: 'error', problem: 'withdrawn' }]);
    assert.equal(second.channel.closed, false);
    assert.deepEqual(called('withdrawFile'), [{ offer: FILE.id }]);
    assert.deepEqual(exchange.offers, [other]);
    exchange.dispose();
    await second.served;
    assert.ok(second.channel.closed);
  });

  it('offers so many files and no more', () => {
    const { exchange } = makeExchange();
    const many = Array.from({ length: MAX_OFFERS + 2 }, (_, index) => ({
      ...FILE,
      id: String(index).padStart(22, '0'),
    }));
    assert.equal(exchange.offer(many).length, 2);
    assert.equal(exchange.offers.length, MAX_OFFERS);
    assert.deepEqual(exchange.offer(many.slice(0, 1)), [], 'one that is on offer already');
  });
});
