import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { formatBytes, formatDone, MEGABYTE } from '../../../src/shared/sizes.ts';

describe('formatBytes', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1500, '1.5 KB'],
    [10_200, '10 KB'],
    [1024 * 1024 - 1, '1.0 MB'],
    [5 * 1024 * 1024, '5.0 MB'],
    [734_003_200, '700 MB'],
    [9_000_000_000, '8.4 GB'],
    [Number.MAX_SAFE_INTEGER, '8.0 PB'],
  ] as const)
    it(`says ${text} for ${String(bytes)}`, () => assert.equal(formatBytes(bytes), text));
});

describe('formatDone', () => {
  for (const [bytes, size, text] of [
    [12.3 * 1024 ** 2, 28.1 * 1024 ** 2, '12.3 of 28.1 MB'],
    [240 * 1024 ** 2, 700 * 1024 ** 2, '240 of 700 MB'],
    [40 * 1024 ** 2, 1.2 * 1024 ** 3, '40 MB of 1.2 GB'],
    [0, 28.1 * 1024 ** 2, '0 B of 28.1 MB'],
    [3, 7, '3 of 7 B'],
    [0, 0, '0 of 0 B'],
    [9_000, 4_000, '3.9 of 3.9 KB'],
    [-1, 4_000, '0 B of 3.9 KB'],
  ] as const)
    it(`says ${text}`, () => assert.equal(formatDone(bytes, size), text));
});

it('counts a megabyte as the sizes do', () => assert.equal(formatBytes(MEGABYTE), '1.0 MB'));
