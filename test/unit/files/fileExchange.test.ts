import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { TakePurpose } from '../../../src/shared/filesRpc.ts';
import { MAX_CONTROL_MESSAGE, MAX_OFFERS, MAX_TAKING, MAX_TRANSFERS } from '../../../src/shared/limits.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { fileKey } from '../../../src/webview/files/fileKeys.ts';
import { begin, close, Desk, OLGA, PETE, SELF } from './desk.ts';
import { turn, until } from '../../support/turn.ts';
import { chunkOf, FakeChannel, fakeSockets, FakeSocket, offerOf, SAVED } from './support.ts';

const FILE = offerOf('a');
const KEY = fileKey(OLGA, FILE.id);

/** An answer that the test gives when it likes. */
function later() {
  let answer: (value: unknown) => void = () => undefined;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  return { answer, reply: () => answered };
}

const TARGET = { target: 't'.repeat(22), url: 'ws://127.0.0.1:1/files/t', bytes: 0 };

function withFakes(): void {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());
}

describe('FileExchange, taking', () => {
  withFakes();
  it('takes a file, once at a time, and shows what was saved', async () => {
    const desk = new Desk();
    desk.offers(OLGA, FILE);
    desk.take(OLGA, FILE);
    assert.equal(desk.status(OLGA, FILE), 'asking');
    desk.take(OLGA, FILE);
    await turn();
    assert.equal(desk.status(OLGA, FILE), 'running');
    assert.deepEqual(desk.called('openTarget'), [
      { offer: FILE, from: 'Olga', purpose: 'save', unasked: false },
    ]);
    const wires = desk.wires();
    assert.match(wires.peer.label, new RegExp(`^file/${FILE.id}/[A-Za-z0-9_-]{22}$`));
    begin(wires, 4);
    assert.equal(desk.transfer(OLGA, FILE)?.bytes, 4);
    wires.host.receive({ ...SAVED, name: 'a (2).txt' });
    await close(wires);
    const { status, bytes, savedAs, problem, kept } = desk.transfer(OLGA, FILE) ?? assert.fail();
    assert.deepEqual([status, bytes, savedAs, problem, kept], ['saved', 4, 'a (2).txt', null, false]);
    desk.exchange.show(KEY, 'reveal');
    assert.deepEqual(desk.called('showSaved'), [{ target: 't'.repeat(22), how: 'reveal' }]);
  });

  it('forgets nothing of what was saved when it is looked at or taken again', async () => {
    const answers: unknown[] = [TARGET, { ...TARGET, target: 'u'.repeat(22) }, TARGET, TARGET];
    const desk = new Desk({ openTarget: () => answers.shift() });
    desk.offers(OLGA, FILE);
    const take = async (purpose: TakePurpose, last: TransferFrame) => {
      desk.exchange.take(KEY, purpose);
      await turn();
      begin(desk.wires(), 4);
      if (last.t === 'error') desk.wires().peer.receive(last);
      else desk.wires().host.receive(last);
      await close(desk.wires());
      const { status, purpose: was, savedAs } = desk.transfer(OLGA, FILE) ?? assert.fail();
      return [status, was, savedAs];
    };
    const saved = ['saved', 'save', 'a (2).txt'];
    assert.deepEqual(await take('save', { ...SAVED, name: 'a (2).txt' }), saved);
    assert.deepEqual(await take('compare', { ...SAVED, name: 'look.look' }), saved);
    const failed = await take('open', { t: 'error', problem: 'withdrawn' });
    assert.deepEqual(failed, ['failed', 'open', 'a (2).txt']);
    desk.exchange.takeAll();
    desk.exchange.show(KEY, 'open');
    assert.deepEqual(desk.called('showSaved'), [{ target: 't'.repeat(22), how: 'open' }]);
    assert.equal(desk.called('openTarget').length, 3, 'what is saved is not saved again');
    assert.deepEqual(await take('save-as', { ...SAVED, name: 'b.txt' }), ['saved', 'save-as', 'b.txt']);
  });

  it('asks nobody for content when the person thinks better of it, and is as it was before', async () => {
    const desk = new Desk({ openTarget: () => null });
    await desk.takeFrom(OLGA, FILE);
    assert.deepEqual([desk.transfer(OLGA, FILE), desk.channels.length], [null, 0]);
    const answers: unknown[] = [TARGET, null];
    const again = new Desk({ openTarget: () => answers.shift() });
    await again.takeFrom(OLGA, FILE);
    begin(again.wires(), 4);
    again.wires().host.receive(SAVED);
    await close(again.wires());
    again.exchange.take(KEY, 'open');
    await turn();
    const { status, purpose } = again.transfer(OLGA, FILE) ?? assert.fail();
    assert.deepEqual([status, purpose], ['saved', 'save']);
  });

  it('is cancelled while it waits, asks and runs; what the host answers then is not heeded', async () => {
    const { answer, reply } = later();
    const desk = new Desk({ openTarget: reply });
    desk.offers(OLGA, FILE);
    desk.take(OLGA, FILE);
    desk.exchange.cancel(KEY);
    answer(TARGET);
    await turn();
    assert.deepEqual([desk.status(OLGA, FILE), desk.channels.length], ['none', 0]);
    desk.take(OLGA, FILE);
    await turn();
    const wires = desk.wires();
    begin(wires, 2);
    desk.exchange.cancel(KEY);
    assert.equal(desk.status(OLGA, FILE), 'none');
    for (const { frames } of [wires.host, wires.peer])
      assert.deepEqual(frames.at(-1), { t: 'error', problem: 'cancelled' });
    assert.deepEqual(desk.called('discardPart'), [], 'not while the stream is at it');
    await close(wires);
    assert.deepEqual(desk.called('discardPart'), [{ offer: FILE }]);
  });

  it('is taken again after a cancel only when the stream before is over', async () => {
    const desk = new Desk();
    await desk.takeFrom(OLGA, FILE);
    const first = desk.wires();
    begin(first, 2);
    desk.exchange.cancel(KEY);
    desk.take(OLGA, FILE);
    await turn();
    assert.deepEqual([desk.status(OLGA, FILE), desk.channels.length], ['queued', 1]);
    await close(first);
    await turn();
    assert.deepEqual([desk.status(OLGA, FILE), desk.called('discardPart')], ['running', []]);
    desk.exchange.dispose();
    await close(desk.wires());
  });

  it('is paused, and goes on for the person alone', async () => {
    const desk = new Desk();
    await desk.takeFrom(OLGA, FILE);
    begin(desk.wires(), 2);
    desk.exchange.pause(KEY);
    const { status, bytes, kept } = desk.transfer(OLGA, FILE) ?? assert.fail();
    assert.deepEqual([status, bytes, kept], ['paused', 2, true]);
    assert.deepEqual(desk.wires().host.frames.at(-1), { t: 'error', problem: 'paused' });
    await close(desk.wires());
    desk.leaves(OLGA);
    desk.offers(OLGA, FILE);
    await turn();
    assert.equal(desk.status(OLGA, FILE), 'paused');
    desk.take(OLGA, FILE);
    await turn();
    assert.equal(desk.status(OLGA, FILE), 'running');
    desk.exchange.dispose();
    await close(desk.wires());
  });

  it('waits for who is gone when the person says to go on', () => {
    const desk = new Desk();
    desk.addPart(FILE, { bytes: 3, paused: true });
    const [row] = desk.models;
    assert.deepEqual(
      [row?.transfer?.status, row?.transfer?.bytes, row?.gone, row?.owner],
      ['paused', 3, true, ''],
    );
    desk.exchange.take(row?.id ?? '', 'save');
    assert.equal(desk.models[0]?.transfer?.status, 'interrupted');
  });

  it('goes on as soon as there is a link again, however long it was tried in vain', async () => {
    const desk = new Desk({}, [0, 600_000]);
    await desk.takeFrom(OLGA, FILE);
    desk.linked = false;
    begin(desk.wires(), 2);
    const { host, peer } = desk.wires();
    peer.lose();
    host.lose();
    await until(() => desk.called('openTarget').length === 2);
    await until(() => desk.status(OLGA, FILE) === 'interrupted');
    desk.linked = true;
    desk.exchange.returned(PETE);
    await turn();
    assert.equal(desk.status(OLGA, FILE), 'interrupted', 'somebody else is of no help');
    desk.exchange.returned(OLGA);
    await until(() => desk.status(OLGA, FILE) === 'running');
    assert.equal(desk.channels.length, 2);
    desk.exchange.dispose();
    await close(desk.wires());
  });

  it('goes on by itself when a channel is lost and when its owner is back, not asking anybody', async () => {
    const desk = new Desk();
    await desk.takeFrom(OLGA, FILE);
    begin(desk.wires(), 2);
    const first = desk.wires();
    first.peer.lose();
    first.host.lose();
    await until(() => desk.channels.length === 2);
    assert.equal(desk.status(OLGA, FILE), 'running');
    begin(desk.wires(), 3);
    const second = desk.wires();
    desk.leaves(OLGA);
    assert.deepEqual(second.peer.frames.at(-1), { t: 'error', problem: 'link-lost' }, 'no event says so');
    await close(second);
    const { status, bytes, kept, problem } = desk.transfer(OLGA, FILE) ?? assert.fail();
    assert.deepEqual([status, bytes, kept, problem], ['interrupted', 3, true, 'link-lost']);
    assert.equal(desk.model(OLGA, FILE)?.gone, true);
    desk.offers(OLGA, FILE);
    await turn();
    assert.deepEqual([desk.status(OLGA, FILE), desk.model(OLGA, FILE)?.gone], ['running', false]);
    const unasked = desk.called('openTarget').map((params) => (params as { unasked: boolean }).unasked);
    assert.deepEqual(unasked, [false, true, true]);
    desk.exchange.dispose();
    await close(desk.wires());
  });

  it('goes on with the same under another id or from another owner, and with nothing else', async () => {
    const others = [
      { size: 5 },
      { modified: 2 },
      { name: 'b.txt' },
      { kind: 'folder' },
      { files: 2 },
    ] as const;
    for (const more of [{}, ...others]) {
      const desk = new Desk();
      desk.addPart(FILE, { bytes: 3 });
      desk.offers(PETE, offerOf('z', { name: 'a.txt', ...more }));
      await turn();
      const same = Object.keys(more).length === 0;
      assert.equal(
        desk.models[0]?.transfer?.status ?? 'none',
        same ? 'running' : 'none',
        JSON.stringify(more),
      );
      assert.equal(desk.models.length, same ? 1 : 2);
      desk.exchange.dispose();
      if (same) await close(desk.wires());
    }
  });

  it('does not take from an owner what is another’s who is here', async () => {
    const desk = new Desk();
    await desk.takeFrom(OLGA, FILE);
    begin(desk.wires(), 2);
    desk.exchange.pause(KEY);
    await close(desk.wires());
    desk.offers(PETE, offerOf('z', { name: 'a.txt' }));
    assert.equal(desk.status(OLGA, FILE), 'paused');
    assert.equal(desk.transfer(PETE, offerOf('z')), null);
  });

  it('says why a file did not come', async () => {
    const unwritable = new Desk({
      openTarget: () => {
        throw new Error('EACCES');
      },
    });
    await unwritable.takeFrom(OLGA, FILE);
    assert.equal(unwritable.transfer(OLGA, FILE)?.problem, 'target-unwritable');
    assert.deepEqual(unwritable.told, ['a file could not be taken']);
    for (const [problem, kept] of [
      ['withdrawn', true],
      ['disk-full', true],
      ['source-changed', false],
      ['mismatch', false],
      ['cancelled', false],
    ] as const) {
      const desk = new Desk();
      await desk.takeFrom(OLGA, FILE);
      begin(desk.wires(), 2);
      desk.wires().peer.receive({ t: 'error', problem });
      await close(desk.wires());
      const model = desk.transfer(OLGA, FILE) ?? assert.fail();
      assert.deepEqual(
        [model.status, model.problem, model.kept, model.bytes],
        ['failed', problem, kept, kept ? 2 : 0],
      );
    }
  });

  it('takes so many at once, the others in their order, and of one thing only one', async () => {
    const desk = new Desk();
    const offers = ['a', 'b', 'c', 'd', 'e'].map((letter) => offerOf(letter));
    const twin = offerOf('z', { name: 'a.txt' });
    desk.offers(PETE, twin);
    desk.offers(OLGA, ...offers);
    desk.take(OLGA, FILE);
    desk.take(PETE, twin);
    desk.exchange.takeAll();
    await turn();
    const statuses = () => [desk.status(PETE, twin), ...offers.map((offer) => desk.status(OLGA, offer))];
    assert.deepEqual(statuses(), ['queued', 'running', 'running', 'running', 'queued', 'queued']);
    assert.equal(desk.channels.length, MAX_TAKING);
    const first = { host: FakeSocket.made[0] ?? assert.fail(), peer: desk.channels[0] ?? assert.fail() };
    begin(first, 4);
    first.host.receive(SAVED);
    await close(first);
    assert.deepEqual(statuses(), ['running', 'saved', 'running', 'running', 'queued', 'queued']);
    desk.exchange.pause(fileKey(OLGA, offerOf('d').id));
    assert.deepEqual(statuses().slice(4), ['paused', 'queued']);
    desk.exchange.dispose();
  });

  it('lets the extension host know what one click took, so that it asks once', async () => {
    const desk = new Desk();
    const offers = ['a', 'b', 'c'].map((name) => offerOf(name));
    desk.offers(OLGA, ...offers);
    desk.take(OLGA, offers[0] ?? assert.fail());
    desk.exchange.takeAll();
    await turn();
    const [alone, ...together] = desk
      .called('openTarget')
      .map((asked) => (asked as { batch?: string }).batch);
    assert.equal(alone, undefined);
    assert.equal(together.length, 2);
    assert.match(together[0] ?? '', /^[\w-]{22}$/);
    assert.equal(together[1], together[0]);
    desk.exchange.dispose();
  });

  it('keeps what is gone as long as it matters', async () => {
    const desk = new Desk();
    desk.offers(OLGA, FILE, offerOf('b'));
    desk.take(OLGA, FILE);
    await turn();
    begin(desk.wires(), 4);
    desk.wires().host.receive(SAVED);
    await close(desk.wires());
    const shown = () => desk.models.map(({ name, gone, ownerHere }) => ({ name, gone, ownerHere }));
    desk.offers(OLGA);
    assert.deepEqual(shown(), [{ name: 'a.txt', gone: true, ownerHere: true }], 'withdrawn');
    desk.leaves(OLGA);
    assert.deepEqual(shown(), [{ name: 'a.txt', gone: true, ownerHere: false }], 'left');
    desk.take(OLGA, FILE);
    assert.equal(desk.status(OLGA, FILE), 'saved');
    desk.addPart(offerOf('c'), {});
    desk.exchange.cancel(desk.models[1]?.id ?? '');
    await turn();
    assert.deepEqual(
      desk.models.map(({ name }) => name),
      ['a.txt'],
      'what was discarded is not kept',
    );
    assert.equal(desk.called('discardPart').length, 1);
  });

  it('is saved where its end was not heard, instead of going on', async () => {
    const saved = { name: 'a (2).txt', target: 'w'.repeat(22) };
    let opened = 0;
    const desk = new Desk({
      openTarget: () =>
        opened++ === 0 ? { target: 't'.repeat(22), url: 'ws://127.0.0.1:1/files/t', bytes: 0 } : { saved },
    });
    await desk.takeFrom(OLGA, FILE);
    begin(desk.wires(), 2);
    const { peer, host } = desk.wires();
    peer.lose();
    host.lose();
    await until(() => desk.status(OLGA, FILE) === 'saved');
    assert.equal(desk.models[0]?.transfer?.savedAs, 'a (2).txt');
    desk.exchange.show(desk.models[0]?.id ?? '', 'open');
    assert.deepEqual(desk.called('showSaved'), [{ target: saved.target, how: 'open' }]);
  });

  it('is still saved in a page that is loaded anew', () => {
    const desk = new Desk();
    desk.addPart(FILE, { bytes: FILE.size, saved: { name: 'a (2).txt', target: 'w'.repeat(22) } });
    desk.offers(OLGA, FILE);
    assert.equal(desk.models.length, 1);
    const [row] = desk.models;
    assert.deepEqual(
      [row?.gone, row?.transfer?.status, row?.transfer?.savedAs],
      [false, 'saved', 'a (2).txt'],
    );
  });

  it('takes unasked what the settings say, and nothing that was seen before', async () => {
    const desk = new Desk({
      mayTake: ({ offer }: { offer: FileOffer }) => ({ take: offer.name === 'a.txt' }),
    });
    desk.offers(OLGA, FILE, offerOf('b'));
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.deepEqual([desk.status(OLGA, FILE), desk.status(OLGA, offerOf('b'))], ['running', 'none']);
    assert.deepEqual(desk.called('openTarget'), [
      { offer: FILE, from: 'Olga', purpose: 'save', unasked: true },
    ]);
    desk.offers(OLGA, FILE, offerOf('b'));
    assert.equal(desk.called('mayTake').length, 2);
    desk.exchange.dispose();
    await close(desk.wires());
  });

  it('asks about so many offers at once and no more', async () => {
    let answer: (reply: { take: boolean }) => void = () => undefined;
    const desk = new Desk({
      mayTake: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    desk.offers(
      OLGA,
      ...Array.from({ length: 1_000 }, (_, n) => offerOf('w', { id: String(n).padStart(22, '0') })),
    );
    let asked = 0;
    while (desk.called('mayTake').length > asked) {
      asked = desk.called('mayTake').length;
      answer({ take: false });
      await turn();
    }
    assert.equal(asked, 401);
  });

  it('keeps parts when the page goes', async () => {
    const desk = new Desk();
    await desk.takeFrom(OLGA, FILE);
    begin(desk.wires(), 2);
    desk.exchange.dispose();
    assert.deepEqual(desk.wires().host.frames.at(-1), { t: 'error', problem: 'link-lost' });
    await close(desk.wires());
    assert.equal(desk.channels.length, 1, 'and tries nothing more');
  });
});

describe('FileExchange, giving', () => {
  withFakes();
  it('hands out what is on offer, and counts people', async () => {
    const desk = new Desk();
    desk.shares(FILE);
    for (const transfer of ['1', '2']) {
      const peer = desk.asked(OLGA, FILE.id, transfer.repeat(22));
      await turn();
      assert.deepEqual(desk.models[0]?.sending, [{ name: 'Olga', bytes: 0 }]);
      const host = FakeSocket.made.at(-1) ?? assert.fail();
      begin({ host: host.open(), peer }, 0);
      peer.receive({ t: 'start', at: 0, manifest: null, sha256: null });
      await close({ host, peer });
    }
    assert.equal(desk.models[0]?.taken, 0);
    for (const transfer of ['3', '4']) {
      const peer = desk.asked(OLGA, FILE.id, transfer.repeat(22));
      await turn();
      const host = FakeSocket.made.at(-1) ?? assert.fail();
      host.open();
      peer.receive({ t: 'start', at: 0, manifest: null, sha256: null });
      peer.receive({ t: 'credit', bytes: 100 });
      host.receive({ t: 'manifest', bytes: 10, sha256: 'A'.repeat(43) });
      host.receive(chunkOf(0, 4));
      peer.receive({ t: 'saved', name: '' });
      await close({ host, peer });
    }
    assert.deepEqual([desk.models[0]?.taken, desk.models[0]?.sending], [1, []]);
    // The next page knows it, too; of what is withdrawn nobody wants to know.
    const { taken } = desk.exchange;
    assert.deepEqual(taken, [{ offer: FILE.id, by: [OLGA] }]);
    const next = new Desk();
    next.exchange.restoreTaken(taken);
    next.shares(FILE);
    assert.equal(next.models[0]?.taken, 1);
    next.exchange.withdrawn([FILE.id]);
    assert.deepEqual(next.exchange.taken, []);
  });

  it('refuses what is not on offer to who asks, without asking the disk', async () => {
    const desk = new Desk();
    desk.shares(FILE, [PETE]);
    const id = 't'.repeat(22);
    const labels = [
      `file/${'b'.repeat(22)}/${id}`,
      `file/${FILE.id}`,
      `file/${FILE.id}/${id}x`,
      `files/${FILE.id}/${id}`,
      '',
    ];
    const refused = [
      ...labels.map((label) => new FakeChannel(label)),
      new FakeChannel(`file/${FILE.id}/${id}`),
    ];
    for (const channel of refused) {
      await desk.exchange.serve(channel === refused.at(-1) ? OLGA : PETE, channel.asChannel);
      assert.deepEqual(channel.frames, [{ t: 'error', problem: 'withdrawn' }], channel.label);
      assert.equal(channel.closed, false, 'who hears it closes');
      channel.lose();
    }
    const opening = new FakeChannel('file/none', 'connecting');
    await desk.exchange.serve(PETE, opening.asChannel);
    opening.open();
    assert.deepEqual(opening.frames, [{ t: 'error', problem: 'withdrawn' }]);
    opening.lose();
    assert.deepEqual(desk.called('openSource'), []);
  });

  it('hands out so much at once, and to one person so much', async () => {
    const desk = new Desk();
    desk.shares(FILE);
    const ask = (from: string, n: number) => desk.asked(from, FILE.id, String(n).padStart(22, '0'));
    for (let n = 0; n < 2 * MAX_TAKING; n++) assert.deepEqual(ask(OLGA, n).frames, []);
    const more = ask(OLGA, 99);
    assert.deepEqual(more.frames, [{ t: 'error', problem: 'too-many' }]);
    assert.deepEqual(ask(PETE, 0).frames, [], 'another’s id is not taken');
    const twice = ask(PETE, 0);
    assert.deepEqual(twice.frames, [{ t: 'error', problem: 'protocol' }]);
    let given = 2 * MAX_TAKING + 1;
    // The extension host has MAX_TRANSFERS streams, and taking is to find some free.
    for (let n = 0; given < MAX_TRANSFERS - 2 * MAX_TAKING - 1; n++, given++)
      assert.deepEqual(ask(String(n).padEnd(43, 'x'), 0).frames, []);
    const last = ask('Q'.repeat(43), 0);
    assert.deepEqual(last.frames, [{ t: 'error', problem: 'too-many' }]);
    desk.exchange.dispose();
    for (const channel of [more, twice, last]) channel.lose();
  });

  it('withdraws its own files alone, narrows who may have them, and tells who is taking them', async () => {
    const desk = new Desk({ chooseReceivers: () => ({ to: [PETE] }) });
    const other = offerOf('b');
    desk.shares(FILE);
    desk.shares(other);
    const first = desk.asked(OLGA, FILE.id);
    const second = desk.asked(OLGA, other.id, 'u'.repeat(22));
    const third = desk.asked(PETE, other.id, 'u'.repeat(22));
    await turn();
    desk.exchange.withdraw(KEY);
    assert.equal(desk.exchange.offers.length, 2, 'the file of another by the same id');
    desk.exchange.withdraw(fileKey(SELF, FILE.id));
    assert.deepEqual(first.frames, [{ t: 'error', problem: 'withdrawn' }]);
    assert.deepEqual(desk.called('withdrawFile'), [{ offer: FILE.id }]);
    assert.deepEqual(second.frames, []);
    await desk.exchange.chooseReceivers(fileKey(SELF, other.id));
    assert.deepEqual([second.frames, third.frames], [[{ t: 'error', problem: 'withdrawn' }], []]);
    assert.deepEqual([desk.exchange.offersTo(OLGA), desk.exchange.offersTo(PETE)], [[], [other]]);
    assert.deepEqual(desk.models[0]?.to, ['Pete']);
    desk.exchange.dispose();
    assert.deepEqual(third.frames, [{ t: 'error', problem: 'link-lost' }], 'what they have stays good');
    for (const channel of [first, second, third]) channel.lose();
  });

  it('tells the sharer what they can mend', async () => {
    const desk = new Desk();
    desk.shares(FILE);
    for (const problem of ['source-gone', 'disk-full'] as const) {
      const peer = desk.asked(OLGA, FILE.id);
      await turn();
      const host = FakeSocket.made.at(-1) ?? assert.fail();
      host.open().receive({ t: 'error', problem });
      await close({ host, peer });
    }
    assert.deepEqual(desk.told.slice(0, 1), ['a.txt: source-gone']);
    assert.equal(desk.told.filter((line) => line.startsWith('a.txt')).length, 1);
    assert.equal(desk.models[0]?.problem, 'source-gone', 'its row shows it');
    desk.exchange.shareAgain(fileKey(SELF, FILE.id));
    desk.exchange.shareAgain(KEY);
    assert.deepEqual(desk.called('shareAgain'), [{ offer: FILE.id }]);
    desk.exchange.withdrawn([FILE.id]);
    desk.shares(FILE);
    assert.equal(desk.models[0]?.problem, null);
  });

  it('gives lanes to transfers that run, and closes others', async () => {
    const desk = new Desk();
    desk.shares(FILE);
    const transfer = 't'.repeat(22);
    const first = desk.asked(OLGA, FILE.id, transfer);
    await turn();
    assert.equal(desk.exchange.givesTo(OLGA), true);
    const lane = (from: string, label: string) => {
      const channel = new FakeChannel(label);
      desk.exchange.serveLane(from, channel.asChannel);
      return channel.closed;
    };
    assert.equal(lane(OLGA, `lane/${transfer}`), false);
    assert.equal(lane(PETE, `lane/${transfer}`), true, 'of another');
    assert.equal(lane(OLGA, `lane/${'u'.repeat(22)}`), true);
    assert.equal(lane(OLGA, `file/${FILE.id}/${transfer}`), true);
    first.lose();
    FakeSocket.made.at(-1)?.lose();
    await turn();
    await turn();
    assert.deepEqual([desk.exchange.givesTo(OLGA), lane(OLGA, `lane/${transfer}`)], [false, true]);
  });

  it('offers so many files and no more, and gives back what does not fit', () => {
    const desk = new Desk();
    const many = Array.from({ length: MAX_OFFERS + 2 }, (_, index) => ({
      offer: { ...FILE, id: String(index).padStart(22, '0') },
      to: null,
    }));
    desk.exchange.offer(many);
    assert.deepEqual([desk.exchange.offers.length, desk.told], [MAX_OFFERS, ['2 too many']]);
    assert.equal(desk.called('withdrawFile').length, 2);
    desk.exchange.offer(many.slice(0, 1));
    assert.deepEqual(desk.told, ['2 too many'], 'one that is on offer already');
  });

  it('tells others so many paths and no more: all offers go in one message', () => {
    const desk = new Desk();
    const long = 'x'.repeat(1_000);
    for (let n = 0; n < MAX_OFFERS; n++)
      desk.shares(offerOf('p', { id: String(n).padStart(22, '0'), path: long }));
    const told = desk.exchange.offersTo(OLGA);
    assert.deepEqual([told.length, told.filter(({ path }) => path !== null).length], [MAX_OFFERS, 16]);
    assert.ok(JSON.stringify(told).length < MAX_CONTROL_MESSAGE);
  });
});
