import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fitTiles, MIN_TILE_WIDTH, TILE_RATIO } from '../../../src/webview/ui/fitTiles.ts';

describe('fitTiles', () => {
  it('gives one tile all of a box of its own shape', () => {
    assert.deepEqual(fitTiles(1600, 900, 1, 8), {
      columns: 1,
      rows: 1,
      width: 1600,
      height: 900,
      scrolls: false,
    });
  });

  it('puts two side by side in a wide box and one above the other in a high one', () => {
    assert.equal(fitTiles(1600, 500, 2, 8).columns, 2);
    assert.equal(fitTiles(500, 900, 2, 8).columns, 1);
  });

  it('puts nine in three rows of three', () => {
    const { columns, rows } = fitTiles(1600, 900, 9, 8);
    assert.deepEqual([columns, rows], [3, 3]);
  });

  it('is nothing without people or without room', () => {
    for (const [width, height, count] of [
      [0, 900, 3],
      [900, 0, 3],
      [900, 900, 0],
    ] as const)
      assert.deepEqual(fitTiles(width, height, count, 8), {
        columns: 0,
        rows: 0,
        width: 0,
        height: 0,
        scrolls: false,
      });
  });

  it('scrolls rather than make a face too small to know', () => {
    const grid = fitTiles(260, 160, 12, 8);
    assert.equal(grid.scrolls, true);
    assert.ok(grid.width >= MIN_TILE_WIDTH);
    assert.equal(grid.columns, 2);
  });

  it('never overflows the width, and the height only when it scrolls, whatever the box', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 120, max: 4000 }),
        fc.integer({ min: 40, max: 3000 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 0, max: 24 }),
        (width, height, count, gap) => {
          const grid = fitTiles(width, height, count, gap);
          assert.ok(grid.columns * grid.rows >= count);
          assert.ok(grid.columns * (grid.rows - 1) < count);
          assert.ok(grid.columns * grid.width + (grid.columns - 1) * gap <= width);
          if (!grid.scrolls) assert.ok(grid.rows * grid.height + (grid.rows - 1) * gap <= height);
          assert.ok(Math.abs(grid.width / TILE_RATIO - grid.height) <= 1);
        },
      ),
    );
  });

  it('finds no smaller tiles than any other number of columns would give', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 2000 }),
        fc.integer({ min: 200, max: 1200 }),
        fc.integer({ min: 1, max: 12 }),
        (width, height, count) => {
          const { width: best } = fitTiles(width, height, count, 8);
          for (let columns = 1; columns <= count; columns++) {
            const rows = Math.ceil(count / columns);
            const across = (width - 8 * (columns - 1)) / columns;
            const down = ((height - 8 * (rows - 1)) / rows) * TILE_RATIO;
            assert.ok(best >= Math.floor(Math.min(across, down)));
          }
        },
      ),
    );
  });
});
