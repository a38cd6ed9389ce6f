import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { dockFor, roomHeight, stripFor } from '../../../src/webview/ui/layout.ts';

describe('dockFor', () => {
  it('puts the side bar where there is room for it', () => {
    assert.equal(dockFor(1800, 900), 'right');
    assert.equal(dockFor(700, 400), 'right');
    assert.equal(dockFor(500, 800), 'bottom');
    assert.equal(dockFor(260, 520), 'bottom');
  });
  it('lays it over the tiles in small panels', () => {
    assert.equal(dockFor(500, 400), 'over');
    assert.equal(dockFor(1200, 200), 'over');
    assert.equal(dockFor(260, 200), 'over');
  });
});

describe('stripFor', () => {
  it('puts the people where they take less of the screen', () => {
    assert.equal(stripFor(1600, 500, 3, 8).side, 'beside');
    assert.equal(stripFor(500, 900, 3, 8).side, 'below');
  });
  it('is thinner when all people fit in then', () => {
    const few = stripFor(800, 700, 2, 8);
    const many = stripFor(800, 700, 6, 8);
    assert.equal(many.side, 'below');
    assert.ok(many.size < few.size);
    assert.ok(((many.size - 1) * 16) / 9 <= (800 - 8 * 5) / 6);
  });
  it('keeps faces large enough to know, however many', () => {
    assert.equal(stripFor(500, 900, 30, 8).size, 63);
  });
});

describe('roomHeight', () => {
  const two = { count: 2, gap: 8, presented: false, extra: 0 };
  it('is what the tiles fill, and never much of the whole', () => {
    assert.equal(roomHeight(436, 640, two), 121, 'two beside each other');
    assert.equal(roomHeight(436, 640, { ...two, count: 4 }), 250, 'two rows');
    assert.equal(roomHeight(436, 640, { ...two, count: 30 }), 256);
    assert.ok(roomHeight(436, 640, { ...two, count: 1, extra: 100 }) <= 320);
  });
  it('gives a shown screen the whole width where it can have it', () => {
    const shown = { ...two, presented: true };
    const height = roomHeight(436, 760, shown);
    const strip = stripFor(436, height, 2, 8);
    assert.equal(strip.side, 'below');
    assert.ok(height - strip.size - 8 - 32 >= (436 * 9) / 16 - 1);
    assert.ok(height < 760 * 0.6);
    assert.equal(roomHeight(660, 520, shown), 520 - 230, 'where one writes stays in sight');
    assert.equal(roomHeight(660, 300, shown), 120);
  });
});
