import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { LinkMessage, MemberAddress } from '../../../src/shared/protocol.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { Servers } from '../../../src/webview/meeting/servers.ts';
import { turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';

const address = (name: string, ordinal: number): MemberAddress => ({
  id: name.padEnd(43, '-'),
  peer: name.padEnd(32, '-'),
  ordinal,
});
const [alice, bob, carol] = [address('alice', 0), address('bob', 1), address('carol', 2)];
const MOVED = ['http://10.0.0.7:9001/'];

/** Bob in Alice's meeting. */
function make(
  present: readonly MemberAddress[] = [alice, bob, carol],
  refuses = 0,
  own: readonly string[] = [],
) {
  const room = { present, moved: false, online: true };
  const calls: string[] = [];
  const sent: LinkMessage[] = [];
  const problems: string[] = [];
  const failures: unknown[] = [];
  const moves: string[] = [];
  const call = (method: string, params: unknown): Promise<unknown> => {
    calls.push(`${method} ${JSON.stringify(params)}`);
    const answer = method === 'hostOn' ? { servers: MOVED } : { moved: room.moved };
    return calls.length <= refuses ? Promise.reject(new Error('no')) : Promise.resolve(answer);
  };
  const servers = new Servers({
    self: bob.id,
    hostId: alice.id,
    own,
    host: { call } as unknown as Pick<HostClient, 'call'>,
    onMoved: (runner, moved) => {
      void moved.then((isElsewhere) =>
        moves.push(`${runner === alice.id ? 'alice' : runner} ${String(isElsewhere)}`),
      );
    },
    present: () => room.present,
    isIn: (id) => room.present.some((one) => one.id === id),
    broadcast: (message) => sent.push(message),
    onChange: () => undefined,
    onProblem: (what) => problems.push(what),
    onHostOnFailed: (error) => failures.push(error),
    patience: 10,
    retry: 10,
    pause: 1,
    online: () => room.online,
  });
  return { servers, room, calls, sent, problems, failures, moves };
}

describe('Servers', () => {
  it('tells the extension host where others say that the server is, at once and when there is none', async () => {
    const { servers, calls } = make();
    servers.onTold(alice.id, MOVED);
    assert.deepEqual(calls, [`serversChanged {"servers":["${String(MOVED[0])}"]}`], 'it may have moved');
    await turn();
    servers.onServer(false);
    assert.equal(calls.length, 2, 'it may be there now');
    await turn();
    servers.onServer(true);
    assert.equal(calls.length, 2);
    servers.onTold(alice.id, ['http://10.0.0.8:9001/']);
    assert.match(calls.at(-1) ?? '', /10\.0\.0\.8/u);
    servers.dispose();
  });

  it('says whether the server of a member was found elsewhere', async () => {
    const { servers, room, moves } = make();
    servers.onTold(alice.id, MOVED);
    await turn();
    room.moved = true;
    servers.onTold(alice.id, MOVED);
    await turn();
    const failing = make([alice, bob, carol], 1);
    failing.servers.onTold(alice.id, MOVED);
    await turn();
    assert.deepEqual([moves, failing.moves], [['alice false', 'alice true'], ['alice false']]);
    servers.dispose();
    failing.servers.dispose();
  });

  it('looks for a server again and again while there is none, also when nobody has told of one', async () => {
    const { servers, calls, problems, failures } = make([alice, bob, carol], 2);
    servers.onServer(false);
    await until(() => calls.length > 3, 'again, also when it was found and is not connected with yet');
    assert.equal(calls[0], 'serversChanged {"servers":[]}', 'it may be where it was before');
    assert.deepEqual([problems.length, failures.length], [2, 0], 'that is for the log, and alarms nobody');
    servers.onServer(true);
    const { length } = calls;
    const other = make();
    other.servers.onServer(false);
    await until(() => other.calls.length > 2, 'the time for another look has passed');
    assert.equal(calls.length, length, 'it is used');
    for (const one of [servers, other.servers]) one.dispose();
  });

  it('hands over one at a time what it is told, and the last of it', async () => {
    const { servers, calls } = make();
    for (let n = 0; n < 1_000; n++) servers.onTold(alice.id, [`http://10.0.0.1:${String(n)}/`]);
    assert.equal(calls.length, 1);
    await until(() => calls.length > 1, 'the next');
    for (let n = 0; n < 5; n++) await turn();
    assert.deepEqual(
      calls.map((call) => /:(\d+)\/"/.exec(call)?.[1]),
      ['0', '999'],
    );
    servers.dispose();
  });

  it('forgets a server that could not be used when told of another one', async () => {
    const { servers, calls } = make([alice, bob, carol], 1);
    servers.onServer(false);
    servers.onTold(alice.id, MOVED);
    await turn();
    servers.onTold(alice.id, ['http://10.0.0.8:9001/']);
    const other = make([alice, bob, carol], Infinity);
    other.servers.onServer(false);
    other.servers.onTold(alice.id, MOVED);
    await until(() => other.calls.length === 3, 'the time for another try has passed');
    other.servers.dispose();
    assert.ok(calls.length > 1 && calls.slice(1).every((call) => call.includes('10.0.0.8')));
    servers.dispose();
  });

  it('asks the eldest to host on when the host has left and there has been no server for a while', async () => {
    const { servers, room } = make();
    servers.onServer(false);
    assert.equal(servers.mayHostOn, false, 'not at once');
    room.present = [bob, carol];
    await until(() => servers.mayHostOn, 'asked');
    room.online = false;
    assert.equal(servers.mayHostOn, false, 'it is this machine that is alone');
    room.online = true;
    room.present = [alice, bob, carol];
    assert.equal(servers.mayHostOn, false, 'the host is here');
    room.present = [address('zoe', 0), bob];
    assert.equal(servers.mayHostOn, false, 'somebody is elder');
    room.present = [bob, carol];
    servers.onServer(true);
    assert.equal(servers.mayHostOn, false, 'there is a server');
    servers.dispose();
  });

  it('asks at once where the host has said good-bye, and who runs the next server is waited for again', () => {
    const { servers, room } = make([bob, carol]);
    servers.onTold(alice.id, MOVED);
    servers.onLeft(carol.id);
    servers.onServer(false);
    assert.equal(servers.mayHostOn, false, 'it was not Carol who ran it');
    servers.onLeft(alice.id);
    assert.equal(servers.mayHostOn, true);
    servers.onServer(true);
    servers.onServer(false);
    assert.equal(servers.mayHostOn, false, 'there was one without her');
    const team = make([bob, carol]);
    team.servers.onLeft(alice.id);
    team.servers.onServer(false);
    assert.equal(team.servers.mayHostOn, false, 'that of a team is back by itself');
    team.servers.dispose();
    servers.onTold(carol.id, MOVED);
    room.present = [bob];
    assert.equal(servers.mayHostOn, false, 'she may be back in a moment');
    servers.dispose();
  });

  it('tells everybody where the new server is, also who comes later', async () => {
    const { servers, calls, sent } = make([bob, carol]);
    assert.equal(servers.greeting(), null);
    await servers.hostOn();
    assert.deepEqual(calls, ['hostOn {}']);
    assert.deepEqual(sent, [{ t: 'servers', urls: MOVED }]);
    assert.deepEqual(servers.greeting(), { t: 'servers', urls: MOVED });
  });

  it('tells who enters of the server that runs here, also when the page is a new one', () => {
    assert.deepEqual(make([bob, carol], 0, MOVED).servers.greeting(), { t: 'servers', urls: MOVED });
  });

  it('gives way to a server from before: everybody is told, and no newcomer that one runs here', async () => {
    const { servers, sent, calls } = make([bob, carol]);
    await servers.hostOn();
    servers.giveWay(['http://10.0.0.8:9001/']);
    assert.deepEqual(sent.at(-1), { t: 'servers', urls: ['http://10.0.0.8:9001/'], elsewhere: true });
    assert.equal(servers.greeting(), null);
    servers.onServer(false);
    assert.match(calls.at(-1) ?? '', /serversChanged.*10\.0\.0\.8/u, 'the own one has ended');
    servers.dispose();
  });

  it('follows who gives way, and takes their machine for moved no more', async () => {
    const { servers, calls, moves } = make();
    servers.onTold(carol.id, MOVED);
    await turn();
    servers.onGaveWay(alice.id, ['http://10.0.0.9:9001/']);
    assert.equal(calls.length, 1, 'she does not run it');
    servers.onGaveWay(carol.id, ['http://10.0.0.8:9001/']);
    assert.match(calls.at(-1) ?? '', /10\.0\.0\.8/u);
    await turn();
    assert.equal(moves.length, 1, 'that is for who runs it');
    servers.dispose();
  });

  it('asks nobody to host on while who runs the server is here, and somebody when they have left', async () => {
    const { servers, room } = make([bob, carol]);
    servers.onTold(carol.id, MOVED);
    servers.onServer(false);
    const other = make([bob]);
    other.servers.onServer(false);
    await until(() => other.servers.mayHostOn, 'the time for asking has come');
    assert.equal(servers.mayHostOn, false, 'Carol starts hers again');
    room.present = [
      { ...alice, ordinal: 1 },
      { ...bob, ordinal: 0 },
    ];
    await until(() => servers.mayHostOn, 'also while the host of the beginning is here');
    servers.giveWay(MOVED);
    assert.equal(servers.mayHostOn, false, 'she has come back with hers');
    for (const one of [servers, other.servers]) one.dispose();
  });

  it('starts one server at a time, and says when none can be started', async () => {
    const { servers, calls, sent, problems, failures } = make([bob, carol], Infinity);
    await Promise.all([servers.hostOn(), servers.hostOn()]);
    assert.deepEqual([calls.length, sent.length, failures.length], [1, 0, 1]);
    servers.onServer(false);
    servers.onTold(alice.id, MOVED);
    await turn();
    assert.deepEqual([problems.length, failures.length], [1, 1]);
    servers.dispose();
  });
});
