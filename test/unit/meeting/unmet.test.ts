import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ParticipantId } from '../../../src/shared/ids.ts';
import type { MemberAddress } from '../../../src/shared/protocol.ts';
import { Unmet } from '../../../src/webview/meeting/unmet.ts';
import { until } from '../rtc/until.ts';
import { FakeServer } from './fakeServer.ts';
import { Person } from './people.ts';

/** Links last however slow the machine is: here nobody falls silent. */
const times = { heartbeat: { interval: 1_000, quiet: 60_000, deadline: 90_000 } };

/** Alice, Bob and Carol, whose way to the server is gone while her links live on. */
async function withoutServer() {
  const server = new FakeServer();
  const alice = await (await Person.open(server, 'Alice', { mayOpen: true, times })).enter();
  const come = async (name: string, change = {}): Promise<Person> =>
    Person.open(server, name, { hostId: alice.identity.id, times, ...change });
  const bob = await (await come('Bob')).enter();
  const carol = await (await come('Carol')).enter();
  await Person.agree([alice, bob, carol], 'Alice@0 Bob@1 Carol@2');
  carol.offline = true;
  server.drop([carol.peer]);
  return { server, come, alice, bob, carol };
}

const leave = (people: readonly Person[]): Promise<unknown> =>
  Promise.all(people.map(({ mesh }) => mesh.leave(false)));

describe('who comes while somebody lacks the server', () => {
  it('meets them through somebody whom both reach', async () => {
    const { come, alice, bob, carol } = await withoutServer();
    const dave = await (await come('Dave')).enter();
    const all = [alice, bob, carol, dave];
    await Person.agree(all, 'Alice@0 Bob@1 Carol@2 Dave@3');
    assert.ok(dave.relayed.length > 0);
    assert.deepEqual([carol.unmet, dave.unmet], [[], []]);
    await leave(all);
  });

  it('is shown to them where nothing helps, and not any more when they have met', async () => {
    const { come, alice, bob, carol } = await withoutServer();
    carol.unrelayed = true;
    const dave = await (await come('Dave')).enter();
    const all = [alice, bob, carol, dave];
    await until(() => carol.unmet.length === 1 && dave.unmet.length === 1, 'both are told');
    assert.deepEqual([carol.unmet, dave.unmet], [[dave.identity.id], [carol.identity.id]]);
    assert.deepEqual([alice.unmet, bob.unmet], [[], []]);
    carol.offline = false;
    await Person.agree(all, 'Alice@0 Bob@1 Carol@2 Dave@3');
    assert.deepEqual([carol.unmet, dave.unmet], [[], []]);
    await leave(all);
  });

  it('is not shown any more once they are gone', async () => {
    const { come, alice, bob, carol } = await withoutServer();
    carol.unrelayed = true;
    const dave = await (await come('Dave')).enter();
    await until(() => carol.unmet.length === 1, 'Carol is told');
    await dave.mesh.leave(false);
    await until(() => carol.unmet.length === 0, 'nobody is missing');
    await leave([alice, bob, carol]);
  });
});

describe('Unmet', () => {
  const dave: MemberAddress = { id: 'd'.repeat(43), peer: 'e'.repeat(32), ordinal: 3 };

  /** What others tell, by a test; looks are a millisecond apart. */
  function make() {
    const around = { told: [dave], isMember: false };
    const shown: (readonly ParticipantId[])[] = [];
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
    assert.deepEqual(shown, [[dave.id]]);
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
    assert.deepEqual(shown, [[dave.id], []]);
    unmet.dispose();
  });
});
