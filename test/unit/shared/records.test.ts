import assert from 'node:assert/strict';
import { array, assert as check, integer, oneof, property, string, uint8Array } from 'fast-check';
import { describe, it } from 'mocha';
import { CHUNK_HEADER, FILE_CHUNK, MAX_TRANSFER_FRAME } from '../../../src/shared/limits.ts';
import { RecordError, recordHead, RecordReader } from '../../../src/shared/records.ts';

/** A frame as it stands in a body. */
function record(frame: string | Uint8Array): Buffer {
  const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
  return Buffer.concat([recordHead(bytes.length, typeof frame === 'string'), bytes]);
}

describe('the frames of a body', () => {
  it('are those that were written, wherever it is cut', () => {
    const frame = oneof(
      string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
      uint8Array({ minLength: 1, maxLength: 200 }),
    );
    check(
      property(
        array(frame, { maxLength: 20 }),
        array(integer({ min: 1, max: 70 }), { minLength: 1 }),
        (frames, cuts) => {
          const read: (string | Uint8Array)[] = [];
          const reader = new RecordReader((data) =>
            read.push(typeof data === 'string' ? data : new Uint8Array(data)),
          );
          const body = Buffer.concat(frames.map(record));
          for (let at = 0, n = 0; at < body.length; n++) {
            const end = at + (cuts[n % cuts.length] ?? 1);
            reader.take(body.subarray(at, end));
            at = end;
          }
          assert.deepEqual(
            read,
            frames.map((one) => (typeof one === 'string' ? one : new Uint8Array(one))),
          );
        },
      ),
    );
  });

  it('are none that is empty, or longer than any may be', () => {
    const largest = CHUNK_HEADER + FILE_CHUNK;
    const frames: unknown[] = [];
    new RecordReader((frame) => frames.push(frame)).take(record(new Uint8Array(largest)));
    assert.equal(frames.length, 1);
    for (const head of [
      recordHead(0, false),
      recordHead(0, true),
      recordHead(largest + 1, false),
      recordHead(MAX_TRANSFER_FRAME + 1, true),
      new Uint8Array([0xff, 0xff, 0xff, 0xff]),
    ]) {
      assert.throws(() => new RecordReader(() => assert.fail()).take(head), RecordError);
    }
  });
});
