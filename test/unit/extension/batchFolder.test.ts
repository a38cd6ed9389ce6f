import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { BatchFolder } from '../../../src/extension/files/batchFolder.ts';

describe('the folder for many files', () => {
  it('is asked for once for each click, and each time for a file alone', async () => {
    const folders = new BatchFolder<string | undefined>();
    let asked = 0;
    const ask = (): Promise<string | undefined> => {
      asked += 1;
      return Promise.resolve(asked === 2 ? undefined : `folder ${String(asked)}`);
    };
    const choose = (batch?: string) => folders.choose(batch, ask);
    assert.deepEqual(await Promise.all([choose('one'), choose('one')]), ['folder 1', 'folder 1']);
    assert.deepEqual(await Promise.all([choose('two'), choose('two')]), [undefined, undefined], 'cancelled');
    assert.deepEqual([await choose(), await choose()], ['folder 3', 'folder 4']);
    assert.equal(await choose('one'), 'folder 5', 'a click of long ago is none any more');
  });
});
