import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import {
  formatDuration,
  formatLeft,
  formatRate,
  formatTime,
  hueOf,
  initials,
  percentOf,
} from '../../../src/webview/ui/format.ts';

describe('formatRate', () => {
  it('is in bytes a second', () => {
    assert.equal(formatRate(9.1 * 1024 ** 2), '9.1 MB/s');
    assert.equal(formatRate(512), '512 B/s');
  });
  it('says nothing where nothing can be told', () => {
    for (const rate of [null, 0, 0.4, -3, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(formatRate(rate), null);
  });
});

describe('formatLeft', () => {
  for (const [seconds, text] of [
    [0, 'less than a second'],
    [0.99, 'less than a second'],
    [1, '1 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [125, '2 min 5 s'],
    [3_599, '59 min 59 s'],
    [3_600, '1 h'],
    [3_840, '1 h 4 min'],
    [86_399, '23 h 59 min'],
    [86_400, 'more than a day'],
    [Number.POSITIVE_INFINITY, 'more than a day'],
    [null, null],
    [Number.NaN, null],
    [-1, null],
  ] as const)
    it(`says ${String(text)} for ${String(seconds)}`, () => assert.equal(formatLeft(seconds), text));
});

describe('percentOf', () => {
  it('is 100 only when all is there', () => {
    assert.equal(percentOf(0, 10), 0);
    assert.equal(percentOf(999_999, 1_000_000), 99);
    assert.equal(percentOf(10, 10), 100);
  });
  it('takes a file of no bytes as done', () => assert.equal(percentOf(0, 0), 100));
});

describe('times', () => {
  it('shows hour and minute in the reader’s way', () => {
    const at = Date.UTC(2026, 10, 20, 15, 4, 59);
    assert.equal(formatTime(at, 'de-DE', 'UTC'), '15:04');
    assert.match(formatTime(at, 'en-US', 'UTC'), /^3:04\sPM$/u);
  });
  it('counts minutes, then hours', () => {
    assert.equal(formatDuration(0), '0:00');
    assert.equal(formatDuration(245_900), '4:05');
    assert.equal(formatDuration(3_845_000), '1:04:05');
    assert.equal(formatDuration(-5), '0:00'); // A clock that was set back.
  });
});

describe('initials', () => {
  for (const [name, letters] of [
    ['Alice Nguyen', 'AN'],
    ['bob', 'B'],
    ['Chandra Patel-Worthington', 'CW'],
    ['émile  zola ', 'ÉZ'],
    ['王小明', '王'],
    ['Anna (away) Berg', 'AB'],
    ['👩‍💻', '👩‍💻'],
    ['  ', '?'],
  ] as const)
    it(`makes ${letters} of “${name}”`, () => assert.equal(initials(name), letters));
});

describe('hueOf', () => {
  it('keeps the people of one meeting apart', () => {
    const hues = Array.from({ length: 8 }, (_, ordinal) => hueOf(ordinal)).toSorted((a, b) => a - b);
    assert.ok(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 360));
    const gaps = hues.map((hue, at) => ((hues[at + 1] ?? (hues[0] ?? 0) + 360) - hue) % 360);
    assert.ok(Math.min(...gaps) >= 30, gaps.join(' '));
  });
});
