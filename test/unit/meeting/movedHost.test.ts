import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';
import { Person, type PersonChange } from './people.ts';
import { roomOfEachTest } from './room.ts';

const LONG = 600_000;
/** Nobody is missed by a silence. */
const times = {
  heartbeat: { interval: LONG, quiet: LONG, deadline: 2 * LONG },
  redial: LONG,
  elderPatience: LONG,
  grace: LONG,
};

describe('a member who runs the server', () => {
  const room = roomOfEachTest();
  const two = (change: PersonChange['times'] = times) => room.two({ times: change });
  /** What Bob says to Alice is lost, and he hears her. */
  async function deafen(alice: Person, bob: Person): Promise<void> {
    for (const end of bob.endsTo(alice)) for (const channel of end.channels) channel.delivers = false;
    // What is on its way arrives.
    for (let n = 0; n < 5; n++) await turn();
  }

  it('is called when it has moved and they do not hear us, though they are heard', async () => {
    const [alice, bob] = await two();
    await deafen(alice, bob);
    await bob.mesh.followServer(alice.identity.id, Promise.resolve(true));
    await until(() => bob.log.includes('Alice returned') && alice.log.includes('Bob returned'), 'a new link');
    bob.say('from where we are');
    await until(() => alice.chat.length > 0, 'she hears it');
    assert.ok(!bob.log.includes('Alice away'), 'nobody was missed');
  });

  it('is not called when their link works, or when the server is where it was', async () => {
    const [alice, bob] = await two();
    await bob.mesh.followServer(alice.identity.id, Promise.resolve(true));
    await deafen(alice, bob);
    await bob.mesh.followServer(alice.identity.id, Promise.resolve(false));
    await bob.mesh.followServer('x'.repeat(43), Promise.resolve(true));
    assert.equal(room.server.wires.length, 1, 'the link from the beginning');
  });

  it('leaves it to the others to call when it has moved with the server', async () => {
    const [alice, bob] = await two();
    await deafen(alice, bob);
    alice.mesh.networkChanged(true);
    await until(() => alice.log.includes('Bob away'), 'she hears nothing');
    await bob.mesh.followServer(alice.identity.id, Promise.resolve(true));
    await until(() => alice.log.includes('Bob returned'), 'a new link');
    assert.equal(room.server.wires.length, 2, 'one call');
  });

  it('calls after a while when nobody else does', async () => {
    const [alice, bob] = await two();
    await deafen(alice, bob);
    await deafen(bob, alice);
    const since = performance.now();
    alice.mesh.networkChanged(true);
    await until(() => room.server.wires.length > 1, 'nobody has called');
    assert.ok(performance.now() - since > 90, 'and she has waited');
  });

  it('is waited for less when their machine refuses connections to it', async () => {
    const [alice] = await two({ grace: LONG, absentGrace: LONG });
    await room.enter('Carol', { times: { grace: LONG, absentGrace: LONG } });
    await Person.agree(room.people, 'Alice@0 Bob@1 Carol@2');
    alice.kill();
    room.people.splice(0, 1);
    const since = performance.now();
    await until(() => room.people.every(({ log }) => log.includes('Alice away')), 'noticed');
    for (const person of room.people) person.mesh.noteServer(alice.identity.id, true);
    await Person.agree(room.people, 'Bob@1 Carol@2');
    assert.ok(performance.now() - since > 150, 'not at once');
    for (const { log } of room.people) assert.equal(log.at(-1), 'Alice lost');
  });
});
