import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { growthOf, type Sample } from '../../support/soak/growth.ts';
import { seededRandom } from '../../support/soak/random.ts';

const series = (heap: readonly number[]): Sample[] =>
  heap.map((value, index) => ({ at: index * 10, values: { heap: value } }));

describe('the growth that a soak tells of', () => {
  it('is that of the last quarter over the first one after the warm-up', () => {
    // The warm-up takes 30: quarters of 20 from there to 110.
    const [growth] = growthOf(series([1, 1, 1, 50, 50, 50, 70, 70, 70, 60, 60, 60]), 30);
    assert.deepEqual(growth, { name: 'heap', early: 50, late: 60, most: 70, ratio: 1.2 });
  });

  it('is not that of one large sample', () => {
    const [growth] = growthOf(series([9, 9, 50, 50, 50, 50, 50, 50, 50, 50, 900, 50, 50]), 20);
    assert.equal(growth?.ratio, 1);
  });

  it('is without end where there was nothing', () => {
    assert.equal(growthOf(series([0, 0, 0, 0, 0, 0, 0, 0]), 0)[0]?.ratio, 1);
    assert.equal(growthOf(series([0, 0, 0, 0, 0, 3, 3, 3]), 0)[0]?.ratio, Infinity);
  });

  it('is not told from next to nothing', () => {
    assert.throws(() => growthOf(series([1, 1, 1]), 0));
    assert.throws(() => growthOf(series([1, 1, 1, 1, 1]), 1_000));
  });
});

describe('chance from a seed', () => {
  it('is the same again, and another with another seed', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('takes all there is, evenly', () => {
    const random = seededRandom(1);
    const counts = [0, 0, 0, 0];
    for (let turn = 0; turn < 4_000; turn++) {
      const at = random.one([0, 1, 2, 3]);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 900 && count < 1_100, String(count));
    assert.deepEqual(
      random.shuffled([1, 2, 3, 4]).toSorted((a, b) => a - b),
      [1, 2, 3, 4],
    );
    assert.throws(() => random.one([]));
  });
});
