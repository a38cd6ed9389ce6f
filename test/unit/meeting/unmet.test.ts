import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MemberAddress, ToldMember } from '../../../src/shared/protocol.ts';
import { Unmet, type UnmetPerson } from '../../../src/webview/meeting/unmet.ts';
import { until } from '../rtc/until.ts';

describe('Unmet', () => {
  const dave: ToldMember = { id: 'd'.repeat(43), peer: 'e'.repeat(32), ordinal: 3, name: 'Dave' };
  const shownDave = { id: dave.id, name: 'Dave' };

  /** What others tell, by a test; looks are a millisecond apart. */
  function make() {
    const around = { told: [dave], isMember: false };
    const shown: (readonly UnmetPerson[])[] = [];
    const late: (readonly MemberAddress[])[] = [];
    const unmet = new Unmet({
      told: () => around.told,
      isMember: () => around.isMember,
      onLate: (members) => late.push(members),
      onShown: (people) => shown.push(people),
      times: { look: 1, unmetCall: 5, unmetShown: 20, unmetKept: 1_000 },
    });
    unmet.follow();
    return { unmet, around, shown, late };
  }

  it('has them called before it shows them', async () => {
    const { unmet, shown, late } = make();
    await until(() => late.length > 0, 'a call');
    assert.deepEqual([late[0], shown], [[dave], []]);
    await until(() => shown.length > 0, 'shown');
    assert.deepEqual(shown, [[shownDave]]);
    unmet.dispose();
  });

  it('does not flap when others lose them for a moment, and forgets who has come', async () => {
    const { unmet, around, shown } = make();
    await until(() => shown.length > 0, 'shown');
    around.told = [];
    unmet.follow();
    around.told = [{ ...dave, peer: 'f'.repeat(32) }];
    unmet.follow();
    assert.equal(shown.length, 1);
    around.told = [];
    around.isMember = true;
    unmet.follow();
    assert.deepEqual(shown, [[shownDave], []]);
    unmet.dispose();
  });
});
