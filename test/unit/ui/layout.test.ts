import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { dockFor, stripFor } from '../../../src/webview/ui/layout.ts';

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
