import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DeviceModel, MeetingActions, MeetingModel, StageModel } from '../../../src/webview/model.ts';
import { pressControl } from '../../../src/webview/ui/pressControl.ts';

const off: DeviceModel = { wanted: false, status: 'off', problem: null, track: null };
const on: DeviceModel = { ...off, wanted: true, status: 'on' };

/** A meeting that notes what is asked of it. */
function make(changes: {
  readonly phase?: MeetingModel['phase'];
  readonly hand?: boolean;
  readonly microphone?: DeviceModel;
  readonly allowed?: 'yes' | 'no';
  readonly stage?: StageModel['status'];
}) {
  const asked: unknown[] = [];
  const { phase = 'in', hand = false, microphone = off, allowed = 'yes', stage } = changes;
  const model = {
    phase,
    hand,
    devices: { allowed, stage: stage === undefined ? null : { status: stage }, microphone, camera: off },
  } as MeetingModel;
  const actions = {
    setMicrophone: (wish: boolean) => void asked.push(['microphone', wish]),
    setCamera: (wish: boolean) => void asked.push(['camera', wish]),
    setHand: (raised: boolean) => void asked.push(['hand', raised]),
    openStage: () => void asked.push('stage'),
  } as unknown as MeetingActions;
  return { view: { model, actions }, asked };
}

describe('a button of the bar that is pressed, by a click or a command', () => {
  it('mutes and unmutes', () => {
    const muted = make({});
    assert.deepEqual(pressControl('microphone', muted.view), { outcome: 'on', hint: null });
    assert.deepEqual(muted.asked, [['microphone', true]]);
    const speaking = make({ microphone: on });
    assert.deepEqual(pressControl('microphone', speaking.view), { outcome: 'off', hint: null });
    assert.deepEqual(speaking.asked, [['microphone', false]]);
  });

  it('turns the camera on, and raises and lowers the hand', () => {
    const { view, asked } = make({});
    assert.equal(pressControl('camera', view).outcome, 'on');
    assert.equal(pressControl('hand', view).outcome, 'on');
    assert.equal(pressControl('hand', make({ hand: true }).view).outcome, 'off');
    assert.deepEqual(asked, [
      ['camera', true],
      ['hand', true],
    ]);
  });

  it('opens the page that captures where there is none, and says what is still to be done', () => {
    const closed = make({ allowed: 'no', stage: 'none' });
    const answer = pressControl('microphone', closed.view);
    assert.equal(answer.outcome, 'pending');
    assert.match(answer.hint ?? '', /press Start in the page/u);
    assert.deepEqual(closed.asked, [['microphone', true], 'stage']);
    const waiting = make({ allowed: 'no', stage: 'waiting' });
    assert.equal(pressControl('microphone', waiting.view).outcome, 'pending');
    assert.deepEqual(waiting.asked, [['microphone', true]]);
    const live = make({ allowed: 'no', stage: 'live' });
    assert.equal(pressControl('microphone', live.view).outcome, 'on');
  });

  it('does nothing where nothing can capture, and says why', () => {
    const { view, asked } = make({ allowed: 'no' });
    const answer = pressControl('microphone', view);
    assert.equal(answer.outcome, 'unavailable');
    assert.ok(answer.hint);
    assert.deepEqual(asked, []);
  });

  it('does nothing for somebody who is not in the meeting', () => {
    const { view, asked } = make({ phase: 'lobby' });
    for (const what of ['microphone', 'camera', 'hand'] as const)
      assert.equal(pressControl(what, view).outcome, 'out');
    assert.deepEqual(asked, []);
  });
});
