import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { emptyChat } from '../../../src/shared/meeting/chatLog.ts';
import type { EngineState } from '../../../src/webview/meeting/engineState.ts';
import { statusOf } from '../../../src/webview/meeting/modelMaker.ts';
import type { MeetingModel } from '../../../src/webview/model.ts';

describe('what the status bar is told', () => {
  const state = {
    bootstrap: { identity: { id: 'alice' } },
    chat: {
      ...emptyChat,
      seen: new Map([
        ['alice', 4],
        ['bob', 3],
        ['carol', 700],
      ]),
    },
  } as unknown as EngineState;
  const model = {
    phase: 'in',
    people: [
      { id: 'alice', name: 'Alice', self: true, hand: true },
      { id: 'bob', name: 'Bob', self: false, hand: true },
      { id: 'carol', name: 'Carol', self: false, hand: false },
    ],
    devices: { microphone: { status: 'on' }, camera: { status: 'off' } },
    presentation: { name: 'Alice', self: true },
    files: [
      { self: true, gone: false },
      { self: false, gone: false },
      { self: false, gone: true },
    ],
  } as unknown as MeetingModel;

  it('counts what others have written, offer and ask for, and nothing of one’s own', () => {
    // Of an author only so many lines are kept: what was heard is counted.
    assert.deepEqual(statusOf(model, state).ofOthers, { lines: 703, files: 1, hands: 1 });
  });

  it('says who presents, and whether that is oneself', () => {
    const { presenter, presenting } = statusOf(model, state);
    assert.deepEqual([presenter, presenting], ['Alice', true]);
    const nobody = statusOf({ ...model, presentation: null }, state);
    assert.deepEqual([nobody.presenter, nobody.presenting], [null, false]);
  });
});
