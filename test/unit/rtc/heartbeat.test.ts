import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Heartbeat } from '../../../src/webview/rtc/heartbeat.ts';
import { until } from './until.ts';

const TIMES = { interval: 10, quiet: 40, deadline: 80 };

/** A heartbeat whose pings and end can be waited for. */
function start(onPing: (beat: Heartbeat, count: number) => void = () => undefined, times = TIMES) {
  const seen = { pings: 0, ends: 0 };
  let settle: (at: number) => void = () => undefined;
  const dead = new Promise<number>((resolve) => {
    settle = resolve;
  });
  const beat = new Heartbeat(
    {
      ping: () => onPing(beat, ++seen.pings),
      onQuiet: () => undefined,
      onDead: () => {
        seen.ends += 1;
        settle(performance.now());
      },
    },
    times,
  );
  return { beat, seen, dead };
}

/** Nothing of this process runs for so long, as when the lid is closed. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('Heartbeat', () => {
  it('pings, and takes a side that is silent for the deadline for dead, once', async () => {
    const started = performance.now();
    const { seen, dead } = start();
    const lasted = (await dead) - started;
    assert.ok(lasted >= TIMES.deadline - 1, `after ${String(lasted)} ms`);
    const { pings } = seen;
    assert.ok(pings >= 2, 'it pinged');
    await start().dead;
    assert.deepEqual(seen, { pings, ends: 1 }, 'it is over');
  });

  it('goes on while something is heard', async () => {
    let heard = 0;
    const { dead } = start((beat, count) => {
      if (count > 20) return;
      beat.heard();
      heard = performance.now();
    });
    const lasted = (await dead) - heard;
    assert.ok(lasted >= TIMES.deadline - 1, `${String(lasted)} ms after it was last heard`);
  });

  it('gives the other side a fresh start after this machine slept', async () => {
    const { dead } = start();
    sleep(TIMES.deadline * 3);
    const woke = performance.now();
    const lasted = (await dead) - woke;
    assert.ok(lasted >= TIMES.deadline - 1, `${String(lasted)} ms after it woke`);
  });

  it('gives that start after every sleep, and none for a timer that is a little late', async () => {
    const { dead } = start();
    for (const slept of [TIMES.deadline * 2, TIMES.deadline * 2]) {
      sleep(slept);
      await new Promise(setImmediate);
    }
    const woke = performance.now();
    assert.ok((await dead) - woke >= TIMES.deadline - 1, 'the second sleep counts as well');
    const times = { interval: 200, quiet: 40, deadline: 80 };
    const started = performance.now();
    const late = start(() => undefined, times).dead;
    sleep(times.deadline + 40);
    assert.ok((await late) - started < times.deadline * 2, 'lateness of less than an interval is no sleep');
  });

  it('says when the other side falls silent, and when it is heard again', async () => {
    const said: boolean[] = [];
    const clock = { now: 0 };
    const beat = new Heartbeat(
      {
        ping: () => undefined,
        onQuiet: (quiet) => said.push(quiet),
        onDead: () => assert.fail('it is not dead'),
      },
      { interval: 20, quiet: 30, deadline: 60_000 },
      () => clock.now + performance.now(),
    );
    beat.heard();
    assert.deepEqual([said, beat.quiet], [[], false]);
    await until(() => beat.quiet, 'silence');
    beat.heard();
    assert.deepEqual([said, beat.quiet], [[true, false], false]);
    await until(() => beat.quiet, 'silence again');
    beat.heard();
    // A clock that is set back does not make the other side seem heard for hours.
    clock.now -= 3_600_000;
    await until(() => beat.quiet, 'silence after the clock was set');
    // One that was set on, or slept, is given time again.
    beat.heard();
    clock.now += 3_600_000;
    const woke = performance.now();
    await until(() => beat.quiet, 'silence after a sleep');
    assert.ok(performance.now() - woke >= 29);
    beat.dispose();
    beat.heard();
    assert.equal(said.length, 7, 'nothing is said after the end');
  });

  it('asks when the network may be another one, and does not wait long for the answer', async () => {
    const said: boolean[] = [];
    let answers = true;
    let pings = 0;
    const beat: Heartbeat = new Heartbeat(
      {
        ping: () => {
          pings++;
          if (answers) setImmediate(() => beat.heard());
        },
        onQuiet: (quiet) => said.push(quiet),
        onDead: () => assert.fail('it is not dead'),
      },
      { interval: 60_000, quiet: 60_000, deadline: 100_000 },
    );
    const silent = new Heartbeat(
      { ping: () => undefined, onQuiet: () => undefined, onDead: () => undefined },
      { interval: 60_000, quiet: 60_000, deadline: 100_000 },
    );
    beat.probe(20);
    silent.probe(20);
    await until(() => silent.quiet, 'another falls silent');
    assert.deepEqual([said, pings], [[], 1], 'who answered is not missed');
    answers = false;
    beat.probe(5);
    await until(() => beat.quiet, 'silence');
    beat.heard();
    beat.probe(5);
    beat.dispose();
    silent.dispose();
    const last = new Heartbeat(
      { ping: () => undefined, onQuiet: () => undefined, onDead: () => undefined },
      { interval: 60_000, quiet: 60_000, deadline: 100_000 },
    );
    last.probe(10);
    await until(() => last.quiet, 'time has passed');
    last.dispose();
    assert.deepEqual(said, [true, false], 'nothing is said after the end');
  });

  it('says nothing when it is disposed of', async () => {
    const { beat, seen } = start();
    beat.dispose();
    await start().dead;
    assert.deepEqual(seen, { pings: 0, ends: 0 });
  });
});
