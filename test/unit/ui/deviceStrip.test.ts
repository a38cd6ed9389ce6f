import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { CaptureProblem } from '../../../src/shared/stageRpc.ts';
import type { DeviceModel } from '../../../src/webview/model.ts';
import { blockedDevices } from '../../../src/webview/ui/deviceStrip.ts';

const fine: DeviceModel = { wanted: true, status: 'on', problem: null, track: null };
const not = (problem: CaptureProblem): DeviceModel => ({
  wanted: false,
  status: 'failed',
  problem,
  track: null,
});

describe('the strip about devices that cannot be used', () => {
  const stage = { status: 'live' } as const;
  for (const [expected, devices] of [
    [null, { stage, microphone: fine, camera: fine }],
    [null, { stage: null, microphone: fine, camera: not('missing') }],
    [null, { stage: null, microphone: fine, camera: { ...fine, status: 'off' } }],
    [
      'Camera and microphone are blocked. Allow them beside the address of the page in your browser, or in the system’s privacy settings.',
      { stage, microphone: not('denied'), camera: not('denied') },
    ],
    [
      'Camera and microphone are blocked. Allow them in the browser or in the system’s privacy settings.',
      { stage: null, microphone: not('denied'), camera: not('denied') },
    ],
    [
      'The camera is in use by another program. Close that and try again. The microphone is blocked. Allow it in the browser or in the system’s privacy settings.',
      { stage: null, microphone: not('denied'), camera: not('busy') },
    ],
  ] as const)
    it(expected ?? 'is not there when there is nothing to do', () =>
      assert.equal(blockedDevices(devices)?.text.replaceAll("'", '’') ?? null, expected),
    );

  it('offers to try those again that failed', () => {
    const devices = { stage: null, microphone: not('busy'), camera: not('missing') };
    assert.deepEqual(blockedDevices(devices)?.retry, ['microphone']);
  });
});
