import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MemberAddress, RefusalReason } from '../../../src/shared/protocol.ts';
import {
  EnterError,
  type EnterProblem,
  findWayIn,
  knock,
  type KnockOutcome,
} from '../../../src/webview/meeting/entry.ts';
import { BrokerError, type BrokerProblem, type RawLink } from '../../../src/webview/rtc/broker.ts';
import { HandshakeError } from '../../../src/webview/rtc/handshake.ts';
import { turn, wire } from '../rtc/fakeConnection.ts';
import { FakeLink } from './fakeLink.ts';

const ROOM = '0'.repeat(32);

/** Knocks at a door; gives the link to it once it is proven. */
function at(
  door: { call?: () => Promise<RawLink>; prove?: () => Promise<FakeLink> } = {},
  deadline = 1_000,
): { link: FakeLink; outcome: Promise<KnockOutcome<FakeLink>> } {
  const link = new FakeLink();
  const outcome = knock({
    broker: { call: door.call ?? ((called) => Promise.resolve(wire(called).caller)) },
    room: ROOM,
    name: 'Bob',
    prove: door.prove ?? (() => Promise.resolve(link)),
    deadline,
    onProblem: () => undefined,
  });
  return { link, outcome };
}

const problemOf = async (outcome: Promise<unknown>): Promise<EnterProblem> => {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EnterError, String(error));
  return error.problem;
};

describe('knock', () => {
  it('says who is there and takes the welcome', async () => {
    const { link, outcome } = at();
    await turn();
    assert.deepEqual(link.sent, [{ t: 'knock', name: 'Bob' }]);
    const members: MemberAddress[] = [{ id: 'a'.repeat(43), peer: 'b'.repeat(32), ordinal: 0 }];
    link.says({ t: 'welcome', ordinal: 3, members, startedAt: 7 });
    assert.deepEqual(await outcome, {
      kind: 'welcome',
      welcome: { link, ordinal: 3, members, startedAt: 7 },
    });
    assert.equal(link.closed, false);
  });

  it('tells a door that nobody stands at from one that is silent and one that cannot be reached', async () => {
    const kinds: [BrokerProblem, 'absent' | 'silent'][] = [
      ['absent', 'absent'],
      ['unreachable', 'absent'],
      ['closed', 'absent'],
      ['timeout', 'silent'],
    ];
    for (const [problem, kind] of kinds) {
      const { outcome } = at({ call: () => Promise.reject(new BrokerError(problem)) });
      assert.deepEqual(await outcome, { kind }, problem);
    }
    const { outcome } = at({ call: () => Promise.reject(new BrokerError('failed')) });
    assert.equal(await problemOf(outcome), 'no-connection');
  });

  it('gives up at a door that does not prove the meeting, and comes back to one that is handed on', async () => {
    const problems: [HandshakeError['reason'], EnterProblem][] = [
      ['secret', 'secret'],
      ['version', 'version'],
      ['identity', 'identity'],
    ];
    for (const [reason, problem] of problems) {
      const { outcome } = at({ prove: () => Promise.reject(new HandshakeError(reason, false)) });
      assert.equal(await problemOf(outcome), problem);
    }
    const garbled = at({ prove: () => Promise.reject(new HandshakeError('malformed', true)) });
    assert.deepEqual(await garbled.outcome, { kind: 'silent' });
    for (const reason of ['closed', 'deadline', 'not-the-door'] as const) {
      const { outcome } = at({ prove: () => Promise.reject(new HandshakeError(reason, false)) });
      assert.deepEqual(await outcome, { kind: 'absent' }, reason);
    }
  });

  it('says why it was refused', async () => {
    const reasons: (RefusalReason & EnterProblem)[] = ['full', 'ended'];
    for (const reason of reasons) {
      const { link, outcome } = at();
      await turn();
      link.says({ t: 'refuse', reason });
      assert.equal(await problemOf(outcome), reason);
      assert.ok(link.closed);
    }
  });

  it('comes back to whoever is not the door any more, or is gone', async () => {
    const ways: ((link: FakeLink) => void)[] = [
      (link) => link.says({ t: 'refuse', reason: 'not-the-door' }),
      (link) => link.lose(),
    ];
    for (const way of ways) {
      const { link, outcome } = at();
      await turn();
      way(link);
      assert.deepEqual(await outcome, { kind: 'absent' });
      assert.ok(link.closed);
    }
  });

  it('does not wait for a door that holds its tongue', async () => {
    const { link, outcome } = at({}, 5);
    await turn();
    link.says({ t: 'ping', n: 1 });
    assert.deepEqual(await outcome, { kind: 'silent' });
    assert.ok(link.closed);
  });
});

describe('the way in', () => {
  const welcome = { link: new FakeLink(), ordinal: 1, members: [], startedAt: 7 };

  /** Goes in where knocks have these outcomes, the last of them for ever. */
  function go(outcomes: KnockOutcome<FakeLink>[], openDoor: (() => Promise<boolean>) | null = null) {
    const abort = new AbortController();
    const seen = { knocks: 0, waits: 0 };
    const way = findWayIn<FakeLink>({
      signal: abort.signal,
      openDoor,
      knock: () =>
        Promise.resolve(outcomes[Math.min(seen.knocks++, outcomes.length - 1)] ?? { kind: 'absent' }),
      pause: 1,
      onWaiting: () => {
        seen.waits += 1;
        if (seen.waits > 50) abort.abort();
      },
    });
    return { way, seen, abort };
  }

  it('waits for somebody to open, however long that takes', async () => {
    const absent = Array.from({ length: 20 }, () => ({ kind: 'absent' as const }));
    const { way, seen } = go([...absent, { kind: 'welcome', welcome }]);
    assert.equal(await way, welcome);
    assert.deepEqual(seen, { knocks: 21, waits: 20 });
  });

  it('does not wait for ever for a door that is silent', async () => {
    const { way, seen } = go([{ kind: 'silent' }]);
    assert.equal(await problemOf(way), 'no-connection');
    assert.equal(seen.knocks, 4);
  });

  it('opens the door, for who may, as soon as it is free', async () => {
    let attempts = 0;
    const { way, seen } = go([{ kind: 'absent' }], () => Promise.resolve(++attempts === 4));
    assert.equal(await way, null);
    assert.equal(seen.knocks, 3);
  });

  it('ends when the person leaves, without a word of waiting', async () => {
    const { way, seen, abort } = go([{ kind: 'absent' }]);
    abort.abort();
    assert.equal(await problemOf(way), 'left');
    assert.equal(seen.waits, 0);
  });

  it('ends with the refusal', async () => {
    const way = findWayIn({
      signal: new AbortController().signal,
      openDoor: null,
      knock: () => Promise.reject(new EnterError('full')),
      pause: 1,
      onWaiting: () => undefined,
    });
    assert.equal(await problemOf(way), 'full');
  });
});
