import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { InTurn } from '../../../src/extension/files/inTurn.ts';
import { turn } from '../../support/turn.ts';

describe('in turn', () => {
  it('one thing is done after the other, however they end', async () => {
    const turns = new InTurn();
    const seen: string[] = [];
    const work = (name: string, fails: boolean) =>
      turns.run(async () => {
        seen.push(`${name} begins`);
        await turn();
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const ends = await Promise.allSettled([work('one', false), work('two', true), work('three', false)]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      seen,
      ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });
});
