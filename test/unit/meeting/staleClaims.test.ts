import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { emptyChat } from '../../../src/shared/meeting/chatLog.ts';
import { Chat } from '../../../src/webview/meeting/chat.ts';
import { type EngineState, ownState } from '../../../src/webview/meeting/engineState.ts';
import { Presenting, type PresentingOptions } from '../../../src/webview/meeting/presenting.ts';
import { Store } from '../../../src/webview/meeting/store.ts';
import type { DevicesModel } from '../../../src/webview/model.ts';
import { until } from '../rtc/until.ts';
import { FakeServer } from './fakeServer.ts';
import { Person, type PersonChange } from './people.ts';

/** Somebody with a real mesh, claim and clock, whose screen is a word. */
class Sharer {
  readonly person: Person;
  readonly presenting: Presenting;
  readonly #store: Store;
  readonly #screen = { status: 'off' };
  /** The claims that the others were told, one after another. */
  readonly said: (number | null)[] = [];

  constructor(person: Person) {
    this.person = person;
    const { mesh, identity, name } = person;
    const devices = { microphone: { status: 'off' }, camera: { status: 'off' } } as unknown as DevicesModel;
    const state = {
      phase: 'in',
      name,
      hand: false,
      chat: emptyChat,
      presenting: null,
      claimStale: false,
      names: new Map(),
      bootstrap: { identity: { id: identity.id } },
    };
    const store = (this.#store = new Store(state as unknown as EngineState, () => {
      const said = ownState(store.state, devices, []);
      if (said.presenting === person.state.presenting) return;
      person.state = said;
      this.said.push(said.presenting);
      mesh.broadcast({ t: 'state', state: said });
    }));
    const chat = new Chat({ store, self: identity.id, broadcast: () => undefined, now: () => 7 });
    const screen = this.#screen;
    const source = {
      devices: { screen, screenStage: null },
      startScreen: () => Promise.resolve(this.#capture('on')),
      stopScreen: () => this.#capture('off'),
    };
    this.presenting = new Presenting({
      store,
      chat,
      notices: { add: () => undefined },
      self: identity.id,
      source: source as unknown as PresentingOptions['source'],
      members: () => mesh.members,
      settledWithin: 60,
    });
    person.heard = {
      onEntered: (member, how) => {
        this.presenting.witness(member.state);
        this.presenting.entered(member, how);
      },
      onState: ({ state: theirs }) => {
        this.presenting.witness(theirs);
        this.presenting.stepBack();
      },
      onGone: (_member, how) => {
        if (how === 'lost') this.presenting.lost();
      },
    };
  }

  get shares(): boolean {
    return this.#screen.status === 'on';
  }

  /** The claim as it stands here. */
  get claim(): number | null {
    return this.#store.state.presenting;
  }

  #capture(status: 'on' | 'off'): void {
    this.#screen.status = status;
    this.presenting.follow();
  }
}

describe('a claim to present that the others have let go of', () => {
  let server: FakeServer;
  let host: Sharer;
  let bob: Sharer;
  let carol: Sharer;
  const SHORT = { grace: 60, absentGrace: 60 };

  beforeEach(() => {
    server = new FakeServer();
  });

  /** @param hostTimes how long the host waits for others: one who sleeps gives up nobody. */
  async function meet(hostTimes: PersonChange['times'] = SHORT): Promise<void> {
    const alice = await Person.open(server, 'Alice', { mayOpen: true, times: hostTimes });
    host = new Sharer(await alice.enter());
    const come = async (name: string): Promise<Sharer> => {
      const person = await Person.open(server, name, {
        hostId: alice.identity.id,
        mayOpen: true,
        times: SHORT,
      });
      return new Sharer(await person.enter());
    };
    [bob, carol] = [await come('Bob'), await come('Carol')];
    await Person.agree([alice, bob.person, carol.person], 'Alice@0 Bob@1 Carol@2');
    await host.presenting.start();
    await until(() => claimsOf(host).every((claim) => claim === 1), 'all know');
  }

  /** What the others know of somebody's claim. */
  const claimsOf = (whose: Sharer): (number | null | undefined)[] =>
    [host, bob, carol]
      .filter((one) => one !== whose)
      .map(({ person }) => person.mesh.member(whose.person.identity.id)?.state.presenting);

  const givenUp = (): Promise<void> =>
    until(() => claimsOf(host).every((claim) => claim === undefined), 'the host is given up');

  async function end(): Promise<void> {
    for (const { presenting, person } of [host, bob, carol]) {
      presenting.dispose();
      await person.mesh.leave(false);
    }
  }

  for (const [away, times] of [
    ['was cut off', SHORT],
    ['has slept', { grace: 600_000, absentGrace: 600_000 }],
  ] as const) {
    it(`gives way to who presents when its owner, who ${away}, is back`, async () => {
      await meet(times);
      host.person.sleep([bob.person, carol.person]);
      await givenUp();
      await bob.presenting.start();
      assert.ok(host.shares && bob.shares);
      host.person.offline = false;
      await until(() => !host.shares || !bob.shares, 'one of them stops');
      assert.deepEqual([host.shares, bob.shares, host.claim], [false, true, null]);
      await end();
    });

    it(`is made anew where nobody presents when its owner, who ${away}, is back`, async () => {
      await meet(times);
      host.person.sleep([bob.person, carol.person]);
      await givenUp();
      host.person.offline = false;
      await until(() => claimsOf(host).every((claim) => (claim ?? 0) > 1), 'all know of a later claim');
      assert.ok(host.shares);
      assert.deepEqual(claimsOf(host), [host.claim, host.claim]);
      await end();
    });
  }

  it('is none of somebody whom the others have waited for, nor of one whose guest is loaded anew', async () => {
    await meet({ grace: 600_000, absentGrace: 600_000 });
    carol.person.kill();
    await until(() => host.person.mesh.member(carol.person.identity.id)?.away === true, 'Carol is missed');
    const { identity, place } = bob.person;
    bob.person.unload();
    const again = await Person.open(server, 'Bob', {
      hostId: host.person.identity.id,
      identity,
      times: SHORT,
    });
    bob = new Sharer(await again.enter(place));
    await until(() => host.person.log.at(-1) === 'Bob returned', 'Bob is back');
    assert.deepEqual(host.said, [1]);
    await end();
  });
});
