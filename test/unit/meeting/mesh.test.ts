import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { LinkMessage } from '../../../src/shared/protocol.ts';
import { EnterError } from '../../../src/webview/meeting/entry.ts';
import { BrokerError } from '../../../src/webview/rtc/broker.ts';
import { HandshakeError } from '../../../src/webview/rtc/handshake.ts';
import { HEARTBEAT_TIMES } from '../../../src/webview/rtc/heartbeat.ts';
import type { Identity } from '../../../src/webview/rtc/identity.ts';
import { turn } from '../rtc/fakeConnection.ts';
import { makeIdentity } from '../rtc/identities.ts';
import { until } from '../rtc/until.ts';
import { answer, OTHER_SECRET, Person, ROOM, stateOf, visit } from './people.ts';
import { roomOfEachTest } from './room.ts';

/** Nothing is closed for being late, and nobody missed because this process has much to do. */
const PATIENT = { admission: 60_000, heartbeat: { ...HEARTBEAT_TIMES, quiet: 60_000, deadline: 90_000 } };

const enterAs = (name: string, ordinal: number): LinkMessage => ({
  t: 'enter',
  ordinal,
  state: stateOf(name),
  chatSeen: 0,
});

/** An identity whose id is as it has to be for the test. */
async function identityThat(fits: (id: string) => boolean): Promise<Identity> {
  for (;;) {
    const identity = await makeIdentity();
    if (fits(identity.id)) return identity;
  }
}

describe('Mesh', () => {
  const room = roomOfEachTest();
  const { open, enter, host, three } = room;

  it('lets everybody see the same room.people, in the order they came', async () => {
    const alice = await host();
    const guests = await Promise.all(['Bob', 'Carol', 'Dave', 'Erin'].map((name) => enter(name)));
    await until(() => [alice, ...guests].every(({ mesh }) => mesh.members.length === 4), 'all see all');
    await Person.agree(guests, alice.roster);
    assert.match(alice.roster, /^Alice@0 \w+@1 \w+@2 \w+@3 \w+@4$/);
    for (const person of room.people) {
      assert.deepEqual(
        person.log.toSorted(),
        room.people
          .filter((other) => other !== person)
          .map(({ name }) => `${name} entered`)
          .toSorted(),
      );
      for (const other of room.people)
        if (other !== person) assert.equal(person.endsTo(other).length, 1, 'one link a pair');
    }
  });

  it('waits at a door that nobody has opened', async () => {
    const bob = await open('Bob');
    const entering = bob.enter();
    await until(() => bob.waited > 2, 'Bob waits');
    const alice = await host();
    await entering;
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
  });

  it('believes what somebody says of themselves, and hands on the chat that was missed', async () => {
    const alice = await host();
    alice.say('before Bob');
    const bob = await enter('Bob');
    await until(() => bob.chat.length === 1, 'the line from before');
    alice.state = stateOf('Alice B.');
    alice.mesh.broadcast({ t: 'state', state: alice.state });
    bob.say('hello');
    await until(() => alice.chat.length === 1 && bob.log.includes('Alice is Alice B.'), 'both heard');
    assert.deepEqual([bob.chat, alice.chat], [['before Bob'], ['hello']]);
  });

  it('says to each what is for them, from the first word on, and hands on what concerns lanes', async () => {
    const alice = await host();
    alice.stateTo = (to) => stateOf(`Alice to ${to.slice(0, 4)}`);
    const bob = await enter('Bob');
    await until(() => bob.mesh.members.length === 1, 'Bob knows Alice');
    const heard = bob.mesh.member(alice.identity.id);
    assert.equal(heard?.state.name, `Alice to ${bob.identity.id.slice(0, 4)}`);
    heard.link.send({ t: 'lane', lane: 2, mine: true, signal: { kind: 'close' } });
    await until(() => alice.log.includes('lane 2'), 'Alice heard of the lane');
  });

  it('turns away who does not hold the secret, and says so', async () => {
    const alice = await host();
    const mallory = await open('Mallory', { secret: OTHER_SECRET });
    await assert.rejects(
      mallory.enter(),
      (error) => error instanceof EnterError && error.problem === 'secret',
    );
    await until(() => alice.strangers === 1, 'Alice is told');
    assert.deepEqual([alice.log, alice.mesh.members.length], [[], 0]);
  });

  it('lets nobody near before it is in itself', async () => {
    const bob = await open('Bob');
    await until(() => room.server.knows(bob.peer), 'Bob can be called');
    // Whoever was quicker: the refusal is read, or the link was closed before its proof was checked.
    const heard = await visit(room.server, bob.peer).then(
      async (visitor) => {
        visitor.link.send(enterAs('Eve', 5));
        await until(() => visitor.ends.length > 0, 'the link is closed');
        return visitor.heard;
      },
      (error: unknown) => {
        assert.ok(error instanceof HandshakeError && error.reason === 'closed', String(error));
        return [{ t: 'refuse', reason: 'not-the-door' }];
      },
    );
    assert.deepEqual(heard, [{ t: 'refuse', reason: 'not-the-door' }]);
    assert.deepEqual(bob.log, []);
  });

  it('tells who comes from who was found here', async () => {
    const [alice, bob, carol] = await three();
    assert.deepEqual([alice.found, bob.found, carol.found], [[], ['Alice'], ['Alice', 'Bob']]);
    await bob.mesh.leave(false);
    await until(() => carol.log.includes('Bob left'), 'Bob has left');
    room.people = [alice, carol];
    await enter('Bob', { identity: bob.identity });
    await until(() => carol.log.filter((line) => line === 'Bob entered').length === 2, 'Bob is here again');
    assert.deepEqual(carol.found, ['Alice', 'Bob'], 'who left and comes again is new');
  });

  it('reads nothing from who has not entered, and takes one enter a link', async () => {
    const alice = await host();
    const visitor = await visit(room.server, alice.peer);
    const said = { t: 'chat', entry: { seq: 1, lamport: 1, sentAt: 1, text: 'too early' } } as const;
    visitor.link.send(said);
    visitor.link.send({ t: 'leave' });
    visitor.link.send(enterAs('Eve', 5));
    visitor.link.send(enterAs('Eva', 0));
    visitor.link.send({ ...said, entry: { ...said.entry, text: 'in time' } });
    await until(() => alice.chat.length === 1, 'a line');
    assert.deepEqual([alice.chat, alice.log, alice.roster], [['in time'], ['Eve entered'], 'Alice@0 Eve@5']);
    assert.ok(alice.problems.includes('an enter out of place was dropped'));
  });

  it('closes a link on which nobody enters', async () => {
    const alice = await host();
    const bob = await enter('Bob', { times: { admission: 5 } });
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    const visitor = await visit(room.server, bob.peer);
    await until(() => visitor.ends.length > 0, 'the link is closed');
    assert.deepEqual(bob.log, ['Alice entered'], 'Alice stays');
  });

  it('keeps the newer of two links to the same page, from its enter on', async () => {
    const alice = await host({ times: PATIENT });
    const identity = await identityThat((id) => id > alice.identity.id);
    const first = await visit(room.server, alice.peer, { identity });
    first.link.send(enterAs('Bob', 1));
    await Person.agree([alice], 'Alice@0 Bob@1');
    const second = await visit(room.server, alice.peer, { identity: first.identity });
    second.link.send({ t: 'chat', entry: { seq: 1, lamport: 1, sentAt: 1, text: 'too early' } });
    second.link.send(enterAs('Bob', 1));
    await until(() => first.ends.length > 0, 'the older link is closed');
    assert.deepEqual([alice.log, alice.roster], [['Bob entered', 'Bob returned'], 'Alice@0 Bob@1']);
    alice.say('once');
    await until(() => second.heard.some(({ t }) => t === 'chat'), 'the newer link is used');
    assert.deepEqual([second.ends, alice.chat], [[], []]);
  });

  it('leaves it to the smaller id to close one of two links, speaks on the newer, and hears both', async () => {
    const alice = await host({ times: PATIENT });
    const identity = await identityThat((id) => id < alice.identity.id);
    const first = await visit(room.server, alice.peer, { identity });
    first.link.send(enterAs('Bob', 1));
    await Person.agree([alice], 'Alice@0 Bob@1');
    const second = await visit(room.server, alice.peer, { identity });
    second.link.send(enterAs('Bob', 1));
    await until(() => alice.log.includes('Bob returned'), 'the newer link is there');
    const line = (seq: number): LinkMessage => ({
      t: 'chat',
      entry: { seq, lamport: seq, sentAt: 1, text: `line ${String(seq)}` },
    });
    first.link.send(line(1));
    await until(() => alice.chat.length === 1, 'heard on the older');
    first.link.send({ t: 'state', state: stateOf('Bobby') });
    first.link.send(line(2));
    await until(() => alice.chat.length === 2, 'what was said before that');
    assert.equal(alice.roster, 'Alice@0 Bob@1', 'the newer link says how they are');
    second.link.close();
    await until(
      () => alice.log.includes('Bob is Bobby') || alice.log.at(-1) === 'Bobby returned',
      'the older serves',
    );
    alice.say('to the older');
    await until(() => first.heard.some(({ t }) => t === 'chat'), 'spoken to on the older');
    assert.deepEqual([first.ends, alice.roster], [[], 'Alice@0 Bobby@1']);
    assert.ok(!alice.log.some((entry) => entry.endsWith('away')), 'nobody was missed');
  });

  it('tells a newcomer what has changed since its own enter', async () => {
    const alice = await host();
    const bob = await visit(room.server, alice.peer);
    await until(() => bob.heard.some(({ t }) => t === 'enter'), 'Alice has entered');
    alice.state = { ...alice.state, hand: true };
    alice.mesh.broadcast({ t: 'state', state: alice.state });
    bob.link.send(enterAs('Bob', 1));
    await until(() => bob.heard.some(({ t }) => t === 'state'), 'a state');
    const told = bob.heard.find((message) => message.t === 'state');
    assert.equal(told?.state.hand, true);
  });

  it('goes by the place that the door gave, not by the one that is claimed', async () => {
    const alice = await host();
    const bob = await visit(room.server, ROOM);
    bob.link.send({ t: 'knock', name: 'Bob' });
    await until(() => bob.heard.some(({ t }) => t === 'welcome'), 'welcome');
    bob.link.send(enterAs('Bob', 0));
    await Person.agree([alice], 'Alice@0 Bob@1');
  });

  it('calls at once whom the door tells of, and takes nobody else in their place', async () => {
    const [keeper, expected, other] = [await makeIdentity(), await makeIdentity(), await makeIdentity()];
    const [at, honest] = ['c'.repeat(32), 'd'.repeat(32)];
    /** Somebody who can be called, and enters on each link. */
    const seat = (id: string, identity: Identity, name: string): Promise<unknown> =>
      room.server.connect({
        id,
        onServer: () => undefined,
        onLink: (raw) => {
          answer(raw, identity, id).then(
            ({ link }) => link.send(enterAs(name, name === 'Carol' ? 1 : 2)),
            () => undefined, // Refused, as it should be.
          );
        },
      });
    await seat(at, other, 'Mallory');
    await seat(honest, other, 'Carol');
    const members = [
      { id: expected.id, peer: at, ordinal: 2 },
      { id: other.id, peer: honest, ordinal: 1 },
    ];
    await room.server.connect({
      id: ROOM,
      onServer: () => undefined,
      onLink: (raw) => {
        void answer(raw, keeper, ROOM).then(({ link }) =>
          link.send({ t: 'welcome', ordinal: 9, members, startedAt: 7 }),
        );
      },
    });
    const bob = await enter('Bob');
    await until(
      () => bob.log.length > 0 && bob.problems.includes('a member could not be called'),
      'both answered',
    );
    assert.deepEqual(bob.log, ['Carol entered']);
  });

  it('follows no rumour of a page that was left or replaced', async () => {
    const zoe = await open('Zoe', { mayOpen: true });
    await zoe.enter({ ordinal: 9, startedAt: 7 });
    const pages = ['1', '2', '3', '4'].map((digit) => digit.repeat(32));
    const called: string[] = [];
    for (const id of pages) {
      await room.server.connect({ id, onLink: () => called.push(id), onServer: () => undefined });
    }
    const [old, fresh, left, unknown] = pages;
    const bob = await visit(room.server, zoe.peer, { peer: old });
    bob.link.send(enterAs('Bob', 1));
    const again = await visit(room.server, zoe.peer, { peer: fresh, identity: bob.identity });
    again.link.send(enterAs('Bob', 1));
    const carol = await visit(room.server, zoe.peer, { peer: left });
    carol.link.send(enterAs('Carol', 2));
    carol.link.send({ t: 'leave' });
    await until(() => zoe.log.includes('Bob returned') && zoe.log.includes('Carol left'), 'both happened');
    const rumours = [
      { id: bob.identity.id, peer: old ?? '', ordinal: 1 },
      { id: carol.identity.id, peer: left ?? '', ordinal: 2 },
      { id: (await makeIdentity()).id, peer: unknown ?? '', ordinal: 3 },
    ];
    again.link.send({ t: 'members', members: rumours });
    await until(() => called.length > 0, 'the one who is not here yet is called');
    assert.deepEqual(called, [unknown]);
  });

  it('keeps a member whose link was lost, and finds them again', async () => {
    const [alice, bob, carol] = await three();
    bob.cutFrom(carol);
    await until(() => bob.log.includes('Carol away') && carol.log.includes('Bob away'), 'both noticed');
    assert.deepEqual([bob.roster, carol.roster], [alice.roster, alice.roster], 'they stay in the meeting');
    await until(() => [bob, carol].every(({ mesh }) => mesh.members.every(({ away }) => !away)), 'found');
    assert.deepEqual([bob.log.at(-1), carol.log.at(-1)], ['Carol returned', 'Bob returned']);
    assert.deepEqual(alice.log, ['Bob entered', 'Carol entered'], 'Alice noticed nothing');
    bob.say('over the new link');
    await until(() => carol.chat.length === 1 && alice.chat.length === 1, 'heard');
  });

  it('shows who is silent as reconnecting, and says nothing of it when they are heard again', async () => {
    const [alice, bob] = [await host(), await enter('Bob')];
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    const ends = [...alice.endsTo(bob), ...bob.endsTo(alice)];
    for (const { channels } of ends) for (const channel of channels) channel.delivers = false;
    await until(() => alice.log.includes('Bob away') && bob.log.includes('Alice away'), 'both noticed');
    assert.ok(
      ends.some(({ restarts }) => restarts > 0),
      'another route is looked for on the link',
    );
    alice.offline = bob.offline = true;
    room.server.drop([alice.peer, bob.peer, ROOM]);
    for (const { channels } of ends) for (const channel of channels) channel.delivers = true;
    await until(() => alice.log.includes('Bob heard') && bob.log.includes('Alice heard'), 'heard again');
    assert.deepEqual([alice.roster, bob.roster], ['Alice@0 Bob@1', 'Alice@0 Bob@1']);
  });

  it('calls who was lost as soon as there is a server again', async () => {
    const long = 600_000;
    const times = { callPauses: [long, long], aloneAfter: long, reunion: long, grace: long } as const;
    const [alice, bob] = [await host({ times }), await enter('Bob', { times })];
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    room.server.stop();
    alice.cutFrom(bob);
    await until(() => bob.problems.length > 0 && alice.problems.length > 0, 'both called in vain');
    const isBack = (): boolean => alice.log.includes('Bob returned') && bob.log.includes('Alice returned');
    assert.ok(!isBack());
    room.server.start();
    await until(isBack, 'they are found again');
  });

  it('calls whom it does not reach from another address, without waiting for a silence', async () => {
    const long = 600_000;
    const times = {
      heartbeat: { interval: long, quiet: long, deadline: 2 * long },
      redial: long,
      elderPatience: long,
      grace: long,
    };
    const [alice, bob, carol] = await three({ times });
    for (const end of [...bob.endsTo(alice), ...alice.endsTo(bob)]) {
      for (const channel of end.channels) channel.delivers = false;
    }
    bob.mesh.networkChanged(false);
    await until(() => bob.log.includes('Alice away'), 'it is noticed');
    await until(() => bob.log.includes('Alice returned'), 'they are found again');
    bob.say('from elsewhere');
    await until(() => [alice, carol].every(({ chat }) => chat.length > 0), 'both hear it');
    assert.ok(!bob.log.includes('Carol away'), 'who answers is not missed');
  });

  it('takes its door back at once when the network may be better', async () => {
    const alice = await host({ times: { serverPauses: [600_000, 600_000] } });
    room.server.drop([ROOM]);
    await turn();
    assert.equal(room.server.knows(ROOM), false);
    alice.mesh.retryNow();
    await until(() => room.server.knows(ROOM), 'the door is hers again');
  });

  it('waits for a member until the grace is over, and for no longer', async () => {
    const [alice, bob, carol] = await three({ times: { absentGrace: 10_000 } });
    const noticed = (): number[] => [alice, bob].map(({ log }) => log.indexOf('Carol away'));
    carol.kill();
    room.people.splice(room.people.indexOf(carol), 1);
    await until(() => noticed().every((at) => at >= 0), 'both noticed');
    const since = performance.now();
    assert.deepEqual([alice.roster, bob.roster], Array(2).fill('Alice@0 Bob@1 Carol@2'));
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    const waited = performance.now() - since;
    assert.ok(waited > 350, `for ${String(waited)} ms`);
    assert.deepEqual([alice.log.at(-1), bob.log.at(-1)], ['Carol lost', 'Carol lost']);
  });

  it('waits less for a page that the server does not know either', async () => {
    const [alice, bob, carol] = await three({ times: { grace: 60_000 } });
    carol.kill();
    room.people.splice(room.people.indexOf(carol), 1);
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
  });

  it('keeps a member whom somebody else reaches, however long that takes', async () => {
    const [alice, bob, carol] = await three({ times: { grace: 20, absentGrace: 20, elderPatience: 60_000 } });
    carol.offline = true;
    room.server.drop([carol.peer]);
    bob.cutFrom(carol);
    await until(() => bob.log.includes('Carol away'), 'noticed');
    await until(() => bob.problems.filter((what) => what.includes('called')).length >= 0, 'tried');
    await new Promise((resolve) => {
      setTimeout(resolve, 120);
    });
    assert.deepEqual(
      [alice, bob, carol].map(({ roster }) => roster),
      Array(3).fill('Alice@0 Bob@1 Carol@2'),
    );
    carol.offline = false;
    await until(() => bob.log.includes('Carol returned'), 'found again');
  });

  it('finds a member again without a server, through somebody whom both reach', async () => {
    const [alice, bob, carol] = await three();
    room.server.stop();
    const { length } = room.server.wires;
    bob.cutFrom(carol);
    bob.say('written meanwhile');
    await until(() => bob.log.includes('Carol returned') && carol.log.includes('Bob returned'), 'found');
    assert.equal(room.server.wires.length, length, 'without the server');
    assert.deepEqual([bob.relayed.length > 0, carol.relayed.length > 0, alice.relayed], [true, true, []]);
    await until(() => carol.chat.includes('written meanwhile'), 'the line that was missed');
    assert.deepEqual(alice.log, ['Bob entered', 'Carol entered'], 'Alice noticed nothing');
  });

  it('lets the elder call where the younger cannot', async () => {
    const [alice, bob] = [await host(), await enter('Bob')];
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    const calls = room.server.wires.length;
    bob.mesh.member(alice.identity.id)?.link.close();
    await until(() => alice.log.includes('Bob returned'), 'found again');
    assert.ok(
      room.server.wires.slice(calls).some(({ from }) => from === alice.peer),
      'it was Alice who called',
    );
  });

  it('lets go of who left, without calling them again', async () => {
    const [alice, bob, carol] = await three();
    await carol.mesh.leave(false);
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    assert.deepEqual([alice.log.at(-1), bob.log.at(-1)], ['Carol left', 'Carol left']);
    for (const { problems } of [alice, bob]) assert.ok(!problems.includes('a member could not be called'));
  });

  it('sees one person, not two, when a killed page comes back under the same identity', async () => {
    const [alice, bob, carol] = await three({ times: PATIENT });
    carol.kill();
    room.people.splice(room.people.indexOf(carol), 1);
    const { identity, place } = carol;
    const again = await (await open('Carol', { identity, mayOpen: true })).enter(place);
    await Person.agree([alice, bob, again], 'Alice@0 Bob@1 Carol@2');
    assert.deepEqual([alice.log.at(-1), bob.log.at(-1)], ['Carol returned', 'Carol returned']);
    for (const person of [alice, bob]) {
      assert.equal(person.mesh.member(identity.id)?.address.peer, again.peer, 'it is the new page');
      for (const end of person.endsTo(carol)) await until(() => end.connectionState === 'closed', 'no ghost');
    }
    again.say('I am back');
    await until(() => alice.chat.length + bob.chat.length === 2, 'heard by both');
  });

  it('stays with the new page while the old one lives on, misses everybody and calls', async () => {
    const [alice, bob, carol] = await three();
    const { identity, place } = carol;
    const again = await (await open('Carol', { identity, mayOpen: true })).enter(place);
    await Person.agree([alice, bob, again], 'Alice@0 Bob@1 Carol@2');
    const [calls, answers] = [room.server.wires.length, carol.log.length];
    await until(
      () => room.server.wires.slice(calls).filter(({ from }) => from === carol.peer).length > 3,
      'the old page calls again and again',
    );
    assert.ok(!carol.log.slice(answers).some((line) => line.endsWith('returned')), 'nobody enters there');
    for (const person of [alice, bob]) {
      assert.equal(person.mesh.member(identity.id)?.address.peer, again.peer, 'it is the new page');
      assert.equal(person.log.filter((line) => line === 'Carol returned').length, 1, 'once');
    }
    again.say('I am back');
    await until(() => alice.chat.length + bob.chat.length === 2, 'heard by both');
  });

  it('heeds an end of the host alone', async () => {
    const [alice, bob, carol] = await three();
    bob.mesh.broadcast({ t: 'end' });
    await until(() => carol.problems.length > 0, 'Carol ignores it');
    assert.deepEqual([alice.log.includes('ended'), carol.log.includes('ended')], [false, false]);
    await alice.mesh.leave(true);
    await until(() => bob.log.includes('ended') && carol.log.includes('ended'), 'it is over');
  });

  it('hands the door to the eldest when its keeper leaves', async () => {
    const [alice, bob, carol] = await three();
    await alice.mesh.leave(false);
    await Person.agree([bob, carol], 'Bob@1 Carol@2');
    const dave = await enter('Dave');
    await Person.agree([bob, carol, dave], 'Bob@1 Carol@2 Dave@3');
    assert.equal(bob.endsTo(dave).length, 1, 'it was Bob who opened');
    assert.equal(room.server.wires.findLast(({ caller }) => caller.called === ROOM)?.from, dave.peer);
  });

  it('hands the door on before its keeper, who is gone without a word, is given up', async () => {
    const [alice, bob, carol] = await three({ times: { grace: 60_000, absentGrace: 60_000 } });
    alice.kill();
    room.people.splice(room.people.indexOf(alice), 1);
    const dave = await enter('Dave');
    await until(() => dave.mesh.members.length === 2, 'Dave is in');
    assert.ok(bob.log.includes('Alice away') && !bob.log.includes('Alice lost'), 'Alice is waited for');
    await Person.agree([bob, carol], 'Alice@0 Bob@1 Carol@2 Dave@3');
  });

  it('finds everybody again when it was cut off for a moment', async () => {
    const [alice, bob, carol] = await three();
    carol.cutFrom(alice);
    carol.cutFrom(bob);
    await until(() => carol.log.filter((line) => line.endsWith('away')).length === 2, 'Carol is alone');
    await until(() => carol.log.filter((line) => line.endsWith('returned')).length >= 2, 'and is not');
    await Person.agree([alice, bob, carol], 'Alice@0 Bob@1 Carol@2');
  });

  it('finds the way back in after a sleep so long that nobody calls any more and somebody else has the door', async () => {
    const [alice, bob, carol] = await three();
    alice.sleep([bob, carol]);
    await Person.agree([bob, carol], 'Bob@1 Carol@2');
    await until(() => room.server.knows(ROOM), 'Bob has the door');
    alice.offline = false;
    // By the door she has a new place, by a call of her own the one she had.
    const agreed = (): boolean =>
      new Set([alice, bob, carol].map(({ roster }) => roster)).size === 1 && alice.mesh.members.length === 2;
    await until(agreed, 'all agree');
  });

  it('opens the door again after everybody slept', async () => {
    const [alice, bob] = [await host(), await enter('Bob')];
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    alice.sleep([bob]);
    bob.sleep([alice]);
    await until(() => alice.log.includes('Bob lost') && bob.log.includes('Alice lost'), 'both gave up');
    bob.offline = false;
    await until(() => room.server.knows(ROOM), 'Bob has the door');
    alice.offline = false;
    await until(
      () => alice.mesh.members.length === 1 && bob.mesh.members.length === 1,
      'one meeting, not two',
    );
  });

  it('follows a member to a later place, by their own word', async () => {
    const alice = await host();
    const bob = await visit(room.server, alice.peer, { peer: 'b'.repeat(32) });
    bob.link.send(enterAs('Bob', 1));
    await Person.agree([alice], 'Alice@0 Bob@1');
    const tell = (id: string, ordinal: number): void =>
      bob.link.send({ t: 'members', members: [{ id, peer: 'b'.repeat(32), ordinal }] });
    tell(bob.identity.id, 5);
    await Person.agree([alice], 'Alice@0 Bob@5');
    tell(bob.identity.id, 3);
    tell((await makeIdentity()).id, 9);
    bob.link.send({ t: 'chat', entry: { seq: 1, lamport: 1, sentAt: 1, text: 'all was read' } });
    await until(() => alice.chat.length === 1, 'all was read');
    assert.equal(alice.roster, 'Alice@0 Bob@5');
  });

  it('becomes one meeting again after a network had cut it in two for long', async () => {
    const short = { times: { grace: 40, absentGrace: 40 } };
    const [alice, bob, carol] = await three(short);
    const dave = await enter('Dave', short);
    const four = [alice, bob, carol, dave];
    await until(() => four.every(({ mesh }) => mesh.members.length === 3), 'all are in');
    const here = new Set([alice.peer, bob.peer, ROOM]);
    const real = room.server.call.bind(room.server);
    let lastCall = performance.now();
    room.server.call = (called, from) => {
      if (here.has(called) === here.has(from ?? '')) return real(called, from);
      if (called !== ROOM) lastCall = performance.now();
      return Promise.reject(new BrokerError('timeout'));
    };
    for (const one of [alice, bob]) for (const other of [carol, dave]) one.cutFrom(other);
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    await Person.agree([carol, dave], 'Carol@2 Dave@3');
    await until(() => performance.now() - lastCall > 100, 'nobody calls any more');
    room.server.call = real;
    const agreed = (): boolean =>
      new Set(four.map(({ roster }) => roster)).size === 1 &&
      four.every(({ mesh }) => mesh.members.length === 3);
    await until(agreed, 'one meeting');
  });

  it('goes on without the server, and lets people in again when it is back', async () => {
    const [alice, bob, carol] = await three();
    room.server.stop();
    alice.say('still here');
    await until(() => bob.chat.length === 1 && carol.chat.length === 1, 'heard');
    const dave = await open('Dave');
    const entering = dave.enter();
    await turn();
    assert.deepEqual(
      [alice.log, bob.log].map((log) => log.length),
      [2, 2],
      'nobody was lost',
    );
    room.server.start();
    await entering;
    await Person.agree([alice, bob, carol, dave], 'Alice@0 Bob@1 Carol@2 Dave@3');
  });

  it('lets a guest in while people without the secret hold and flood all places', async () => {
    const alice = await host();
    const called = [ROOM, alice.peer];
    for (let stranger = 0; stranger < 40; stranger++) await room.server.call(called[stranger % 2] ?? ROOM);
    const flood = { on: true, calls: 0 };
    const flooding = (async () => {
      while (flood.on) {
        await room.server.call(called[++flood.calls % 2] ?? ROOM);
        await new Promise((resolve) => {
          setTimeout(resolve, 4);
        });
      }
    })();
    const bob = await enter('Bob');
    await Person.agree([alice, bob], 'Alice@0 Bob@1');
    flood.on = false;
    await flooding;
    const held = (): number =>
      room.server.wires.filter(
        ({ from, calleeEnd }) => from === 'nobody' && calleeEnd.connectionState !== 'closed',
      ).length;
    await until(() => held() <= 16, 'the oldest strangers are gone');
    const crowded = alice.problems.filter((what) => what.includes('too many'));
    assert.equal(crowded.length, 1, 'it is said once');
  });

  it('is gone once it has left, also on the way in', async () => {
    const identity = await makeIdentity();
    const bob = await open('Bob', { identity });
    const entering = bob.enter();
    await until(() => bob.waited > 0, 'Bob waits');
    await bob.mesh.leave(false);
    await assert.rejects(entering, (error) => error instanceof EnterError && error.problem === 'left');
    assert.equal(room.server.knows(bob.peer), false);
  });
});
