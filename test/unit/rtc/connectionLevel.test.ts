import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type ConnectionFigures, NO_FIGURES } from '../../../src/webview/connectionModel.ts';
import type { Comparison } from '../../../src/webview/rtc/connectionFigures.ts';
import { freshLevel, type LevelStep, nextLevel } from '../../../src/webview/rtc/connectionLevel.ts';

const none = { packets: 0, lost: 0 };
const look = (figures: Partial<ConnectionFigures>, tally: Partial<Comparison['tally']> = {}): Comparison => ({
  figures: { ...NO_FIGURES, ...figures },
  tally: { in: none, out: none, ...tally },
});
const slow = (roundTrip: number): Comparison => look({ roundTrip });
const losing = (share: number): Comparison =>
  look({ roundTrip: 10 }, { in: { packets: 200, lost: 200 * share } });

/** The levels after each of these looks. */
function levels(looks: readonly Comparison[]): string[] {
  let state = freshLevel();
  return looks.map((each) => {
    ({ state } = nextLevel(state, each));
    return state.level ?? '';
  });
}
const last = (looks: readonly Comparison[]): LevelStep => {
  let step: LevelStep = { state: freshLevel(), figures: NO_FIGURES, causes: [] };
  for (const each of looks) step = nextLevel(step.state, each);
  return step;
};
const times = (count: number, of: Comparison): Comparison[] => Array.from({ length: count }, () => of);

describe('the level of a connection', () => {
  it('is known from the first look on', () => {
    assert.deepEqual(levels([slow(20)]), ['good']);
    assert.deepEqual(levels([slow(200)]), ['fair']);
    assert.deepEqual(levels([slow(500)]), ['poor']);
    assert.deepEqual(levels([look({})]), ['good'], 'nothing is known against it');
  });

  it('does not follow a single slow round trip, nor one good one', () => {
    assert.deepEqual(
      new Set(levels([slow(20), slow(900), slow(900), slow(20), slow(900), slow(20)])),
      new Set(['good']),
    );
    const back = levels([...times(4, slow(900)), slow(20), slow(20), slow(900)]);
    assert.deepEqual(new Set(back), new Set(['poor']));
  });

  it('falls after three looks and rises after five', () => {
    assert.deepEqual(levels([slow(20), ...times(3, slow(900))]).slice(1), ['good', 'good', 'poor']);
    const rising = levels([slow(900), ...times(5, slow(20))]).slice(1);
    assert.deepEqual(rising, ['poor', 'poor', 'poor', 'poor', 'good']);
  });

  it('goes only as far as all looks agree', () => {
    assert.deepEqual(levels([slow(20), slow(200), slow(900), slow(900)]).at(-1), 'fair');
    assert.deepEqual(levels([slow(900), slow(200), ...times(4, slow(20))]).at(-1), 'fair');
  });

  it('stays where it is at a limit that figures waver about', () => {
    const wavering = Array.from({ length: 40 }, (_, at) => slow(at % 5 === 4 ? 149 : 151));
    const seen = levels([slow(20), ...wavering]);
    const changes = seen.filter((level, at) => at > 0 && level !== seen[at - 1]);
    assert.deepEqual(changes, ['fair'], 'down once, and not up again: that takes a clear improvement');
    assert.equal(levels([slow(900), ...times(20, slow(390))]).at(-1), 'poor');
    assert.equal(levels([slow(900), ...times(20, slow(310))]).at(-1), 'fair');
  });

  it('changes at most once in three looks, whatever is measured', () => {
    const any = fc.record({ trip: fc.integer({ min: 0, max: 900 }), lost: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (looks) => {
        const seen = levels(
          looks.map(({ trip, lost }) => look({ roundTrip: trip }, { out: { packets: 100, lost } })),
        );
        const changes = seen.flatMap((level, at) => (at > 0 && level !== seen[at - 1] ? [at] : []));
        for (const [at, change] of changes.entries()) assert.ok(change - (changes[at - 1] ?? 0) >= 3);
      }),
    );
  });

  it('comes from packets that are lost, by their share of the last seconds', () => {
    assert.equal(last([losing(0), ...times(8, losing(0.1))]).state.level, 'poor');
    assert.equal(last([losing(0), ...times(8, losing(0.05))]).state.level, 'fair');
    assert.equal(last([losing(0), ...times(8, losing(0.02))]).state.level, 'good');
    const { figures, causes } = last(times(10, losing(0.1)));
    assert.equal(figures.loss.in?.toFixed(3), '0.100');
    assert.deepEqual([figures.loss.out, causes], [null, ['loss-in']]);
  });

  it('makes nothing of a few packets', () => {
    const few = look({ roundTrip: 10 }, { in: { packets: 3, lost: 2 } });
    const { state, figures } = last(times(6, few));
    assert.deepEqual([state.level, figures.loss.in], ['good', null]);
  });

  it('forgets losses in about ten seconds', () => {
    const looks = [...times(10, losing(0.1)), ...times(12, losing(0))];
    assert.equal(last(looks).state.level, 'good');
  });

  it('knows when there is no room to send, and only then', () => {
    const room = (bits: number, limited: ConnectionFigures['limited']) =>
      last(times(4, look({ room: bits, limited })));
    assert.deepEqual(
      [
        room(90_000, 'bandwidth').state.level,
        room(200_000, 'bandwidth').state.level,
        room(90_000, null).state.level,
      ],
      ['poor', 'fair', 'good'],
    );
    assert.deepEqual(room(90_000, 'bandwidth').causes, ['room']);
    assert.equal(room(1_304_000, 'bandwidth').state.level, 'good', 'it begins with that');
  });

  it('names the worst cause first', () => {
    const bad = look({ roundTrip: 200 }, { out: { packets: 300, lost: 60 } });
    assert.deepEqual(last(times(6, bad)).causes, ['loss-out', 'round-trip']);
  });

  it('keeps what was shown when its link is replaced', () => {
    const step = nextLevel(freshLevel('poor'), slow(10));
    assert.equal(step.state.level, 'poor');
  });
});
