import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { DeviceModel, DevicesModel, StageModel } from '../../../src/webview/model.ts';
import {
  cameraControl,
  microphoneControl,
  pressOf,
  screenControl,
} from '../../../src/webview/ui/deviceControls.ts';
import { devicesOff, off, wish } from '../../support/gallery/fakes.ts';

const on: DeviceModel = { ...off, wanted: true, status: 'on' };
const devices = (changes: Partial<DevicesModel> = {}): DevicesModel => ({ ...devicesOff, ...changes });
const staged = (status: StageModel['status'], changes: Partial<DevicesModel> = {}): DevicesModel =>
  devices({ allowed: 'no', stage: { status }, ...changes });

describe('device controls', () => {
  it('are called by what they do next', () => {
    assert.equal(microphoneControl(devices(), 'meeting').label, 'Unmute microphone');
    assert.equal(microphoneControl(devices({ microphone: on }), 'meeting').label, 'Mute microphone');
    assert.equal(cameraControl(devices(), 'meeting').label, 'Start camera');
    assert.equal(cameraControl(devices({ camera: on }), 'meeting').label, 'Stop camera');
    assert.equal(screenControl(devices(), false).label, 'Share screen');
    assert.equal(screenControl(devices(), true).label, 'Stop sharing');
  });

  it('offer to share until a screen was chosen', () => {
    const starting: DeviceModel = { ...off, wanted: true, status: 'starting' };
    const control = screenControl(devices({ screen: starting }), false);
    assert.deepEqual([control.label, control.busy], ['Share screen', true]);
    const elsewhere = screenControl(
      staged('live', { screen: wish, screenStage: { status: 'waiting' } }),
      false,
    );
    assert.deepEqual([elsewhere.label, elsewhere.busy, elsewhere.unavailable], ['Share screen', true, false]);
  });

  it('say what went wrong and let it be tried again', () => {
    const failed: DeviceModel = { ...off, wanted: true, status: 'failed', problem: 'busy' };
    const control = cameraControl(devices({ camera: failed }), 'meeting');
    assert.equal(control.label, 'Start camera');
    assert.equal(control.problem, true);
    assert.equal(control.unavailable, false);
    assert.match(control.hint ?? '', /in use/u);
    assert.deepEqual(pressOf('camera', devices({ camera: failed }), 'meeting'), { on: true, open: false });
  });

  it('cannot be used where neither this page nor another captures, and say why', () => {
    const here = devices({ allowed: 'no' });
    const controls = [
      microphoneControl(here, 'meeting'),
      cameraControl(here, 'meeting'),
      screenControl(here, false),
    ];
    for (const control of controls) {
      assert.equal(control.unavailable, true);
      assert.match(control.hint ?? '', /VS Code does not let panels/u);
    }
  });
});

describe('device controls with a stage', () => {
  it('state wishes in the lobby, where nothing runs yet', () => {
    const lobby = staged('none', { microphone: wish });
    assert.equal(microphoneControl(lobby, 'lobby').label, 'Mute microphone');
    assert.equal(cameraControl(lobby, 'lobby').label, 'Start camera');
    assert.deepEqual(pressOf('microphone', lobby, 'lobby'), { on: false, open: false });
    assert.deepEqual(pressOf('camera', lobby, 'lobby'), { on: true, open: false });
  });

  for (const status of ['opening', 'waiting', 'no-browser'] as const)
    it(`show what is only asked for while the stage is ${status}`, () => {
      const control = microphoneControl(staged(status, { microphone: wish }), 'meeting');
      assert.deepEqual([control.label, control.tone, control.busy], ['Mute microphone', 'pending', false]);
      assert.match(control.hint ?? '', /press Start/u);
      assert.equal(microphoneControl(staged(status), 'meeting').tone, 'off');
    });

  for (const status of ['none', 'lost'] as const)
    it(`show nothing as on while the stage is ${status}, and open it`, () => {
      const closed = staged(status, { camera: wish });
      assert.deepEqual(
        [cameraControl(closed, 'meeting').label, cameraControl(closed, 'meeting').tone],
        ['Start camera', 'off'],
      );
      assert.deepEqual(pressOf('camera', closed, 'meeting'), { on: true, open: true });
    });

  it('show what the stage has once it is live', () => {
    const starting: DeviceModel = { ...wish, status: 'starting' };
    const live = staged('live', { microphone: on, camera: starting });
    assert.equal(microphoneControl(live, 'meeting').tone, 'plain');
    assert.equal(cameraControl(live, 'meeting').busy, true);
    assert.deepEqual(pressOf('microphone', live, 'meeting'), { on: false, open: false });
  });
});
