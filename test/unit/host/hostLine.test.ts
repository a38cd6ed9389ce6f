import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { HostLine, isAwayError } from '../../../src/webview/host/hostLine.ts';
import { RpcError } from '../../../src/shared/rpc.ts';
import { turn } from '../rtc/fakeConnection.ts';

const MINUTE = 60_000;
const TIMES = { beat: 1_500, away: 3, patience: 20, keptFor: 10 * MINUTE, sure: 20 };

/** A page whose time the test lets pass, and an extension host that answers as long as it is told to. */
function make() {
  const seen: string[] = [];
  const asked: string[] = [];
  const waiting: { name: string; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  let answers = true;
  let clock = 1_000_000;
  let look: (() => void) | undefined;
  const call = (name: string): Promise<unknown> => {
    asked.push(name);
    return new Promise((resolve, reject) => {
      if (name === 'beat' && answers) resolve(null);
      else waiting.push({ name, resolve, reject });
    });
  };
  const line = new HostLine({
    host: { call } as unknown as HostClient,
    onAway: (away) => seen.push(away ? 'away' : 'back'),
    onLost: () => seen.push('lost'),
    times: TIMES,
    timers: {
      set: (callback) => {
        look = callback;
        return 1;
      },
      clear: () => {
        look = undefined;
      },
    },
    now: () => clock,
  });
  /** A timer of the page fires, `late` milliseconds after it was due. */
  const beat = async (late = 0): Promise<void> => {
    clock += TIMES.beat + late;
    look?.();
    await turn();
  };
  const beats = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await beat();
  };
  line.start();
  return {
    line,
    seen,
    asked,
    waiting,
    beat,
    beats,
    setClock: (by: number) => {
      clock += by;
    },
    dies: () => {
      answers = false;
    },
    /** Goes on, with what it was asked meanwhile. */
    goesOn: async () => {
      answers = true;
      for (const { name, resolve } of waiting.splice(0)) if (name === 'beat') resolve(null);
      await turn();
    },
  };
}

const isAway = (error: unknown): boolean => isAwayError(error);

describe('HostLine', () => {
  it('misses an extension host that leaves three beats unanswered, and hears it when it is back', async () => {
    const { seen, beats, dies, goesOn } = make();
    await beats(10);
    dies();
    // The one before was answered.
    await beats(3);
    assert.deepEqual(seen, []);
    await beats(1);
    assert.deepEqual(seen, ['away']);
    await beats(5);
    await goesOn();
    await beats(10);
    assert.deepEqual(seen, ['away', 'back']);
  });

  it('is not told anything by an extension host that is slow, but answers', async () => {
    const { line, seen, asked, waiting, beats, dies } = make();
    dies();
    await beats(2);
    for (let n = 0; n < 30; n++) {
      // Each answer comes two beats late.
      waiting.shift()?.resolve(null);
      await turn();
      await beats(1);
    }
    assert.deepEqual(seen, []);
    line.dispose();
    const before = asked.length;
    await beats(3);
    assert.equal(asked.length, before, 'it asks no more when the page ends');
  });

  it('does not take its own sleep, or timers that are held back, for silence', async () => {
    const { seen, beat, beats, dies, goesOn } = make();
    await beats(2);
    for (let n = 0; n < 20; n++) {
      // What was asked last could not be answered: both slept.
      dies();
      await beat();
      await beat(8 * 60 * MINUTE);
      await goesOn();
      await beats(2);
    }
    assert.deepEqual(seen, []);
  });

  it('lets what a person asks for fail while nobody is there, and says everything else', async () => {
    const { line, asked, beats, dies, goesOn } = make();
    await beats(1);
    dies();
    await beats(4);
    await assert.rejects(line.call('copyInvite', {}), isAway);
    await assert.rejects(line.call('pickFiles', {}), isAway);
    assert.deepEqual(
      asked.filter((name) => name !== 'beat'),
      [],
      'it is not done later, when nobody expects it',
    );
    void line.call('rememberName', { name: 'Bob' });
    assert.equal(asked.at(-1), 'rememberName');
    await goesOn();
    void line.call('copyInvite', {});
    assert.equal(asked.at(-1), 'copyInvite');
  });

  it('gives up what was asked for before, of questions to a person after a while', async () => {
    const { line, waiting, beats, dies } = make();
    const over: string[] = [];
    const ask = (name: 'copyInvite' | 'pickFiles'): void =>
      void line.call(name, {}).catch((error: unknown) => over.push(`${name} ${String(isAwayError(error))}`));
    await beats(1);
    ask('copyInvite');
    ask('pickFiles');
    dies();
    await beats(3);
    assert.deepEqual(over, []);
    await beats(1);
    assert.deepEqual(over, ['copyInvite true']);
    await beats(16);
    assert.deepEqual(over, ['copyInvite true'], 'who was asked may answer when it goes on');
    await beats(1);
    assert.deepEqual(over, ['copyInvite true', 'pickFiles true']);
    // An answer that comes all the same changes nothing.
    for (const { reject } of waiting) reject(new RpcError('timeout', 'late'));
    await turn();
    assert.equal(over.length, 2);
  });

  it('hands on what the extension host answers, and what goes wrong there', async () => {
    const { line, waiting } = make();
    const answer = line.call('hostOn', {});
    waiting[0]?.resolve({ servers: ['http://10.0.0.1:9000/'] });
    assert.deepEqual(await answer, { servers: ['http://10.0.0.1:9000/'] });
    const failing = line.call('copyInvite', {});
    waiting[1]?.reject(new RpcError('failed', 'no'));
    await assert.rejects(failing, (error) => error instanceof RpcError && error.code === 'failed');
  });

  it('says once that the meeting cannot be gone on with, when it has asked for long enough since', async () => {
    const { seen, beats, dies } = make();
    dies();
    await beats(1 + TIMES.keptFor / TIMES.beat);
    assert.deepEqual(seen, ['away']);
    await beats(TIMES.sure - 3);
    assert.deepEqual(seen, ['away']);
    await beats(3);
    assert.deepEqual(seen, ['away', 'lost']);
    await beats(50);
    assert.deepEqual(seen, ['away', 'lost']);
  });

  it('stays when it slept for hours while nobody answered, and somebody does soon after', async () => {
    const { seen, beat, beats, dies, goesOn } = make();
    dies();
    await beats(5);
    await beat(3 * 60 * MINUTE);
    await beats(TIMES.sure - 2);
    await goesOn();
    await beats(5);
    assert.deepEqual(seen, ['away', 'back']);
    dies();
    await beats(5);
    await beat(3 * 60 * MINUTE);
    await beats(TIMES.sure);
    assert.equal(seen.at(-1), 'lost', 'and goes when nobody does');
  });

  it('goes in time when the clock is set back', async () => {
    const { seen, beats, dies, setClock } = make();
    dies();
    await beats(5);
    setClock(-24 * 60 * MINUTE);
    await beats(TIMES.keptFor / TIMES.beat + TIMES.sure);
    assert.equal(seen.at(-1), 'lost');
  });
});
