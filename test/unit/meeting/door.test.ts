import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MAX_MEMBERS } from '../../../src/shared/limits.ts';
import type { LinkMessage, MemberAddress } from '../../../src/shared/protocol.ts';
import { Door } from '../../../src/webview/meeting/door.ts';
import type { Place } from '../../../src/webview/meeting/member.ts';
import { Registration } from '../../../src/webview/rtc/registration.ts';
import { until } from '../rtc/until.ts';
import { FakeLink } from './fakeLink.ts';
import { FakeServer } from './fakeServer.ts';

const ROOM = '0'.repeat(32);
const member = (name: string, ordinal: number): MemberAddress => ({
  id: name.padEnd(43, '-'),
  peer: name.padEnd(32, '0'),
  ordinal,
});
const alice = member('alice', 0);
const bob = member('bob', 1);

/** Alice's door. */
function make(server = new FakeServer(), patience = 1_000, pauses: readonly [number, number] = [1, 4]) {
  const room = { inside: [alice] as MemberAddress[], place: { ordinal: 0, startedAt: 7 } as Place | null };
  const welcomed: FakeLink[] = [];
  const registrations: Registration[] = [];
  const door = new Door<FakeLink>({
    register: () => {
      const seat = { id: ROOM, onLink: () => undefined, onServer: () => undefined };
      const registration = new Registration(server.connect, seat, pauses);
      registrations.push(registration);
      return registration;
    },
    place: () => room.place,
    inside: () => room.inside,
    onWelcomed: (link) => welcomed.push(link),
    patience,
    onProblem: () => undefined,
  });
  const knock = ({ id, peer }: MemberAddress): FakeLink => {
    const link = new FakeLink({ id, peer });
    door.answer(link);
    link.says({ t: 'knock', name: 'Somebody' });
    return link;
  };
  return { door, server, room, welcomed, knock, registrations };
}

const welcome = (ordinal: number, members: MemberAddress[]): LinkMessage => ({
  t: 'welcome',
  ordinal,
  members,
  startedAt: 7,
});

describe('Door', () => {
  it('is opened when it is free, and not when somebody has it', async () => {
    const { door, server } = make();
    assert.equal(await door.open(), true);
    assert.equal(await make(server).door.open(), false);
    assert.equal(await door.open(), true, 'it is ours already');
    door.dispose();
    assert.equal(server.knows(ROOM), false);
  });

  it('is not tried for any more by who did not get it', async () => {
    const { door, server } = make();
    await door.open();
    const late = make(server);
    assert.equal(await late.door.open(), false);
    assert.equal(await late.registrations[0]?.connected(), null, 'it was given up');
    late.room.inside = [bob];
    late.door.mind(bob.id, late.room.inside);
    assert.equal(await late.door.open(), false);
    assert.equal(await late.registrations[1]?.connected(), null, 'also by who was alone before');
    door.dispose();
    assert.equal(await late.door.open(), true, 'and may be tried for afresh');
    late.door.dispose();
  });

  it('is not ours any more once the server was lost', async () => {
    const { door, server } = make();
    await door.open();
    server.stop();
    assert.equal(await door.open(), false);
    server.start();
    const other = make(server);
    assert.equal(await other.door.open(), true);
    assert.equal(await door.open(), false, 'somebody else has it');
    other.door.dispose();
    assert.equal(await door.open(), true);
    door.dispose();
  });

  it('is tried for by the eldest until it is theirs, and by nobody else', async () => {
    const { door, server } = make();
    await door.open();
    const heir = make(server);
    heir.room.inside = [alice, bob];
    heir.door.mind(bob.id, heir.room.inside);
    heir.room.inside = [bob];
    heir.door.mind(bob.id, heir.room.inside);
    assert.equal(await heir.door.open(), false, 'it is not free yet');
    heir.door.mind(bob.id, heir.room.inside);
    door.dispose();
    await until(() => server.knows(ROOM), 'the eldest has the door');
    heir.door.dispose();
    assert.equal(server.knows(ROOM), false, 'it was theirs');
  });

  it('is tried for on, though it was just not free, when members have come meanwhile', async () => {
    const { door, server } = make();
    await door.open();
    const heir = make(server);
    heir.room.inside = [bob];
    const opening = heir.door.open();
    heir.door.mind(bob.id, heir.room.inside);
    assert.equal(await opening, false);
    door.dispose();
    await until(() => server.knows(ROOM), 'it is theirs');
    heir.door.dispose();
  });

  it('is tried for at once when the network may be better', async () => {
    const { door, server } = make();
    await door.open();
    const heir = make(server, 1_000, [600_000, 600_000]);
    heir.door.mind(bob.id, [bob]);
    await heir.registrations[0]?.first;
    door.dispose();
    heir.door.retryNow();
    await until(() => server.knows(ROOM), 'it is theirs');
    heir.door.dispose();
  });

  it('is not tried for any more when somebody elder is there', async () => {
    const { door, server } = make();
    await door.open();
    const heir = make(server);
    heir.room.inside = [bob];
    heir.door.mind(bob.id, heir.room.inside);
    heir.room.inside = [alice, bob];
    heir.door.mind(bob.id, heir.room.inside);
    door.dispose();
    assert.equal(await make(server).door.open(), true, 'nobody else wanted it');
  });

  it('stays with who has it, though somebody elder came back', async () => {
    const { door, server, room } = make();
    await door.open();
    room.inside = [member('older', 0), { ...alice, ordinal: 1 }];
    door.mind(alice.id, room.inside);
    assert.ok(server.knows(ROOM));
    door.dispose();
  });

  it('gives newcomers their places and tells them whom to call', () => {
    const { room, welcomed, knock } = make();
    const first = knock(bob);
    const second = knock(member('carol', 9));
    assert.deepEqual([first.sent, second.sent], [[welcome(1, [alice])], [welcome(2, [alice])]]);
    assert.deepEqual(welcomed, [first, second]);
    room.inside = [alice, { ...bob, ordinal: 1 }];
    assert.deepEqual(knock(member('dave', 9)).sent, [welcome(3, [alice, { ...bob, ordinal: 1 }])]);
  });

  it('gives who comes back the place they had, and does not send them to themselves', () => {
    const { room, knock } = make();
    room.inside = [alice, bob, member('carol', 5)];
    assert.deepEqual(knock({ ...bob, peer: 'new'.padEnd(32, '0') }).sent, [
      welcome(1, [alice, member('carol', 5)]),
    ]);
  });

  it('keeps a place for who has not entered yet, until they have or are gone', () => {
    const { door, knock } = make();
    knock(bob);
    assert.deepEqual(door.arrived(bob.id), { ...bob, ordinal: 1 });
    assert.equal(door.arrived(bob.id), undefined);
    assert.deepEqual(knock(member('carol', 9)).sent, [welcome(1, [alice])], 'the place is free again');
  });

  it('is closed to more people than a meeting holds, but not to those who have a place', () => {
    const { room, knock } = make();
    room.inside = [
      alice,
      ...Array.from({ length: MAX_MEMBERS - 2 }, (_, at) => member(`m${String(at)}`, at + 1)),
    ];
    const last = knock(bob);
    assert.equal(last.sent[0]?.t, 'welcome');
    const refused = knock(member('carol', 9));
    assert.deepEqual([refused.sent, refused.closed], [[{ t: 'refuse', reason: 'full' }], true]);
    assert.equal(knock(bob).sent[0]?.t, 'welcome');
    assert.equal(knock(member('m3', 0)).sent[0]?.t, 'welcome');
  });

  it('sends away who knocks before there is a meeting', () => {
    const { room, welcomed, knock } = make();
    room.place = null;
    assert.deepEqual(knock(bob).sent, [{ t: 'refuse', reason: 'not-the-door' }]);
    assert.equal(welcomed.length, 0);
  });

  it('does not wait for ever for a knock, and takes nothing else for one', async () => {
    const { door, welcomed } = make(new FakeServer(), 5);
    const link = new FakeLink(bob);
    door.answer(link);
    link.says({ t: 'leave' });
    await until(() => link.closed, 'the link is closed');
    assert.deepEqual([link.sent, welcomed], [[], []]);
  });
});
