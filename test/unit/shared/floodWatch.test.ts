import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FloodWatch } from '../../../src/shared/floodWatch.ts';

describe('who sends too many messages', () => {
  it('is noticed with the first that is one too many, and not again once ten seconds have passed', () => {
    const watch = new FloodWatch(3);
    const times = [5_000, 5_000, 14_999, 14_999, 14_999, 15_000, 15_001, 15_002, 15_003];
    const answers = times.map((now) => watch.isTooMany(now));
    assert.deepEqual(answers, [false, false, false, true, true, false, false, false, true]);
  });

  it('is not who sends as many again and again', () => {
    const watch = new FloodWatch(1);
    for (let now = 0; now < 100_000; now += 10_000) assert.equal(watch.isTooMany(now), false);
  });
});
