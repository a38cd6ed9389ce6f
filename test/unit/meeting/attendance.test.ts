import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { Attendance, type AttendanceOptions } from '../../../src/webview/meeting/attendance.ts';
import type { EngineState } from '../../../src/webview/meeting/engineState.ts';
import { EnterError } from '../../../src/webview/meeting/entry.ts';
import type { Place } from '../../../src/webview/meeting/member.ts';
import { Store } from '../../../src/webview/meeting/store.ts';
import { turn } from '../rtc/fakeConnection.ts';

/** Somebody in the lobby; the test lets them in, or not. */
function make() {
  const entering: {
    name: string;
    waiting: () => void;
    give: (place: Place) => void;
    refuse: (error: Error) => void;
  }[] = [];
  const told: string[] = [];
  const log: string[] = [];
  const state = { phase: 'lobby', name: '', place: null, outcome: null, waitingFor: null };
  const store = new Store(state as unknown as EngineState, () => undefined);
  const host = {
    call: (method: string, parameters: object) => {
      told.push(`${method} ${JSON.stringify(parameters)}`);
      return Promise.resolve(null);
    },
  };
  const attendance = new Attendance({
    store,
    bootstrap: { hostName: 'Alice' } as AttendanceOptions['bootstrap'],
    host: host as unknown as HostClient,
    mesh: {
      enter: (name, _before, _now, waiting) =>
        new Promise((give, refuse) => {
          entering.push({ name, waiting, give, refuse });
        }),
    },
    now: () => 7,
    leaveNow: (end) => {
      log.push(end ? 'end' : 'leave');
      return Promise.resolve();
    },
    tell: () => undefined,
    onProblem: (what) => log.push(what),
  });
  const join = (name: string) => {
    attendance.join(name);
    const attempt = entering.at(-1);
    assert.ok(attempt, 'the meeting was asked');
    return attempt;
  };
  return { attendance, store, entering, told, log, join };
}

const PLACE: Place = { ordinal: 1, startedAt: 7 };

describe('Attendance', () => {
  it('goes in once, under a name that is remembered', async () => {
    const { attendance, store, entering, told, join } = make();
    attendance.join('   ');
    assert.equal(entering.length, 0, 'a name is needed');
    const { name, waiting, give } = join(' Bob ');
    attendance.join('Bobby');
    assert.deepEqual(
      [name, entering.length, store.state.phase, told],
      ['Bob', 1, 'joining', ['rememberName {"name":"Bob"}']],
    );
    waiting();
    assert.match(store.state.waitingFor ?? '', /Alice/);
    give(PLACE);
    await turn();
    assert.deepEqual([store.state.phase, store.state.place, store.state.waitingFor], ['in', PLACE, null]);
    attendance.join('Bob');
    assert.equal(entering.length, 1);
  });

  it('says why it did not get in, and may try again', async () => {
    const { store, join } = make();
    join('Bob').refuse(new EnterError('full'));
    await turn();
    assert.deepEqual([store.state.phase, store.state.outcome?.title], ['failed', 'The meeting is full']);
    join('Bob').refuse(new Error('?'));
    await turn();
    assert.match(store.state.outcome?.title ?? '', /^No connection/);
    join('Bob').give(PLACE);
    await turn();
    assert.deepEqual([store.state.phase, store.state.outcome], ['in', null]);
  });

  it('stays out when the person left while it was on the way in', async () => {
    for (const settle of ['give', 'refuse'] as const) {
      const { attendance, store, told, log, join } = make();
      const attempt = join('Bob');
      await attendance.leave('left');
      if (settle === 'give') attempt.give(PLACE);
      else attempt.refuse(new EnterError('left'));
      await turn();
      assert.deepEqual([store.state.phase, log[0], told.at(-1)], ['left', 'leave', 'left {"how":"gave-up"}']);
    }
  });

  it('leaves once, and tells how', async () => {
    const ways = [
      ['left', 'leave', 'You left the meeting'],
      ['ended', 'end', 'The meeting has ended'],
      ['ended-by-host', 'leave', 'The meeting has ended'],
      ['host-away', 'leave', 'You are no longer in the meeting'],
    ] as const;
    for (const [how, way, title] of ways) {
      const { attendance, store, told, log, join } = make();
      join('Bob').give(PLACE);
      await turn();
      await attendance.leave(how);
      await attendance.leave('left');
      assert.deepEqual(
        [log, store.state.outcome?.title, store.state.hostLost, told.at(-1)],
        [[way], title, how === 'host-away', `left {"how":"${how}"}`],
      );
    }
  });
});
