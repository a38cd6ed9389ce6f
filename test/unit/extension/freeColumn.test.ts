import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { columnFor } from '../../../src/extension/freeColumn.ts';

describe('the column for an editor that the meeting opens', () => {
  const group = (column: number, ...is: ('active' | 'meeting')[]) => ({
    column,
    active: is.includes('active'),
    meeting: is.includes('meeting'),
  });

  for (const [what, groups, column] of [
    ['beside a meeting that is alone', [group(1, 'active', 'meeting')], undefined],
    ['where the person works', [group(1), group(2, 'meeting'), group(3, 'active')], 3],
    ['where the editors are, when the meeting was clicked in', [group(1), group(2, 'active', 'meeting')], 1],
    ['at the right of a meeting in the first column', [group(1, 'active', 'meeting'), group(2)], 2],
    ['in place of what hides the meeting', [group(1, 'active')], 1],
    ['in a window without editors', [], undefined],
  ] as const)
    it(`${what}: ${column === undefined ? 'a new one' : String(column)}`, () =>
      assert.equal(columnFor(groups), column));
});
