import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MeetingBootstrap } from '../../../src/shared/hostRpc.ts';
import type { LinkMessage } from '../../../src/shared/protocol.ts';
import { emptyChat } from '../../../src/shared/meeting/chatLog.ts';
import { Chat } from '../../../src/webview/meeting/chat.ts';
import { type EngineState, initialState } from '../../../src/webview/meeting/engineState.ts';
import type { Member } from '../../../src/webview/meeting/member.ts';
import { Presenting, type PresentingOptions } from '../../../src/webview/meeting/presenting.ts';
import { Store } from '../../../src/webview/meeting/store.ts';
import type { StageModel } from '../../../src/webview/model.ts';
import { until } from '../rtc/until.ts';
import { stateOf } from './people.ts';

const BOB = 'b'.repeat(43);
const ALICE = 'a'.repeat(43);

/** Bob in a meeting with Alice, as far as chat and presenting know of it. */
function make(
  change: { readonly claim?: number; readonly stage?: StageModel['status']; readonly within?: number } = {},
) {
  const seen = { asked: 0, stopped: 0 };
  const notices: string[] = [];
  const sent: LinkMessage[] = [];
  const screen = { status: 'off' };
  const stage: { status: StageModel['status'] } = { status: change.stage ?? 'none' };
  const alice = { address: { id: ALICE, peer: 'c'.repeat(32), ordinal: 0 }, state: stateOf('Alice') };
  const state = {
    phase: 'in',
    chat: emptyChat,
    presenting: change.claim ?? null,
    names: new Map([[ALICE, 'Alice']]),
    bootstrap: { identity: { id: BOB } },
  };
  const store = new Store(state as unknown as EngineState, () => undefined);
  const chat = new Chat({ store, self: BOB, broadcast: (message) => sent.push(message), now: () => 7 });
  const source = {
    get devices() {
      return { screen, screenStage: stage.status === 'none' ? null : stage };
    },
    startScreen: () => {
      seen.asked += 1;
      return Promise.resolve(true);
    },
    stopScreen: () => {
      seen.stopped += 1;
    },
  };
  const presenting = new Presenting({
    store,
    chat,
    notices: { add: (_level, text) => notices.push(text) },
    self: BOB,
    source: source as unknown as PresentingOptions['source'],
    members: () => [alice as unknown as Member],
    resumedWithin: change.within ?? 60_000,
  });
  const capture = (on: boolean): void => {
    screen.status = on ? 'on' : 'off';
    presenting.follow();
  };
  const aliceClaims = (time: number | null): void => {
    alice.state = { ...alice.state, presenting: time };
    presenting.witness(alice.state);
    presenting.stepBack();
  };
  const stageIs = (status: StageModel['status'], itsScreen = 'off'): void => {
    stage.status = status;
    screen.status = itsScreen;
    presenting.follow();
  };
  return { store, chat, presenting, seen, notices, sent, capture, aliceClaims, stageIs };
}

describe('Presenting', () => {
  it('claims with the time after all that was heard, and gives the claim up with the screen', async () => {
    const { store, chat, presenting, seen, capture } = make();
    chat.add(ALICE, { seq: 1, lamport: 41, sentAt: 1, text: 'hello' });
    await presenting.start();
    assert.equal(seen.asked, 1);
    capture(true);
    assert.deepEqual([store.state.presenting, store.state.chat.clock], [42, 42]);
    capture(true);
    assert.equal(store.state.presenting, 42, 'one claim a screen');
    capture(false);
    assert.equal(store.state.presenting, null);
    assert.equal(seen.stopped, 0);
  });

  it('does not ask for a screen while somebody else presents, and says who', async () => {
    const { presenting, seen, notices, aliceClaims } = make();
    aliceClaims(5);
    await presenting.start();
    assert.equal(seen.asked, 0);
    assert.match(notices.join(), /^Alice is presenting\./);
    aliceClaims(null);
    await presenting.start();
    assert.equal(seen.asked, 1);
  });

  it('steps back when somebody began while the screen was picked', () => {
    const { store, seen, notices, capture, aliceClaims } = make();
    aliceClaims(5);
    capture(true);
    assert.deepEqual([store.state.presenting, seen.stopped, notices.length], [null, 1, 1]);
  });

  it('gives way to the smaller of two claims, and stays with its own when that is it', () => {
    const first = make();
    first.capture(true);
    first.aliceClaims(9);
    assert.deepEqual([first.store.state.presenting, first.seen.stopped], [1, 0]);
    const second = make();
    second.chat.witness(20);
    second.capture(true);
    second.aliceClaims(9);
    assert.deepEqual([second.store.state.presenting, second.seen.stopped], [21, 1]);
  });

  it('goes on after a reload where another page captures, with the claim that was made', () => {
    const { store, chat, presenting, notices, capture, stageIs } = make({ claim: 42, stage: 'waiting' });
    assert.equal(store.state.presenting, 42, 'while the pages find each other');
    stageIs('live', 'starting');
    capture(true);
    assert.deepEqual([store.state.presenting, notices], [42, []]);
    capture(false);
    assert.deepEqual([store.state.presenting, notices], [null, []], 'it ends as any other');
    assert.equal(chat.nextTime(), 43);
    presenting.dispose();
  });

  it('says that a share has ended with the page that captured it', async () => {
    const here = make({ claim: 42 });
    assert.equal(here.store.state.presenting, null);
    assert.match(here.notices.join(), /not shared any more/);
    const gone = make({ claim: 42, stage: 'waiting' });
    gone.stageIs('none');
    const stopped = make({ claim: 42, stage: 'waiting' });
    stopped.stageIs('live');
    assert.deepEqual([stopped.store.state.presenting, stopped.notices], [null, here.notices]);
    const silent = make({ claim: 42, stage: 'waiting', within: 5 });
    await until(() => silent.store.state.presenting === null, 'nobody waits for ever');
    assert.deepEqual(
      [gone.store.state.presenting, gone.notices, silent.notices],
      [null, here.notices, here.notices],
    );
  });

  it('keeps its claim while the page that captures is connected with anew, and not for ever', async () => {
    const { store, notices, stageIs } = make();
    stageIs('live', 'on');
    for (const status of ['waiting', 'live'] as const) {
      stageIs(status, status === 'live' ? 'starting' : 'off');
      assert.equal(store.state.presenting, 1, status);
    }
    stageIs('live', 'on');
    assert.deepEqual([store.state.presenting, notices], [1, []]);
    stageIs('none');
    assert.deepEqual([store.state.presenting, notices], [null, []], 'it ends as any other');
    const silent = make({ within: 5 });
    silent.stageIs('live', 'on');
    silent.stageIs('waiting');
    await until(() => silent.store.state.presenting === null, 'nobody waits for ever');
    assert.match(silent.notices.join(), /not shared any more/);
  });

  it('goes on after a restart only where the others cannot have let go of it', () => {
    const at = (aliveAt: number | null): number | null => {
      const session = { presenting: 42, aliveAt, chat: [] };
      return initialState({ session } as unknown as MeetingBootstrap, 100_000).presenting;
    };
    assert.deepEqual([at(null), at(99_000), at(92_600), at(92_500), at(40_000)], [42, 42, 42, null, null]);
  });

  it('is later than a claim it has heard of', () => {
    const { store, capture, aliceClaims } = make();
    aliceClaims(30);
    aliceClaims(null);
    capture(true);
    assert.equal(store.state.presenting, 31);
  });
});

describe('Chat', () => {
  it('sends what was typed, once there is a meeting, and nothing empty or too long', () => {
    const { store, chat, sent } = make();
    assert.deepEqual([chat.send('  '), chat.send('x'.repeat(4_001)), sent.length], [false, false, 0]);
    assert.equal(chat.send(' hello '), true);
    assert.deepEqual(sent, [{ t: 'chat', entry: { seq: 1, lamport: 1, sentAt: 7, text: 'hello' } }]);
    assert.deepEqual(
      [chat.after(0).length, chat.after(1).length, chat.seen(BOB), chat.seen(ALICE)],
      [1, 0, 1, 0],
    );
    store.set({ phase: 'left' });
    assert.equal(chat.send('too late'), false);
  });
});
