import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { ParticipantId } from '../../../src/shared/ids.ts';
import { Away } from '../../../src/webview/meeting/away.ts';
import { until } from '../rtc/until.ts';

const [BOB, CAROL] = ['b'.repeat(43), 'c'.repeat(43)];
/** Milliseconds, by the clock of the test: a look is made every real millisecond and reads that clock. */
const TIMES = {
  look: 1,
  grace: 60_000,
  absentGrace: 8_000,
  refusedGrace: 6_000,
  unloadGrace: 7_000,
  aloneAfter: 5_000,
};

describe('Away', () => {
  const all: Away[] = [];
  afterEach(() => {
    for (const away of all.splice(0)) away.dispose();
  });

  function make() {
    const clock = { now: 1_000_000 };
    const seen = { gone: [] as ParticipantId[], left: [] as ParticipantId[], alone: 0, looks: 0 };
    const world = { vouched: new Set<ParticipantId>(), alone: false };
    const away = new Away({
      vouched: (id) => world.vouched.has(id),
      onGone: (id, unloaded) => {
        seen.gone.push(id);
        if (unloaded) seen.left.push(id);
        away.delete(id);
      },
      alone: () => world.alone,
      onAlone: () => {
        seen.alone += 1;
      },
      times: TIMES,
      now: () => {
        seen.looks += 1;
        return clock.now;
      },
    });
    all.push(away);
    const look = async (): Promise<void> => {
      const { looks } = seen;
      await until(() => seen.looks > looks + 1 || !(away.has(BOB) || away.has(CAROL)), 'a look');
    };
    /** So much time passes, in steps that a page makes that is awake. */
    const pass = async (milliseconds: number): Promise<void> => {
      for (let left = milliseconds; left > 0; left -= 1_000) {
        clock.now += Math.min(left, 1_000);
        await look();
      }
    };
    return { away, clock, seen, world, pass, look };
  }

  it('waits for the grace, counted for each by itself', async () => {
    const { away, seen, pass } = make();
    away.add(BOB);
    await pass(10_000);
    away.add(CAROL);
    away.add(BOB);
    await pass(49_000);
    assert.deepEqual(seen.gone, []);
    await pass(1_000);
    assert.deepEqual([seen.gone, away.has(BOB), away.has(CAROL)], [[BOB], false, true]);
    away.delete(CAROL);
    const { looks } = seen;
    await pass(0);
    assert.equal(seen.looks, looks, 'nobody is waited for');
  });

  it('waits less for whom the server does not know, as long as it says so', async () => {
    const { away, seen, pass } = make();
    away.add(BOB);
    away.add(CAROL);
    away.note(BOB, true);
    away.note(CAROL, true);
    await pass(7_000);
    away.note(CAROL, false);
    await pass(2_000);
    assert.deepEqual(seen.gone, [BOB]);
  });

  it('waits a moment for the page after one that was unloaded, and says that it did', async () => {
    const { away, seen, pass } = make();
    away.add(BOB);
    await pass(5_000);
    away.unloaded(BOB);
    away.unloaded(CAROL);
    await pass(6_000);
    away.delete(CAROL);
    away.add(CAROL);
    assert.deepEqual(seen.gone, [], 'from the word on');
    await pass(1_000);
    assert.deepEqual([seen.gone, seen.left], [[BOB], [BOB]]);
    await pass(6_000);
    assert.deepEqual(seen.gone, [BOB], 'a new page is waited for as everybody is');
  });

  it('waits less for whose server has ended while their machine lives, as long as that is so', async () => {
    const { away, seen, pass } = make();
    for (const id of [BOB, CAROL]) {
      away.add(id);
      away.noteServer(id, true);
    }
    await pass(5_000);
    away.noteServer(CAROL, false);
    await pass(2_000);
    assert.deepEqual([seen.gone, seen.left], [[BOB], []], 'the other one runs again');
  });

  it('waits for the next page of who is loaded anew with their server', async () => {
    const { away, seen, pass } = make();
    away.unloaded(BOB);
    away.noteServer(BOB, true);
    await pass(6_000);
    assert.deepEqual(seen.gone, []);
    await pass(1_000);
    assert.deepEqual(seen.left, [BOB]);
  });

  it('keeps whom somebody else reaches, and lets go when nobody does any more', async () => {
    const { away, seen, world, pass, look } = make();
    world.vouched.add(BOB);
    away.add(BOB);
    await pass(70_000);
    assert.deepEqual(seen.gone, []);
    world.vouched.clear();
    await look();
    assert.deepEqual(seen.gone, [BOB]);
  });

  it('counts neither sleep nor a clock that was set', async () => {
    const { away, clock, seen, pass, look } = make();
    away.add(BOB);
    await pass(30_000);
    for (const step of [8 * 3_600_000, -3_600_000]) {
      clock.now += step;
      await look();
    }
    await pass(29_000);
    assert.deepEqual(seen.gone, []);
    await pass(1_000);
    assert.deepEqual(seen.gone, [BOB]);
  });

  it('looks for the way back in once it has been alone for a while', async () => {
    const { away, seen, world, pass } = make();
    away.add(BOB);
    world.alone = true;
    await pass(4_000);
    assert.equal(seen.alone, 0);
    await pass(1_000);
    assert.ok(seen.alone > 0);
  });
});
