import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { transferProblem } from '../../../src/shared/transfer.ts';
import { FileBatch } from '../../../src/webview/ui/fileBatch.ts';
import { transferSentence } from '../../../src/webview/ui/fileStrings.ts';
import { metaOf, progressLine, progressOf, spokenOf, stateOf } from '../../../src/webview/ui/fileTexts.ts';
import { file, transfer } from '../../support/gallery/files.ts';

const MB = 1024 * 1024;
const taking = (...changes: Parameters<typeof transfer>) =>
  file('a.bin', 28.1 * MB, { transfer: transfer(...changes) });
const own = { self: true } as const;

describe('what a file is', () => {
  for (const [expected, model] of [
    ['28 MB · from Bob', file('a', 28.1 * MB)],
    ['28 MB · 1,234 files · from Bob', file('a', 28.1 * MB, { kind: 'folder', files: 1_234 })],
    ['0 B · 1 file · from Bob, who has left', file('a', 0, { kind: 'folder', gone: true })],
    ['1.0 KB · from Bob, who withdrew it', file('a', 1024, { gone: true, ownerHere: true })],
    ['1.0 KB · left from before', file('a', 1024, { gone: true, ownerName: '' })],
    ['1.0 KB · Shared by you', file('a', 1024, own)],
    ['1.0 KB · Shared by you · taken by 1 person', file('a', 1024, { ...own, taken: 1 })],
    ['1.0 KB · Shared by you with Bob and Carol', file('a', 1024, { ...own, to: ['Bob', 'Carol'] })],
    ['1.0 KB · Shared by you with nobody', file('a', 1024, { ...own, to: [] })],
    [
      '1.0 KB · Shared by you with A, B, and 3 others',
      file('a', 1024, { ...own, to: ['A', 'B', 'C', 'D', 'E'] }),
    ],
  ] as const)
    it(expected, () => assert.equal(metaOf(model), expected));
});

describe('how far a file has come', () => {
  const plain = (model: Parameters<typeof progressLine>[0]) => progressLine(model).replaceAll('\u00A0', ' ');

  it('says all that is known, and leaves out what is not', () => {
    const known = { bytes: 12.3 * MB, rate: 9.1 * MB, left: 2 };
    assert.equal(plain(taking(known)), '43% · 12.3 of 28.1 MB · 9.1 MB/s · 2 s left');
    assert.equal(plain(taking({ ...known, left: null })), '43% · 12.3 of 28.1 MB · 9.1 MB/s');
    assert.equal(plain(taking({ bytes: 12.3 * MB })), '43% · 12.3 of 28.1 MB');
  });

  it('shows no rate of what stands still', () => {
    const stopped = taking({ status: 'paused', bytes: 12.3 * MB, rate: 9, left: 2 });
    assert.equal(plain(stopped), '43% · 12.3 of 28.1 MB');
  });

  it('has a bar while it runs, and afterwards where something has come', () => {
    assert.equal(progressOf(taking()), 0);
    assert.equal(progressOf(taking({ status: 'paused' })), null);
    assert.equal(progressOf(taking({ status: 'interrupted', bytes: 14.05 * MB })), 50);
    assert.equal(progressOf(taking({ status: 'saved', bytes: 28.1 * MB })), null);
    assert.equal(progressOf(file('a', 1)), null);
  });

  it('is told to screen readers at each quarter only', () => {
    const told = Array.from({ length: 101 }, (_, at) => spokenOf(taking({ bytes: 0.281 * MB * at })));
    assert.deepEqual(
      [...new Set(told)],
      ['Saving a.bin', 'Saving a.bin: 25%', 'Saving a.bin: 50%', 'Saving a.bin: 75%'],
    );
    assert.equal(spokenOf(taking({ status: 'paused' })), 'a.bin: ');
  });
});

describe('what a transfer waits for or has come to', () => {
  for (const [expected, model, ahead] of [
    ['Waits for 1 other', taking({ status: 'queued' }), 1],
    ['Waits for 2 others', taking({ status: 'queued' }), 2],
    ['Waits for its turn', taking({ status: 'queued' }), 0],
    ['Waiting for your answer…', taking({ status: 'asking' }), 0],
    ['Getting it…', taking({ status: 'asking', purpose: 'open' }), 0],
    ['', taking(), 0],
    ['Paused', taking({ status: 'paused' }), 0],
    ['Goes on when Bob is back', taking({ status: 'interrupted' }), 0],
    ['Goes on when Bob is back', taking({ status: 'interrupted', problem: 'link-lost' }), 0],
    ['Goes on when Bob is back', { ...taking({ status: 'interrupted' }), gone: true, ownerHere: false }, 0],
    [
      'Goes on when it is shared again',
      { ...taking({ status: 'interrupted' }), gone: true, ownerHere: true },
      0,
    ],
    [
      'Goes on when it is shared again',
      { ...taking({ status: 'interrupted' }), gone: true, ownerName: '' },
      0,
    ],
    [
      'Too many files are on their way just now. It goes on by itself.',
      taking({ status: 'interrupted', problem: 'too-many' }),
      0,
    ],
    ['Saved as a (2).bin', taking({ status: 'saved', savedAs: 'a (2).bin' }), 0],
    ['Looked at, not saved', taking({ status: 'saved', purpose: 'open' }), 0],
    ['There is not enough room on the disk.', taking({ status: 'failed', problem: 'disk-full' }), 0],
    [
      'There is not enough room on the disk. What has arrived is kept.',
      taking({ status: 'failed', problem: 'disk-full', kept: true }),
      0,
    ],
    ['Going to Bob 43%, Carol 12%', file('a', 100, { ...own, sending: to('Bob', 43, 'Carol', 12) }), 0],
    ['It has changed since you shared it.', file('a', 100, { ...own, problem: 'source-changed' }), 0],
    ['Going to 4 people', file('a', 100, { ...own, sending: to('A', 1, 'B', 2, 'C', 3, 'D', 4) }), 0],
  ] as const)
    it(expected || 'nothing while it runs', () => assert.equal(stateOf(model, ahead), expected));

  for (const reader of ['receiver', 'sender'] as const)
    it(`has a sentence of its own for each problem, for the ${reader}`, () => {
      const sentences = transferProblem.options.map((problem) => transferSentence(problem, reader));
      for (const sentence of sentences) {
        assert.match(sentence, /^[A-Z].*[.]$/u);
        assert.doesNotMatch(sentence, reader === 'sender' ? /sender/u : /receiver|\byou/iu);
      }
      assert.equal(new Set(sentences).size, sentences.length);
    });
});

describe('several at once', () => {
  const at = (id: string, changes: Parameters<typeof transfer>[0]) =>
    file(id, 100, { transfer: transfer(changes) });
  const saved = { status: 'saved', bytes: 100 } as const;

  it('counts from the first until none is under way', () => {
    const batch = new FileBatch();
    assert.equal(batch.update([at('old', saved), at('a', { bytes: 10 })]), null);
    assert.deepEqual(
      batch.update([at('old', saved), at('a', { bytes: 20 }), at('b', { status: 'queued' })]),
      {
        done: 0,
        total: 2,
        bytes: 20,
        size: 200,
      },
    );
    assert.deepEqual(batch.update([at('old', saved), at('a', saved), at('b', { bytes: 50 })]), {
      done: 1,
      total: 2,
      bytes: 150,
      size: 200,
    });
    assert.equal(batch.update([at('old', saved), at('a', saved), at('b', saved)]), null);
    assert.equal(batch.update([at('old', saved), at('a', saved), at('c', {})]), null);
  });

  it('leaves out what was paused or failed', () => {
    const batch = new FileBatch();
    assert.equal(batch.update([at('a', {}), at('b', {}), at('c', {})])?.total, 3);
    assert.equal(batch.update([at('a', {}), at('b', { status: 'paused' }), at('c', {})])?.total, 2);
    assert.equal(batch.update([at('a', {}), at('c', { status: 'failed' })]), null);
  });
});

function to(...pairs: readonly (string | number)[]): { name: string; bytes: number }[] {
  return pairs.flatMap((name, at) =>
    at % 2 === 0 ? [{ name: String(name), bytes: Number(pairs[at + 1]) }] : [],
  );
}
