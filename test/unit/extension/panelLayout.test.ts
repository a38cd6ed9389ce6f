import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isAlone, isCovered, isInTheWay, type PanelGroup } from '../../../src/extension/panelLayout.ts';

const group = (panel: PanelGroup['panel'], tabs = 1, active = true): PanelGroup => ({ panel, tabs, active });

describe('where the meeting is among the editors', () => {
  it('is alone in a window with nothing else open', () => {
    assert.ok(isAlone(false, [group('front')]));
    assert.ok(!isAlone(false, [group('front', 2)]));
    assert.ok(isAlone(true, [group('front', 2)]), 'a file is on its way to the front');
    assert.ok(!isAlone(true, [group('none', 1, false), group('front')]));
    assert.ok(!isAlone(true, []));
  });

  it('is covered when something is opened over one that was alone', () => {
    assert.ok(isCovered(true, [group('behind', 2)]));
    assert.ok(!isCovered(false, [group('behind', 2)]), 'that was somebody’s wish');
    assert.ok(!isCovered(true, [group('front', 2)]));
    assert.ok(!isCovered(true, [group('none', 1, false), group('behind', 2)]));
  });

  it('is in the way of the next file when its own group is the active one', () => {
    assert.ok(isInTheWay([group('none', 1, false), group('front')]));
    assert.ok(!isInTheWay([group('none'), group('front', 1, false)]));
    assert.ok(!isInTheWay([group('none', 1, false), group('front', 2)]), 'others are in it already');
    assert.ok(!isInTheWay([group('front')]), 'VS Code locks no sole group');
  });
});
