import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MeshTimes } from '../../../src/webview/meeting/meshTimes.ts';
import { BrokerError } from '../../../src/webview/rtc/broker.ts';
import { until } from '../rtc/until.ts';
import { FakeServer } from './fakeServer.ts';
import { Person, ROOM } from './people.ts';

/** Links last however slow the machine is: here nobody falls silent. */
const TIMES = { heartbeat: { interval: 1_000, quiet: 60_000, deadline: 90_000 } };

/** Alice, Bob and Carol, whose way to the server is gone while her links live on. */
async function withoutServer(change: Partial<MeshTimes> = {}) {
  const times = { ...TIMES, ...change };
  const server = new FakeServer();
  const alice = await (await Person.open(server, 'Alice', { mayOpen: true, times })).enter();
  const come = async (name: string, change = {}): Promise<Person> =>
    Person.open(server, name, { hostId: alice.identity.id, times, ...change });
  const bob = await (await come('Bob')).enter();
  const carol = await (await come('Carol')).enter();
  await Person.agree([alice, bob, carol], 'Alice@0 Bob@1 Carol@2');
  carol.loseServer();
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
    assert.deepEqual([carol.unmet, dave.unmet], [['Dave'], ['Carol']]);
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

describe('a meeting whose eldest lacks the server', () => {
  it('lets people in, by the next in order', async () => {
    const { server, come, alice, bob, carol } = await withoutServer();
    carol.offline = false;
    alice.loseServer();
    assert.ok(!server.knows(ROOM), 'the door is gone with it');
    const dave = await (await come('Dave')).enter();
    const all = [alice, bob, carol, dave];
    await Person.agree(all, 'Alice@0 Bob@1 Carol@2 Dave@3');
    await leave(all);
  });

  it('becomes one meeting again after a network had cut it in two', async () => {
    const { server, come, alice, bob, carol } = await withoutServer({
      grace: 40,
      absentGrace: 40,
      recall: 50,
    });
    carol.offline = false;
    const dave = await (await come('Dave')).enter();
    const all = [alice, bob, carol, dave];
    await Person.agree(all, 'Alice@0 Bob@1 Carol@2 Dave@3');
    const there = new Set([alice.peer, ROOM]);
    const real = server.call.bind(server);
    let lastCall = performance.now();
    server.call = (called, from) => {
      if (there.has(called) === there.has(from ?? '')) return real(called, from);
      if (called !== ROOM) lastCall = performance.now();
      return Promise.reject(new BrokerError('timeout'));
    };
    for (const one of [bob, carol, dave]) alice.cutFrom(one);
    await Person.agree([alice], 'Alice@0');
    await Person.agree([bob, carol, dave], 'Bob@1 Carol@2 Dave@3');
    bob.loseServer();
    await until(() => performance.now() - lastCall > 100, 'nobody calls any more');
    server.call = real;
    const agreed = (): boolean =>
      new Set(all.map(({ roster }) => roster)).size === 1 &&
      all.every(({ mesh }) => mesh.members.length === 3);
    await until(agreed, 'one meeting');
    await leave(all);
  });
});
