import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { presenterOf } from '../../../src/shared/meeting/presenter.ts';
import { callsToMake, eldest, isElder, ordinalFor } from '../../../src/shared/meeting/roster.ts';
import type { MemberAddress } from '../../../src/shared/protocol.ts';

const member = (id: string, ordinal: number): MemberAddress => ({ id, peer: `peer-of-${id}`, ordinal });
const alice = member('alice', 0);
const bob = member('bob', 1);
const carol = member('carol', 2);
const nobody: ReadonlySet<string> = new Set();

describe('roster', () => {
  it('knows the eldest, by arrival and then by id', () => {
    assert.equal(eldest([carol, bob]), bob);
    assert.equal(eldest([member('b', 1), member('a', 1)])?.id, 'a');
    assert.equal(eldest([]), undefined);
  });

  it('gives the next place, and their old one to who comes back', () => {
    assert.equal(ordinalFor('dave', [alice, bob, carol]), 3);
    assert.equal(ordinalFor('bob', [alice, bob, carol]), 1);
    assert.equal(ordinalFor('alice', []), 0);
  });

  it('lets exactly one of two call the other', () => {
    const members = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.nat(5)), {
      selector: ([id]) => id,
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(members, (list) => {
        const all = list.map(([id, ordinal]) => member(id, ordinal));
        for (const a of all) {
          for (const b of all) {
            if (a.id === b.id) continue;
            const calls = [
              callsToMake(a, all, nobody, nobody).includes(b),
              callsToMake(b, all, nobody, nobody).includes(a),
            ];
            assert.deepEqual(calls.filter(Boolean).length, 1);
            assert.equal(calls[0], isElder(b, a));
          }
        }
      }),
    );
  });

  it('calls nobody twice, and nobody who left', () => {
    assert.deepEqual(callsToMake(carol, [alice, bob, carol], new Set([bob.peer]), nobody), [alice]);
    assert.deepEqual(callsToMake(carol, [alice, bob], nobody, new Set([alice.peer])), [bob]);
  });

  it('calls who came back with a new page, though the old link is not known to be dead yet', () => {
    const back = { ...bob, peer: 'new-peer-of-bob' };
    assert.deepEqual(callsToMake(carol, [back], new Set([bob.peer]), nobody), [back]);
  });
});

describe('presenter', () => {
  it('is who began first', () => {
    const claims = [
      { id: 'bob', presenting: 7 },
      { id: 'alice', presenting: null },
      { id: 'carol', presenting: 4 },
    ];
    assert.equal(presenterOf(claims), 'carol');
    assert.equal(presenterOf([{ id: 'alice', presenting: null }]), undefined);
  });

  it('is the same for all of two who began at once', () => {
    const claims = [
      { id: 'bob', presenting: 4 },
      { id: 'alice', presenting: 4 },
    ];
    assert.equal(presenterOf(claims), 'alice');
    assert.equal(presenterOf(claims.toReversed()), 'alice');
  });
});
