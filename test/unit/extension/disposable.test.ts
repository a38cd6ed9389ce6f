import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { DisposableStore } from '../../../src/extension/disposable.ts';
import { withTimeLimit } from '../../../src/extension/timeLimit.ts';

describe('DisposableStore', () => {
  it('ends what it holds, the youngest first, once', () => {
    const store = new DisposableStore();
    const ended: number[] = [];
    for (const n of [1, 2, 3]) store.add({ dispose: () => ended.push(n) });
    store.dispose();
    store.dispose();
    assert.deepEqual(ended, [3, 2, 1]);
  });

  it('ends at once what comes too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let ended = false;
    store.add({ dispose: () => (ended = true) });
    assert.ok(ended);
  });
});

describe('withTimeLimit', () => {
  it('gives the result, the rejection, or nothing', async () => {
    assert.equal(await withTimeLimit(Promise.resolve(1), 1_000), 1);
    await assert.rejects(withTimeLimit(Promise.reject(new Error('no')), 1_000), /no/);
    assert.equal(await withTimeLimit(new Promise(() => undefined), 5), undefined);
  });
});
