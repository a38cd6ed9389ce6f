import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { soak } from '../support/soak/soak.ts';

// The short form of `npm run bench -- soak`: the same people do the same things for half a minute, with hardly a pause. What takes half an hour to
// grow is not seen here; what is forgotten each time something is done is.

const SECOND = 1_000;
/** In a minute caches still fill: what is forgotten at every turn is more than that. */
const MOST_GROWTH = 1.25;
/** The links to two others, and for a moment one that is being replaced and what large files use beside it. */
const MOST_CONNECTIONS = 8;

describe('a meeting in which much is done', () => {
  it('stays whole, catches all that is thrown, and does not grow', async function () {
    this.timeout(240_000);
    const lines: string[] = [];
    const result = await soak({
      seed: 5,
      duration: 36 * SECOND,
      warmUp: 7 * SECOND,
      sampleEvery: 4 * SECOND,
      pause: [0, 50],
      onProgress: (line) => lines.push(line),
    }).catch((error: unknown) => {
      console.log(lines.slice(-30).join('\n'));
      throw error;
    });
    assert.deepEqual(result.complaints, []);
    assert.ok(result.steps > 10, `only ${String(result.steps)} steps`);
    for (const { name, early, late, ratio } of result.growth) {
      if (/heap$|^server resident$/.test(name))
        assert.ok(ratio < MOST_GROWTH, `${name}: ${early.toFixed(1)} to ${late.toFixed(1)} MiB`);
      if (name.endsWith('page connections')) assert.ok(late <= MOST_CONNECTIONS, `${name}: ${String(late)}`);
    }
  });
});
