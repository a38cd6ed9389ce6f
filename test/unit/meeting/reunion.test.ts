import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { EnterError } from '../../../src/webview/meeting/entry.ts';
import { Reunion } from '../../../src/webview/meeting/reunion.ts';
import { until } from '../rtc/until.ts';
import type { FakeLink } from './fakeLink.ts';
import { knocking, WELCOME, type Knocked } from './knocking.ts';

/** `looks` says at which there is nobody at the door; after that nobody is apart. */
async function run(looks: readonly boolean[], outcome: Knocked, elders = 0) {
  const abort = new AbortController();
  const seen = { looks: 0, knocks: 0, opened: 0, settled: 0, problems: 0 };
  const reunion = new Reunion<FakeLink>({
    signal: abort.signal,
    apart: () => (looks[seen.looks++] ? elders : null),
    openDoor: () => {
      seen.opened += 1;
      return Promise.resolve(true);
    },
    ...knocking(seen, () => {
      seen.knocks += 1;
      return outcome;
    }),
  });
  const watching = reunion.watch();
  await until(() => seen.looks > looks.length, 'all looks');
  abort.abort();
  await watching;
  return seen;
}

describe('Reunion', () => {
  it('knocks at a door that none of us holds, and goes on from the welcome', async () => {
    const { knocks, settled } = await run([true, true], { kind: 'welcome', welcome: WELCOME });
    assert.deepEqual([knocks, settled], [1, 1]);
  });

  it('lets a door that is handed on among us be', async () => {
    const { knocks } = await run([true, false, true, false], { kind: 'absent' });
    assert.equal(knocks, 0);
  });

  it('knocks in the place of an eldest who does not, the more rarely the more are elder, and takes a free door', async () => {
    const apart = Array.from({ length: 7 }, () => true);
    const knocks = async (elders: number): Promise<number> =>
      (await run(apart, { kind: 'silent' }, elders)).knocks;
    assert.deepEqual([await knocks(0), await knocks(1), await knocks(2)], [6, 3, 2]);
    assert.equal((await run(apart, { kind: 'absent' }, 1)).opened, 3);
    assert.equal((await run(apart, { kind: 'absent' }, 0)).opened, 0, 'the eldest tries for it all along');
    assert.equal((await run(apart, { kind: 'silent' }, 1)).opened, 0, 'who is silent may be there');
  });

  it('leaves the door to the eldest at first when the server is back', async () => {
    const abort = new AbortController();
    let [looks, knocks] = [0, 0];
    const reunion = new Reunion<FakeLink>({
      signal: abort.signal,
      apart: () => {
        looks += 1;
        return 1;
      },
      openDoor: () => Promise.resolve(false),
      knock: () => {
        knocks += 1;
        return Promise.resolve({ kind: 'absent' });
      },
      settle: () => Promise.resolve(),
      pause: 10,
      onProblem: () => undefined,
    });
    reunion.hurry();
    const watching = reunion.watch();
    await until(() => looks >= 10, 'all looks that are made soon');
    assert.equal(knocks, 0);
    await until(() => knocks > 0, 'a knock');
    abort.abort();
    await watching;
  });

  it('looks soon after the server is there again', async () => {
    const abort = new AbortController();
    let looks = 0;
    const reunion = new Reunion<FakeLink>({
      signal: abort.signal,
      apart: () => {
        looks += 1;
        return null;
      },
      openDoor: () => Promise.resolve(false),
      ...knocking({ settled: 0, problems: 0 }, () => ({ kind: 'absent' })),
      pause: 200,
    });
    const watching = reunion.watch();
    const began = performance.now();
    reunion.hurry();
    await until(() => looks >= 4, 'four looks');
    assert.ok(performance.now() - began < 400, 'in less than it takes otherwise for two');
    abort.abort();
    await watching;
  });

  it('goes on looking when nobody answers, or it is refused', async () => {
    assert.equal((await run([true, true, true, true], { kind: 'absent' })).knocks, 3);
    const { knocks, problems } = await run([true, true, true], new EnterError('no-connection'));
    assert.deepEqual([knocks, problems], [2, 2]);
  });
});
