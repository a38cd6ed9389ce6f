import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { OfferBook } from '../../../src/extension/offerBook.ts';
import { MAX_OFFERS } from '../../../src/shared/limits.ts';
import { fileOffer } from '../../../src/shared/protocol.ts';

describe('files on offer', () => {
  let folder = '';
  let lines: string[] = [];
  let book = new OfferBook(() => undefined);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-offers-'));
    lines = [];
    book = new OfferBook((_level, line) => lines.push(line));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function file(name: string, content = 'hello'): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it('tell others the name and the size, and keep the path here', async () => {
    const path = await file('a b.txt');
    const offer = await book.add(path);
    assert.ok(v.is(fileOffer, offer));
    assert.deepEqual(offer, { id: offer.id, name: 'a b.txt', size: 5 });
    assert.equal(book.get(offer.id)?.path, path);
    assert.deepEqual(book.offers, [offer]);
  });

  it('may be empty', async () => {
    const offer = await book.add(await file('empty', ''));
    assert.ok(typeof offer === 'object' && offer.size === 0);
  });

  it('are files and nothing else', async () => {
    assert.equal(await book.add(folder), 'folder');
    assert.equal(await book.add(join(folder, 'secret-name')), 'unreadable');
    assert.equal(await book.add('/dev/null'), 'not-a-file');
    assert.deepEqual(book.offers, []);
    assert.ok(lines.length > 0 && lines.every((line) => !line.includes('secret-name')));
  });

  it('are offered once, unless they changed', async () => {
    const path = await file('a.txt');
    await book.add(path);
    assert.equal(await book.add(path), 'already-shared');
    await utimes(path, new Date(), new Date(Date.now() + 5_000));
    assert.equal(typeof (await book.add(path)), 'object');
  });

  it('end what is being read of them when they are withdrawn', async () => {
    const offer = await book.add(await file('a.txt'));
    assert.ok(typeof offer === 'object');
    const signal = book.get(offer.id)?.signal;
    book.withdraw(offer.id);
    assert.equal(signal?.aborted, true);
    assert.equal(book.get(offer.id), undefined);
  });

  it('all end with the meeting', async () => {
    const offer = await book.add(await file('a.txt'));
    assert.ok(typeof offer === 'object');
    const signal = book.get(offer.id)?.signal;
    book.dispose();
    assert.equal(signal?.aborted, true);
  });

  it('are not more than a meeting holds', async () => {
    for (let n = 0; n < MAX_OFFERS; n++) await book.add(await file(`${n}`));
    assert.equal(await book.add(await file('one-more')), 'too-many');
  });
});
