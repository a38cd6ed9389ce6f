import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { DeviceModel, DevicesModel } from '../../../src/webview/model.ts';
import { cameraControl, microphoneControl, screenControl } from '../../../src/webview/ui/deviceControls.ts';

const off: DeviceModel = { wanted: false, status: 'off', problem: null, track: null };
const on: DeviceModel = { ...off, wanted: true, status: 'on' };
const devices = (changes: Partial<DevicesModel> = {}): DevicesModel => ({
  allowed: 'yes',
  microphone: off,
  camera: off,
  screen: off,
  ...changes,
});

describe('device controls', () => {
  it('are called by what they do next', () => {
    assert.equal(microphoneControl(devices()).label, 'Unmute microphone');
    assert.equal(microphoneControl(devices({ microphone: on })).label, 'Mute microphone');
    assert.equal(cameraControl(devices()).label, 'Start camera');
    assert.equal(cameraControl(devices({ camera: on })).label, 'Stop camera');
    assert.equal(screenControl(devices(), false).label, 'Share screen');
    assert.equal(screenControl(devices(), true).label, 'Stop sharing');
  });

  it('offer to share until a screen was chosen', () => {
    const starting: DeviceModel = { ...off, wanted: true, status: 'starting' };
    const control = screenControl(devices({ screen: starting }), false);
    assert.deepEqual([control.label, control.busy], ['Share screen', true]);
  });

  it('say what went wrong and let it be tried again', () => {
    const failed: DeviceModel = { ...off, wanted: true, status: 'failed', problem: 'busy' };
    const control = cameraControl(devices({ camera: failed }));
    assert.equal(control.label, 'Start camera');
    assert.equal(control.problem, true);
    assert.equal(control.unavailable, false);
    assert.match(control.hint ?? '', /in use/u);
  });

  it('cannot be used where the page may not capture, and say why', () => {
    const here = devices({ allowed: 'no' });
    for (const control of [microphoneControl(here), cameraControl(here), screenControl(here, false)]) {
      assert.equal(control.unavailable, true);
      assert.match(control.hint ?? '', /VS Code does not let panels/u);
    }
  });
});
