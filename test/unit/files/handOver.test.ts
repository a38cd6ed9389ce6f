import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { MAX_TAKING } from '../../../src/shared/limits.ts';
import { type Person, Room } from './people.ts';
import { until } from '../../support/turn.ts';

const MEGABYTE = 1024 * 1024;

// From disk to disk: both pages and both extension hosts' streams, over real sockets.
describe('Handing files over', function () {
  this.timeout(30_000);
  let room: Room;
  let ann: Person;
  let bob: Person;
  let everybody: Person[];
  beforeEach(async () => {
    room = new Room();
    ann = await room.enter('Ann');
    bob = await room.enter('Bob');
    everybody = [ann, bob];
  });
  afterEach(() => room.dispose(everybody));

  async function isWhole({ offer, content }: Awaited<ReturnType<Person['share']>>): Promise<void> {
    for (const [path, bytes] of content) {
      const got = offer.kind === 'file' ? await bob.read(offer.name) : await bob.read(offer.name, path);
      assert.ok(got.equals(bytes), path);
    }
    assert.deepEqual(
      (await bob.got()).filter((name) => name.endsWith('.part')),
      [],
    );
  }

  for (const size of [0, 1, 3 * MEGABYTE + 1, 20 * MEGABYTE]) {
    it(`hands over a file of ${String(size)} bytes`, async () => {
      const shared = await ann.share('a file.bin', { x: size });
      const { transfer } = await bob.take(shared.offer);
      assert.deepEqual([transfer?.status, transfer?.bytes, transfer?.savedAs], ['saved', size, 'a file.bin']);
      await isWhole(shared);
      await until(() => ann.model(shared.offer)?.taken === 1);
      assert.deepEqual(ann.model(shared.offer)?.sending, []);
    });
  }

  it('hands over a folder', async () => {
    const shared = await ann.share('folder', { 'a.txt': 0, 'b/c.txt': 70_000, 'b/d/e.txt': 1, f: 300_000 });
    assert.equal((await bob.take(shared.offer)).transfer?.status, 'saved');
    await isWhole(shared);
  });

  it('hands over chunks on four ways at once', async () => {
    bob.lanes = 3;
    const shared = await ann.share('wide', { x: 12 * MEGABYTE });
    assert.equal((await bob.take(shared.offer)).transfer?.status, 'saved');
    await isWhole(shared);
  });

  it('goes on by itself when a way beside the first is lost', async () => {
    bob.lanes = 3;
    room.after(5 * MEGABYTE, () => bob.cutLane());
    const shared = await ann.share('wide', { x: 12 * MEGABYTE });
    assert.equal((await bob.take(shared.offer)).transfer?.status, 'saved');
    await isWhole(shared);
    const targets = bob.calls.filter(({ name }) => name === 'openTarget');
    assert.deepEqual(
      targets.map(({ params }) => (params as { unasked: boolean }).unasked),
      [false, true],
    );
  });

  it('waits for a link that is lost, shows how far it came, and goes on from there', async () => {
    const shared = await ann.share('long', { x: 12 * MEGABYTE });
    room.after(5 * MEGABYTE, () => room.part());
    const { transfer, gone } = await bob.take(shared.offer, 'interrupted');
    assert.deepEqual([gone, transfer?.kept], [true, true]);
    assert.ok(transfer && transfer.bytes >= 4 * MEGABYTE && transfer.bytes < 12 * MEGABYTE);
    await until(() => ann.model(shared.offer)?.sending.length === 0);
    let passed = 0;
    room.after(Infinity, () => undefined);
    const counted = room.passed.bind(room);
    room.passed = (bytes) => {
      passed += bytes;
      counted(bytes);
    };
    room.meet();
    await bob.reaches(shared.offer, 'saved');
    await isWhole(shared);
    assert.ok(passed < 9 * MEGABYTE, `it did not begin anew: ${String(passed)}`);
  });

  it('is paused by the person, stays so when all is back, and goes on when they say so', async () => {
    const shared = await ann.share('long', { x: 12 * MEGABYTE });
    room.after(5 * MEGABYTE, () => bob.exchange.pause(bob.model(shared.offer)?.id ?? ''));
    await bob.take(shared.offer, 'paused');
    await until(() => ann.model(shared.offer)?.sending.length === 0);
    room.part();
    room.meet();
    assert.equal(bob.model(shared.offer)?.transfer?.status, 'paused');
    assert.ok((await bob.got()).some((name) => name.endsWith('.part')));
    await bob.take(shared.offer);
    await isWhole(shared);
  });

  it('is cancelled, and nothing is left', async () => {
    const shared = await ann.share('long', { x: 12 * MEGABYTE });
    room.after(5 * MEGABYTE, () => bob.exchange.cancel(bob.model(shared.offer)?.id ?? ''));
    await bob.take(shared.offer, 'none');
    await until(() => bob.calls.some(({ name }) => name === 'discardPart'));
    await until(() => ann.model(shared.offer)?.sending.length === 0);
    assert.deepEqual(await bob.got(), []);
    assert.equal((await bob.take(shared.offer)).transfer?.status, 'saved', 'it can be taken anew');
    await isWhole(shared);
  });

  it('goes on with the same from somebody else', async () => {
    const shared = await ann.share('long', { x: 12 * MEGABYTE });
    room.after(5 * MEGABYTE, () => room.leave(ann));
    const { gone } = await bob.take(shared.offer, 'interrupted');
    assert.equal(gone, true);
    const cleo = await room.enter('Cleo');
    everybody.push(cleo);
    cleo.shareCopy(ann, shared.offer);
    const model = await bob.reaches(shared.offer, 'saved');
    assert.deepEqual([model.ownerName, model.gone, bob.models.length], ['Cleo', false, 1]);
    await isWhole(shared);
  });

  it('tells both what is wrong with a file that changed', async () => {
    const shared = await ann.share('changing', { x: 12 * MEGABYTE });
    const [file] = shared.files;
    await appendFile(file?.path ?? '', 'more');
    const { transfer } = await bob.take(shared.offer);
    assert.deepEqual(
      [transfer?.status, transfer?.problem, transfer?.kept],
      ['failed', 'source-changed', false],
    );
    assert.deepEqual(ann.problems, ['changing: source-changed']);
  });

  it('takes all, a few at a time, each once', async () => {
    const shared = [];
    for (let n = 0; n < 8; n++) shared.push(await ann.share(`file ${String(n)}`, { x: 700_000 }));
    bob.exchange.takeAll();
    bob.exchange.takeAll();
    const statuses = bob.models.map(({ transfer }) => transfer?.status);
    assert.deepEqual(statuses.filter((status) => status === 'queued').length, 8 - MAX_TAKING);
    for (const { offer } of shared) await bob.reaches(offer, 'saved');
    for (const one of shared) await isWhole(one);
    bob.exchange.takeAll();
    assert.equal(bob.calls.filter(({ name }) => name === 'openTarget').length, 8);
  });

  it('shows and gives a file to those it goes to, and to nobody else', async () => {
    const cleo = await room.enter('Cleo');
    everybody.push(cleo);
    const { offer } = await ann.share('for Bob', { x: 10 }, [bob.id]);
    assert.equal(cleo.model(offer), undefined);
    assert.deepEqual(ann.model(offer)?.to, ['Bob']);
    assert.equal((await bob.take(offer)).transfer?.status, 'saved');
    cleo.exchange.sync([{ id: ann.id, name: 'Ann', host: true, offers: [offer] }]);
    const { transfer } = await cleo.take(offer);
    assert.deepEqual([transfer?.status, transfer?.problem], ['failed', 'withdrawn']);
  });

  it('takes unasked what the settings say', async () => {
    bob.mayTake = true;
    const shared = await ann.share('at once', { x: 100_000 });
    await bob.reaches(shared.offer, 'saved');
    await isWhole(shared);
  });

  it('shares what is dropped onto the page', async () => {
    const bytes = new Uint8Array(2 * MEGABYTE + 5).map((_, at) => at % 251);
    const empty = new File([], 'empty');
    bob.exchange.shareDropped(['file:///x'], [new File([bytes], 'dropped.bin'), empty]);
    assert.deepEqual(bob.calls[0], { name: 'shareUris', params: { uris: ['file:///x'] } });
    await until(() =>
      bob.calls.some(({ name, params }) => name === 'openDrop' && JSON.stringify(params).includes('empty')),
    );
    assert.ok((await bob.read('dropped.bin')).equals(Buffer.from(bytes)));
  });
});
