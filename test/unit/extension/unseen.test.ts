import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { noNews, Unseen, type News } from '../../../src/extension/unseen.ts';

const there = (lines: number, files = 0, hands = 0): News => ({ lines, files, hands });

describe('what was not seen of a meeting', () => {
  it('is nothing while the panel is in view', () => {
    const unseen = new Unseen();
    assert.deepEqual(unseen.follow(there(2, 1)), noNews);
    assert.deepEqual(unseen.follow(there(5, 2, 1)), noNews);
  });

  it('is what came since it went out of view, and nothing once it is back', () => {
    const unseen = new Unseen();
    unseen.follow(there(2, 1, 1));
    unseen.show(false);
    assert.deepEqual(unseen.follow(there(2, 1, 1)), noNews);
    assert.deepEqual(unseen.follow(there(4, 2, 1)), there(2, 1, 0));
    unseen.show(true);
    assert.deepEqual(unseen.follow(there(4, 2, 1)), noNews);
    unseen.show(false);
    assert.deepEqual(unseen.follow(there(5, 2, 1)), there(1));
  });

  it('forgets what is gone again: a hand that was lowered is new when it is raised once more', () => {
    const unseen = new Unseen();
    unseen.follow(there(0, 2, 1));
    unseen.show(false);
    assert.deepEqual(unseen.follow(there(0, 1, 0)), noNews);
    assert.deepEqual(unseen.follow(there(0, 2, 1)), there(0, 1, 1));
    assert.deepEqual(unseen.follow(there(0, 2, 0)), there(0, 1, 0));
  });

  it('begins with what there is when the person comes in, and ends when they are out', () => {
    const unseen = new Unseen();
    unseen.show(false);
    assert.deepEqual(unseen.follow(undefined), noNews);
    assert.deepEqual(unseen.follow(there(7, 3)), noNews, 'what was said before is not news');
    assert.deepEqual(unseen.follow(there(8, 3)), there(1));
    assert.deepEqual(unseen.follow(undefined), noNews);
  });

  it('is told once each time that the panel is out of view', () => {
    const unseen = new Unseen();
    unseen.follow(there(0));
    unseen.show(false);
    assert.equal(unseen.mustTell(unseen.follow(there(0))), false);
    assert.equal(unseen.mustTell(unseen.follow(there(1))), true);
    assert.equal(unseen.mustTell(unseen.follow(there(2))), false);
    unseen.show(true);
    assert.equal(unseen.mustTell(unseen.follow(there(2))), false);
    unseen.show(false);
    assert.equal(unseen.mustTell(unseen.follow(there(3))), true);
  });
});
