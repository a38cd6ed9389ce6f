import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import {
  fileIcon,
  formatBytes,
  formatDuration,
  formatTime,
  hueOf,
  initials,
  percentOf,
} from '../../../src/webview/ui/format.ts';

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
  it('is a hue, the same for the same id and mostly another for another', () => {
    const hues = Array.from({ length: 50 }, (_, at) => hueOf(`person-${String(at)}`));
    assert.ok(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 360));
    assert.equal(hueOf('person-1'), hues[1]);
    assert.ok(new Set(hues).size > 35);
  });
});

describe('fileIcon', () => {
  for (const [name, icon] of [
    ['retry.test.ts', 'file-code'],
    ['PHOTO.JPG', 'file-media'],
    ['a.tar.gz', 'file-zip'],
    ['README.md', 'markdown'],
    ['package.json', 'json'],
    ['Makefile', 'file'],
  ] as const)
    it(`shows ${icon} for ${name}`, () => assert.equal(fileIcon(name), icon));
});
