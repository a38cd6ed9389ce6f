import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { memoryStore, PartBook, type Part } from '../../../src/extension/files/partBook.ts';
import { PartReceiver, type OpenedRun } from '../../../src/extension/files/partReceiver.ts';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { partPath } from '../../../src/extension/gateway/part.ts';
import { publish } from '../../../src/extension/gateway/publish.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import { bundleOf, play } from '../gateway/handSource.ts';
import { hashOf, makeFolder, Page, startGateway, type TestFolder } from '../gateway/support.ts';

const bundle = bundleOf('file', [{ path: 'x', content: randomBytes(1_000_000) }]);
const offer: FileOffer = { ...bundle.announced, id: 'o'.repeat(22), name: 'x', modified: 5, path: null };

describe('receiving into parts', () => {
  let gateway: Gateway;
  let folder: TestFolder;
  let book: PartBook;
  let ended: AbortController;
  let receiver: PartReceiver;
  beforeEach(async () => {
    ({ gateway } = await startGateway());
    folder = await makeFolder();
    book = new PartBook({ store: memoryStore(), folder: folder.path, log: () => undefined });
    ended = new AbortController();
    receiver = new PartReceiver({
      streams: { open: (stream) => gateway.openStream(stream) },
      log: () => undefined,
      ended: ended.signal,
    });
  });
  afterEach(async () => {
    await gateway.dispose();
    await folder.dispose();
  });

  const begin = () =>
    book.begin(offer, { on: 'disk', directory: folder.path, name: 'got' }, partPath(folder.path, 'got'));
  const open = (part: Part): Promise<OpenedRun> =>
    receiver.open({ book, part, offer, place: (whole) => publish('file', whole, folder.path, 'got') });
  const pageOf = ({ url }: OpenedRun): Promise<Page> => new Page(url).open();

  it('gives what is whole its place, and what was cut off to the next who takes it', async () => {
    const first = await begin();
    const cut = await open(first);
    assert.equal(cut.bytes, 0);
    assert.equal(await play(await pageOf(cut), bundle, { size: 50_000, cutAt: 10 }), 'cut');
    // The transfer may not have noticed yet: then it is waited for.
    const again = await receiver.take(book, offer);
    assert.equal(again?.id, first.id);
    const rest = await open(again);
    assert.ok(rest.bytes > 0 && rest.bytes < bundle.content.length, String(rest.bytes));
    assert.notEqual(rest.target, cut.target);
    const end = await play(await pageOf(rest), bundle);
    assert.equal(end !== 'cut' && end.t, 'saved');
    await receiver.over();
    assert.deepEqual(await readdir(folder.path), ['got']);
    assert.equal(await hashOf(`${folder.path}/got`), bundle.digests[0]);
    assert.deepEqual(book.parts, []);
  });

  it('has nobody wait for a stream that was never opened, and lets nobody write by it any more', async () => {
    const part = await begin();
    const { url } = await open(part);
    const taken = await receiver.take(book, offer);
    assert.equal(taken?.id, part.id);
    const late = await new Page(url).open();
    assert.equal(await late.closed, 1000);
    assert.equal(late.waiting, 0);
    assert.equal(await book.take(offer), undefined);
  });

  it('forgets a part of which nothing was made when its stream is not used in time', async () => {
    await open(await begin());
    assert.equal(book.parts.length, 1);
    await gateway.dispose();
    assert.deepEqual(book.parts, []);
  });

  it('ends what is being written when nothing is received any more', async () => {
    const playing = play(await pageOf(await open(await begin())), bundle, { stopAt: 500_000 });
    let isOver = false;
    const over = receiver.over().then(() => (isOver = true));
    await book.flush();
    assert.equal(isOver, false);
    ended.abort();
    await over;
    const end = await playing;
    assert.equal(end === 'cut' || end.t === 'error', true);
    assert.ok(!(await readdir(folder.path)).includes('got'));
  });

  it('removes what there is of an offer once nobody writes it any more', async () => {
    const page = await pageOf(await open(await begin()));
    assert.equal(await play(page, bundle, { size: 50_000, cutAt: 10 }), 'cut');
    await receiver.discard(book, offer);
    assert.deepEqual(await readdir(folder.path), []);
    assert.deepEqual(book.parts, []);
  });
});
