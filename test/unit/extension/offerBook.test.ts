import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { OfferBook, type Offering } from '../../../src/extension/files/offerBook.ts';
import { fileOffering } from '../../../src/extension/files/offerings.ts';
import { MAX_FILE_NAME, MAX_OFFERS } from '../../../src/shared/limits.ts';
import { fileOffer } from '../../../src/shared/protocol.ts';

const FILE = { path: '/home/secret-place/a b.txt', size: 5, mtimeMs: 1_000.7 };

function offering(key = 'k', change: Partial<typeof FILE> = {}, onDispose = (): void => undefined): Offering {
  const file = { ...FILE, ...change };
  const chosen = { key, name: 'a b.txt', path: 'docs/a b.txt' };
  return fileOffering(chosen, { ...file, executable: true }, () => Promise.resolve(file), onDispose);
}

describe('files on offer', () => {
  it('tell others what they need and keep the place here', async () => {
    const book = new OfferBook();
    const own = book.add(offering(), null);
    assert.ok(own && v.is(fileOffer, own.offer));
    const { id, ...facts } = own.offer;
    assert.deepEqual(facts, {
      kind: 'file',
      name: 'a b.txt',
      size: 5,
      files: 1,
      modified: 1_000,
      path: 'docs/a b.txt',
    });
    assert.deepEqual(book.offers, [own]);
    assert.equal(JSON.stringify(own).includes('secret-place'), false);
    assert.deepEqual(await book.source(id)?.open(), {
      manifest: { kind: 'file', files: [{ path: 'a b.txt', size: 5, executable: true }], emptyFolders: [] },
      files: [FILE],
    });
  });

  it('have a name that others accept, whatever the disk allows', () => {
    for (const name of ['', 'x'.repeat(300), `${'x'.repeat(MAX_FILE_NAME - 1)}😀`]) {
      const { facts } = fileOffering(
        { key: '', name, path: null },
        { ...FILE, mtimeMs: -5, executable: false },
        () => Promise.resolve(FILE),
      );
      assert.ok(v.is(fileOffer, { id: 'i'.repeat(22), ...facts }));
    }
  });

  it('are put back after a restart as what others know them by', async () => {
    const before = new OfferBook();
    const own = before.add(offering('file:///a'), ['p'.repeat(43)]);
    assert.ok(own);
    assert.deepEqual(before.kept, [{ own, uri: 'file:///a' }]);
    const book = new OfferBook();
    let disposed = 0;
    book.putBack(
      own,
      offering('file:///a', {}, () => (disposed += 1)),
    );
    assert.deepEqual(book.offers, [own]);
    assert.deepEqual(book.kept, before.kept);
    assert.deepEqual((await book.source(own.offer.id)?.open())?.files, [FILE]);
    book.withdraw(own.offer.id);
    assert.equal(disposed, 1);
  });

  it('are known again until they change', () => {
    const book = new OfferBook();
    book.add(offering(), null);
    assert.equal(book.has(offering()), true);
    assert.equal(book.has(offering('other')), false);
    assert.equal(book.has(offering('k', { size: 6 })), false);
    assert.equal(book.has(offering('k', { mtimeMs: 2_000 })), false);
    const ids = book.offers.map(({ offer }) => offer.id);
    assert.deepEqual(book.of(offering('k', { size: 6 })), ids, 'what it takes the place of');
    assert.deepEqual(book.of(offering('other')), []);
  });

  it('go to whom their owner says', () => {
    const book = new OfferBook();
    const own = book.add(offering(), ['p'.repeat(43)]);
    assert.deepEqual(own?.to, ['p'.repeat(43)]);
    book.setReceivers(own.offer.id, null);
    assert.equal(book.get(own.offer.id)?.to, null);
    assert.equal(book.offers[0]?.to, null);
    book.setReceivers('unknown', null);
  });

  it('end what is being read of them when they are withdrawn', () => {
    const book = new OfferBook();
    let disposed = 0;
    const own = book.add(
      offering('k', {}, () => (disposed += 1)),
      null,
    );
    const id = own?.offer.id ?? '';
    const source = book.source(id);
    book.withdraw(id);
    book.withdraw(id);
    assert.equal(source?.signal.aborted, true);
    assert.equal(disposed, 1);
    assert.equal(book.source(id), undefined);
    assert.equal(book.get(id), undefined);
  });

  it('all end with the meeting', () => {
    const book = new OfferBook();
    const ids = ['a', 'b'].map((key) => book.add(offering(key), null)?.offer.id ?? '');
    const signals = ids.map((id) => book.source(id)?.signal);
    book.dispose();
    assert.ok(signals.every((signal) => signal?.aborted));
    assert.deepEqual(book.offers, []);
  });

  it('are not more than a meeting holds', () => {
    const book = new OfferBook();
    for (let n = 0; n < MAX_OFFERS; n++) assert.ok(book.add(offering(String(n)), null));
    assert.equal(book.room, 0);
    assert.equal(book.add(offering('one more'), null), undefined);
    book.withdraw(book.offers[0]?.offer.id ?? '');
    assert.ok(book.add(offering('one more'), null));
  });
});
