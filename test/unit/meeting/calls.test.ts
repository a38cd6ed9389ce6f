import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { PeerId } from '../../../src/shared/ids.ts';
import { MAX_MEMBERS } from '../../../src/shared/limits.ts';
import type { MemberAddress } from '../../../src/shared/protocol.ts';
import { Calls } from '../../../src/webview/meeting/calls.ts';
import { BrokerError, type BrokerProblem } from '../../../src/webview/rtc/broker.ts';
import { turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';
import { FakeLink } from './fakeLink.ts';

const member = (name: string, ordinal: number): MemberAddress => ({
  id: name.padEnd(43, '-'),
  peer: name.padEnd(32, '-'),
  ordinal,
});
const alice = member('alice', 0);
const bob = member('bob', 1);
const carol = member('carol', 2);

/** Carol's calls; the test answers them. */
function make(self: MemberAddress | null = carol, pauses: readonly [number, number] = [1, 4]) {
  const abort = new AbortController();
  const asked: {
    peer: PeerId;
    give: () => Promise<FakeLink>;
    refuse: (problem: BrokerProblem) => Promise<void>;
  }[] = [];
  const links: FakeLink[] = [];
  const linked: PeerId[] = [];
  const problems: string[] = [];
  const missing = new Set<PeerId>();
  const told = new Set<PeerId>();
  const called: [PeerId, boolean][] = [];
  const calls = new Calls<FakeLink>({
    signal: abort.signal,
    self: () => self,
    linked: () => linked,
    missing: (peer) => missing.has(peer),
    told: ({ peer }) => told.has(peer),
    onCalled: ({ peer }, absent) => called.push([peer, absent]),
    elderPatience: 30,
    call: ({ id, peer }) =>
      new Promise((resolve, reject) => {
        asked.push({
          peer,
          give: async () => {
            const link = new FakeLink({ id, peer });
            resolve(link);
            await turn();
            return link;
          },
          refuse: async (problem) => {
            reject(new BrokerError(problem));
            await turn();
          },
        });
      }),
    onLink: (link) => {
      links.push(link);
      linked.push(link.remote.peer);
    },
    pauses,
    patientPause: pauses[1],
    onProblem: (what) => problems.push(what),
  });
  const nth = async (count: number) => {
    await until(() => asked.length >= count, `attempt ${String(count)}`);
    const attempt = asked[count - 1];
    assert.ok(attempt);
    return attempt;
  };
  return { calls, asked, nth, links, linked, problems, missing, told, called, abort };
}

describe('Calls', () => {
  it('calls the elder that it has no link to, each once', async () => {
    const { calls, asked, links, linked, nth } = make();
    linked.push(alice.peer);
    calls.callMissing([alice, bob, carol, member('dave', 3)]);
    calls.callMissing([bob]);
    assert.deepEqual(
      asked.map(({ peer }) => peer),
      [bob.peer],
    );
    const link = await (await nth(1)).give();
    assert.deepEqual(links, [link]);
    calls.callMissing([bob]);
    assert.equal(asked.length, 1);
  });

  it('calls nobody before it has a place', () => {
    const { calls, asked } = make(null);
    calls.callMissing([alice, bob]);
    assert.equal(asked.length, 0);
  });

  it('tries again, and says what went wrong', async () => {
    const { calls, links, problems, nth } = make();
    calls.callMissing([bob]);
    for (const attempt of [1, 2, 3]) await (await nth(attempt)).refuse('failed');
    await (await nth(4)).give();
    assert.deepEqual([links.length, problems.length], [1, 3]);
  });

  it('gives up after a while, and may be told again', async () => {
    const { calls, asked, nth } = make();
    calls.callMissing([bob]);
    for (let attempt = 1; attempt <= 8; attempt++) await (await nth(attempt)).refuse('failed');
    await until(() => {
      calls.callMissing([bob]);
      return asked.length > 8;
    }, 'a new call');
    assert.equal(asked.length, 9);
  });

  it('gives up sooner on who is not even known to the server, and not at once', async () => {
    const { calls, asked, nth } = make();
    calls.callMissing([bob]);
    for (let attempt = 1; attempt <= 4; attempt++) await (await nth(attempt)).refuse('absent');
    calls.callMissing([bob]);
    assert.equal(asked.length, 5, 'the fourth was the last of the first call');
  });

  it('calls somebody for as long as others reach them, whatever the server says', async () => {
    const { calls, nth, told, links, abort } = make();
    told.add(bob.peer);
    calls.callMissing([bob]);
    for (let attempt = 1; attempt <= 20; attempt++) {
      await (await nth(attempt)).refuse(attempt % 2 ? 'absent' : 'failed');
    }
    await (await nth(21)).give();
    assert.equal(links.length, 1);
    abort.abort();
  });

  it('calls the younger as well when that is for us to do', () => {
    const { calls, asked } = make(bob);
    calls.callMissing([carol]);
    assert.equal(asked.length, 0);
    calls.callMissing([bob, carol], true);
    assert.deepEqual(
      asked.map(({ peer }) => peer),
      [carol.peer],
    );
  });

  it('follows no rumour of who left, and stops calling them', async () => {
    const { calls, asked, nth } = make();
    calls.callMissing([bob]);
    calls.forget(bob.peer);
    await (await nth(1)).refuse('failed');
    calls.callMissing([bob]);
    calls.callMissing([alice]);
    assert.deepEqual(
      asked.map(({ peer }) => peer),
      [bob.peer, alice.peer],
    );
    await (await nth(2)).refuse('failed');
    assert.equal((await nth(3)).peer, alice.peer, 'nobody called Bob meanwhile');
  });

  it('drops its own call when they found the way here first', async () => {
    const { calls, links, linked, nth } = make();
    calls.callMissing([bob]);
    linked.push(bob.peer);
    const link = await (await nth(1)).give();
    assert.deepEqual([links.length, link.closed], [0, true]);
  });

  it('does not try again when they have found the way here meanwhile', async () => {
    const { calls, asked, linked, nth } = make();
    calls.callMissing([bob]);
    const first = await nth(1);
    linked.push(bob.peer);
    await first.refuse('failed');
    calls.callMissing([alice]);
    for (const attempt of [2, 3, 4]) await (await nth(attempt)).refuse('failed');
    assert.deepEqual(
      asked.slice(1).map(({ peer }) => peer),
      [alice.peer, alice.peer, alice.peer],
    );
  });

  it('ends with the meeting', async () => {
    const { calls, asked, links, abort, nth } = make();
    calls.callMissing([alice, bob]);
    abort.abort();
    const link = await (await nth(1)).give();
    assert.deepEqual([links.length, link.closed], [0, true]);
    await (await nth(2)).refuse('failed');
    await turn();
    assert.equal(asked.length, 2);
  });

  it('does not let a roster make it call without end', () => {
    const { calls, asked } = make(member('zoe', 1_000));
    calls.callMissing(Array.from({ length: 100 }, (_, index) => member(`m${String(index)}`, index)));
    assert.equal(asked.length, MAX_MEMBERS);
  });

  it('calls a member who is missing again and again, the elder later than the younger', async () => {
    const { calls, asked, nth, missing, called, links } = make(bob);
    missing.add(alice.peer).add(carol.peer);
    const began = performance.now();
    calls.recover(carol, 0);
    calls.recover(alice, 0);
    calls.recover(alice, 0);
    assert.deepEqual([asked.map(({ peer }) => peer)], [[alice.peer]], 'the younger calls at once');
    let elderCall: (typeof asked)[number] | undefined;
    let vain = 0;
    for (let n = 1; elderCall === undefined || vain < 12; n++) {
      const attempt = await nth(n);
      if (attempt.peer === carol.peer) {
        elderCall = attempt;
        assert.ok(performance.now() - began >= 29, 'the elder has waited');
      } else {
        vain++;
        await attempt.refuse('absent');
      }
    }
    await elderCall.give();
    assert.deepEqual(
      links.map(({ remote }) => remote.peer),
      [carol.peer],
    );
    assert.deepEqual(called[0], [alice.peer, true], 'what became of each was told');
    assert.ok(called.some(([peer, absent]) => peer === carol.peer && !absent));
    missing.clear();
  });

  it('calls somebody younger at once when that is for us to do, and once', async () => {
    const { calls, asked } = make(bob);
    calls.callNow(carol);
    calls.callNow(carol);
    calls.recover(carol, 0);
    assert.deepEqual(
      asked.map(({ peer }) => peer),
      [carol.peer],
    );
  });

  it('waits for nothing when the network is back', async () => {
    const { calls, nth, missing, asked } = make(carol, [600_000, 600_000]);
    missing.add(alice.peer).add(bob.peer);
    calls.recover(alice, 0);
    await (await nth(1)).refuse('unreachable');
    calls.recover(bob, 600_000);
    calls.retryNow();
    await nth(3);
    assert.deepEqual(
      asked
        .map(({ peer }) => peer)
        .slice(1)
        .sort(),
      [alice.peer, bob.peer],
    );
  });

  it('says that a visit was in vain once each of those visited was called, or was not to be called', async () => {
    const { calls, nth, abort } = make(carol, [600_000, 600_000]);
    calls.forget(bob.peer);
    const told: boolean[] = [];
    const visit = calls.revisit([alice, bob]).then((met) => told.push(met));
    await turn();
    assert.deepEqual(told, [], 'Alice is being called');
    await (await nth(1)).refuse('failed');
    await visit;
    assert.deepEqual(told, [false]);
    abort.abort();
  });

  it('counts nobody twice, though the network is back in between', async () => {
    const { calls, nth, abort } = make(carol, [600_000, 600_000]);
    const told: boolean[] = [];
    const visit = calls.revisit([alice, bob]).then((met) => told.push(met));
    await (await nth(1)).refuse('failed');
    calls.retryNow();
    await (await nth(3)).refuse('failed');
    assert.deepEqual(told, [], 'Bob has not been called to the end');
    await (await nth(2)).refuse('failed');
    await visit;
    abort.abort();
  });

  it('has met who has found the way here before the first call', async () => {
    const { calls, asked, linked } = make();
    linked.push(alice.peer);
    assert.equal(await calls.revisit([alice]), true);
    assert.equal(asked.length, 0);
  });

  it('does not count against a member that there is no server', async () => {
    const { calls, nth, links, abort } = make();
    calls.callMissing([alice]);
    for (let n = 1; n <= 12; n++) await (await nth(n)).refuse('unreachable');
    await (await nth(13)).give();
    assert.equal(links.length, 1);
    abort.abort();
  });
});
