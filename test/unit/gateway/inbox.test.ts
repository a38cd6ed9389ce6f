import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Inbox } from '../../../src/extension/gateway/inbox.ts';
import { readChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, FILE_WINDOW } from '../../../src/shared/limits.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { chunk } from './handSource.ts';

const SIZE = 2 * FILE_WINDOW;

describe('an inbox', () => {
  let sent: TransferFrame[];
  let inbox: Inbox;
  beforeEach(() => {
    sent = [];
    inbox = new Inbox({ size: SIZE, at: 0, send: (frame) => void sent.push(frame) });
    inbox.open();
    assert.deepEqual(sent.splice(0), [{ t: 'credit', bytes: FILE_WINDOW }]);
  });
  const push = (kind: 'manifest' | 'content', at: number, payload: Buffer, more = {}) => {
    const frame = chunk(kind, at, payload, more);
    const header = readChunkHeader(frame);
    assert.ok(header);
    inbox.handleChunk(header, frame.subarray(CHUNK_HEADER));
  };
  const full = (value: number) => Buffer.alloc(FILE_CHUNK, value);
  const credit = () => sent.reduce((sum, frame) => sum + (frame.t === 'credit' ? frame.bytes : 0), 0);

  it('counts manifest and content against one credit', () => {
    for (let at = FILE_CHUNK; at < FILE_WINDOW; at += FILE_CHUNK) push('manifest', at, full(1));
    push('content', FILE_CHUNK, full(1));
    inbox.throwIfFailed();
    push('content', 2 * FILE_CHUNK, full(1));
    assert.throws(() => inbox.throwIfFailed(), { problem: 'protocol' });
  });

  it('gives back what it lets go of, and takes nothing of the round before', () => {
    for (let at = FILE_CHUNK; at < FILE_WINDOW; at += FILE_CHUNK) push('content', at, full(1));
    assert.deepEqual(sent, []);
    inbox.back(0, 0);
    assert.deepEqual(sent, [
      { t: 'back', at: 0, round: 1 },
      { t: 'credit', bytes: FILE_WINDOW - FILE_CHUNK },
    ]);
    push('content', 0, full(1), { round: 0 });
    assert.deepEqual(inbox.takeContent(), []);
    push('content', 0, full(2), { round: 1 });
    assert.deepEqual(inbox.takeContent(), [full(2)]);
    push('content', FILE_CHUNK, full(2), { round: 2 });
    assert.throws(() => inbox.throwIfFailed(), { problem: 'protocol' });
  });

  it('does not ask again for what is damaged of an older round, or here already', () => {
    push('content', 0, full(1));
    push('content', 0, full(1), { damaged: true });
    inbox.back(0, 0);
    sent.length = 0;
    push('content', 0, full(1), { damaged: true });
    assert.deepEqual(
      sent.filter(({ t }) => t === 'again'),
      [],
    );
    push('content', 0, full(1), { damaged: true, round: 1 });
    assert.deepEqual(sent.at(-1), { t: 'again', at: 0, bytes: FILE_CHUNK });
  });

  it('takes pieces that overlap, each byte once', () => {
    const bytes = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
    for (const [from, to] of [
      [50, 60],
      [20, 30],
      [10, 80],
      [75, 100],
      [5, 25],
      [0, 100],
    ] as const)
      push('content', from, bytes.subarray(from, to));
    assert.ok(Buffer.concat(inbox.takeContent()).equals(bytes));
    assert.deepEqual(inbox.takeContent(), []);
  });

  it('gives the credit of a whole stream back', () => {
    for (let round = 0; round < 40; round++) {
      // Twice, the second time as what is known.
      push('content', round * FILE_CHUNK, full(round));
      push('content', round * FILE_CHUNK, full(round));
      for (const taken of inbox.takeContent()) inbox.giveBack(taken.length);
    }
    assert.equal(credit(), 80 * FILE_CHUNK);
  });

  it('fails outside of the window and of the size', () => {
    push('content', FILE_WINDOW - FILE_CHUNK, full(1));
    inbox.throwIfFailed();
    push('content', FILE_WINDOW - FILE_CHUNK + 1, full(1));
    assert.throws(() => inbox.throwIfFailed(), { problem: 'protocol' });
    const small = new Inbox({ size: 10, at: 0, send: () => undefined });
    small.open();
    small.handleChunk({ kind: 'content', round: 0, crc: 0, at: 5 }, Buffer.alloc(6));
    assert.throws(() => small.throwIfFailed(), { problem: 'protocol' });
  });
});
