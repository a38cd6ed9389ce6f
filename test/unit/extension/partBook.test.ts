import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PartBook, type Goal } from '../../../src/extension/files/partBook.ts';
import { createPart, partPath, type PartState } from '../../../src/extension/gateway/part.ts';
import type { OfferFacts } from '../../../src/shared/sameness.ts';
import { makeFolder, sha256, type TestFolder } from '../gateway/support.ts';

const file: OfferFacts = { kind: 'file', name: 'a:b.txt', size: 1_000, modified: 5, files: 1 };
const tree: OfferFacts = { kind: 'folder', name: 'tree', size: 70_000, modified: 6, files: 900 };
const stateOf = (text: string, whole = 0): PartState => ({
  manifest: { text, sha256: sha256(Buffer.from(text)) },
  whole,
});

describe('the book of parts', () => {
  let folder: TestFolder;
  let kept: Map<string, unknown>;
  let lines: string[];
  beforeEach(async () => {
    folder = await makeFolder();
    kept = new Map();
    lines = [];
  });
  afterEach(() => folder.dispose());

  /** A book as it is after a restart: what it was given came as JSON. */
  const open = async (): Promise<PartBook> => {
    const book = new PartBook({
      store: {
        get: (key) => kept.get(key),
        update: (key, value) => {
          kept.set(key, JSON.parse(JSON.stringify(value)));
          return Promise.resolve();
        },
      },
      folder: join(folder.path, 'lists'),
      log: (_level, message) => void lines.push(message),
    });
    await book.loaded;
    return book;
  };
  const goal = (name = 'got'): Goal => ({ on: 'disk', directory: folder.path, name });
  const begin = async (book: PartBook, offer: OfferFacts, state: PartState | null, bytes: number) => {
    const part = await book.begin(offer, goal(), partPath(folder.path, 'got'));
    await createPart(part.path, offer.kind);
    if (state) book.note(part, state, bytes);
    return part;
  };

  it('finds a part again after a restart, by what the offer is and not by its id', async () => {
    const before = await open();
    const part = await begin(before, file, stateOf('{}', 0), 400);
    before.release(part, { paused: true });
    await before.flush();
    const book = await open();
    assert.deepEqual(book.parts, [{ ...file, bytes: 400, paused: true, saved: null }]);
    for (const other of [
      { size: 1_001 },
      { modified: 4 },
      { files: 2 },
      { name: 'other' },
      { kind: 'folder' as const },
    ])
      assert.equal(await book.take({ ...file, ...other }), undefined);
    // Names that become the same safe name are the same.
    const found = await book.take({ ...file, name: 'a?b.txt' });
    assert.equal(found?.path, part.path);
    assert.deepEqual(found && (await book.left(found)), stateOf('{}', 0));
    assert.equal(book.parts[0]?.paused, false);
  });

  it('keeps the list of a large folder in a file of its own', async () => {
    const before = await open();
    const text = 'x'.repeat(100_000);
    const part = await begin(before, tree, stateOf(text, 3), 9_000);
    before.note(part, stateOf(text, 5), 10_000);
    before.release(part, { paused: false });
    await before.flush();
    assert.ok(JSON.stringify([...kept]).length < 2_000);
    const book = await open();
    const found = await book.take(tree);
    assert.deepEqual(found && (await book.left(found)), stateOf(text, 5));
    if (found) book.note(found, null, 0);
    await book.flush();
    assert.deepEqual(await readdir(join(folder.path, 'lists')), []);
    assert.deepEqual((await open()).parts, []);
  });

  it('hands a part to one transfer at a time', async () => {
    const book = await open();
    const part = await begin(book, file, stateOf('{}'), 1);
    assert.equal(await book.take(file), undefined);
    await book.discard(book.matching(file));
    assert.equal((await readdir(folder.path)).length, 1, 'it was removed under its writer');
    book.release(part, { paused: false });
    assert.ok(await book.take(file));
    assert.equal(await book.take(file), undefined);
  });

  it('forgets what is gone from disk, and removes what nobody can go on with', async () => {
    const before = await open();
    const gone = await begin(before, file, stateOf('{}'), 1);
    const other = await begin(before, tree, stateOf('{}'), 1);
    await begin(before, { ...file, name: 'no manifest' }, null, 0);
    await before.flush();
    await rm(gone.path);
    const book = await open();
    assert.deepEqual(
      book.parts.map(({ name }) => name),
      ['tree'],
    );
    assert.deepEqual(await readdir(folder.path), [other.path.slice(folder.path.length + 1)]);
  });

  it('removes a folder with all that is in it', async () => {
    const book = await open();
    const part = await begin(book, tree, stateOf('{}'), 1);
    await mkdir(join(part.path, 'deep'));
    await writeFile(join(part.path, 'deep', 'file'), 'x');
    book.release(part, { paused: false });
    assert.equal(book.unfinished(new Set([part.id])).length, 1);
    await book.discard(book.matching(tree));
    assert.deepEqual(await readdir(folder.path), []);
    assert.deepEqual(book.parts, []);
    assert.deepEqual(book.unfinished(new Set([part.id])), []);
  });

  it('believes nothing that it did not write', async () => {
    const victim = join(folder.path, 'victim.txt');
    await writeFile(victim, 'mine');
    const before = await open();
    await begin(before, file, stateOf('{}'), 1);
    await before.flush();
    const [entry] = (kept.get('parley.parts') ?? []) as [Record<string, unknown>];
    const bad = [
      { part: victim, manifest: null },
      { part: 'relative.0123abcd.part' },
      { part: `${victim}.0123abcd.part/../victim.txt` },
      { id: '../../x' },
      { size: -1 },
      { goal: { on: 'disk', directory: 'relative', name: 'x' } },
      { goal: { on: 'disk', directory: folder.path, name: '' } },
      { manifest: { sha256: 'short', text: '' } },
    ];
    for (const change of bad) {
      kept.set('parley.parts', [{ ...entry, ...change }]);
      assert.deepEqual((await open()).parts, [], JSON.stringify(change));
    }
    for (const nonsense of ['x', 5, null, {}, [null, 'x', [[]]]]) {
      kept.set('parley.parts', nonsense);
      assert.deepEqual((await open()).parts, []);
    }
    assert.ok((await readdir(folder.path)).includes('victim.txt'));
  });
});
