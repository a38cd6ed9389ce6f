import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import { withResolvers } from '../../../src/shared/withResolvers.ts';
import { comeBack } from '../../../src/webview/meeting/comeBack.ts';
import { EnterError } from '../../../src/webview/meeting/entry.ts';
import type { Place } from '../../../src/webview/meeting/member.ts';
import { wait } from '../../../src/webview/meeting/wait.ts';
import { turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';
import { Person, type PersonChange, ROOM } from './people.ts';
import { roomOfEachTest } from './room.ts';

const BEFORE: Place = { ordinal: 0, startedAt: 7 };
const LATER: Place = { ordinal: 3, startedAt: 7 };

const over = new AbortController();

/** Somebody who comes back; the test says what they meet. */
function make(patience = 60_000) {
  const seen = { doors: 0, late: [] as Place[], problems: 0 };
  const revisited = withResolvers<boolean>();
  const met = withResolvers<Place>();
  const door = withResolvers<Place>();
  let needed = true;
  const back = comeBack({
    signal: over.signal,
    revisit: () => revisited.promise,
    met: met.promise,
    byDoor: (signal) => {
      seen.doors += 1;
      signal.addEventListener('abort', () => {
        needed = false;
      });
      return door.promise;
    },
    patience,
    onLate: (place) => seen.late.push(place),
    onProblem: () => {
      seen.problems += 1;
    },
  });
  return { back, seen, revisited, met, door, isNeeded: () => needed };
}

describe('coming back', () => {
  // Patience that nobody needs any more would keep the tests' process waiting.
  after(() => over.abort());

  it('goes by those who were there, and leaves the door alone', async () => {
    const { back, seen, revisited, met } = make();
    revisited.resolve(true);
    await turn();
    met.resolve(BEFORE);
    assert.equal(await back, BEFORE);
    await turn();
    assert.equal(seen.doors, 0);
  });

  it('goes to the door at once when none of them can be called', async () => {
    const { back, seen, revisited, door } = make();
    revisited.resolve(false);
    door.resolve(LATER);
    assert.equal(await back, LATER);
    assert.deepEqual([seen.doors, seen.late], [1, []]);
  });

  it('tries the door as well when they let wait for themselves, and takes who comes first', async () => {
    const { back, seen, met, door, isNeeded } = make(5);
    await until(() => seen.doors === 1, 'the door is tried');
    met.resolve(BEFORE);
    assert.equal(await back, BEFORE);
    assert.equal(isNeeded(), false, 'the door is not looked for any longer');
    door.resolve(LATER);
    await until(() => seen.late.length === 1, 'its place counts all the same');
    assert.deepEqual([seen.late, seen.problems], [[LATER], 0]);
  });

  it('is refused by the door only while nobody is met', async () => {
    const refused = make();
    refused.revisited.resolve(false);
    refused.door.reject(new EnterError('no-connection'));
    await assert.rejects(refused.back, EnterError);
    const { back, seen, met, door } = make(5);
    await until(() => seen.doors === 1, 'the door is tried');
    met.resolve(BEFORE);
    door.reject(new EnterError('left'));
    assert.equal(await back, BEFORE);
    assert.equal(seen.problems, 0);
  });
});

describe('a page that is loaded anew', () => {
  const room = roomOfEachTest();
  const { open } = room;
  const three = (times: NonNullable<PersonChange['times']>) => room.three({ times });

  /** The next page of somebody, who remembers whom they were with. */
  async function again({ identity, place, name, mesh }: Person, times: PersonChange['times'] = {}) {
    const known = mesh.members.map(({ address }) => address);
    const page = await open(name, { identity, mayOpen: true, times });
    return { page, entering: page.enter(place, known) };
  }

  const LONG = { grace: 60_000, absentGrace: 60_000 };

  it('is one person all along, who has not left', async () => {
    const [alice, bob, carol] = await three({ ...LONG, unloadGrace: 60_000 });
    alice.unload();
    await until(() => bob.log.includes('Alice away') && carol.log.includes('Alice away'), 'both know');
    assert.equal(bob.roster, 'Alice@0 Bob@1 Carol@2');
    const { page, entering } = await again(alice);
    await entering;
    await Person.agree([page, bob, carol], 'Alice@0 Bob@1 Carol@2');
    for (const { log } of [bob, carol]) {
      assert.ok(!log.includes('Alice left') && !log.includes('Alice lost'), log.join());
      assert.equal(log.at(-1), 'Alice returned');
    }
  });

  it('hears of those it knew as of anybody when they come much later', async () => {
    const [alice, bob, carol] = await three({ ...LONG, unloadGrace: 100 });
    alice.unload();
    carol.unload();
    await Person.agree([bob], 'Bob@1');
    const { page, entering } = await again(alice, { grace: 5 });
    await entering;
    await Person.agree([page, bob], 'Alice@0 Bob@1');
    // Begun after the page's own wait, and longer.
    await wait(6, new AbortController().signal);
    await (await open('Carol', { identity: carol.identity })).enter();
    await until(() => page.log.includes('Carol entered'), 'Carol is in again');
    assert.deepEqual(page.found, ['Bob']);
  });

  it('has left when no other one comes for it, whatever the server says', async () => {
    const [alice, bob, carol] = await three({ ...LONG, unloadGrace: 100 });
    room.server.stop();
    alice.unload();
    await Person.agree([bob, carol], 'Bob@1 Carol@2');
    assert.deepEqual([bob.log.at(-1), carol.log.at(-1)], ['Alice left', 'Alice left']);
  });

  it('finds the others though they had to wait for the server, too, and nobody looks at the door', async () => {
    const times = { ...LONG, unloadGrace: 60_000, reunion: 600_000, knockPause: 600_000, revisit: 60_000 };
    const [alice, bob, carol] = await three(times);
    alice.unload();
    room.server.stop();
    await until(() => !room.server.knows(bob.peer), 'the server is gone');
    const { page, entering } = await again(alice, times);
    room.server.start();
    await entering;
    await Person.agree([page, bob, carol], 'Alice@0 Bob@1 Carol@2');
    await until(() => room.server.knows(ROOM), 'there is a door again');
  });

  it('goes in by the door where everybody it knew has another page', async () => {
    const [alice, bob, carol] = await three({ ...LONG, unloadGrace: 60_000 });
    const dave = await (await open('Dave')).enter();
    await until(() => dave.mesh.members.length === 3, 'Dave is in');
    alice.unload();
    bob.unload();
    carol.unload();
    await until(() => dave.mesh.members.every(({ away }) => away), 'Dave is alone');
    const pages = [await again(alice), await again(bob), await again(carol)];
    await Promise.all(pages.map(({ entering }) => entering));
    const all = [dave, ...pages.map(({ page }) => page)];
    await until(
      () => all.every(({ mesh }) => mesh.members.filter(({ away }) => !away).length === 3),
      'whole',
    );
  });
});
