import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DeviceReport, StageReport } from '../../../src/shared/stageRpc.ts';
import { deviceModel, mayCapture, newlyFailed } from '../../../src/webview/media/stageReports.ts';

const off: DeviceReport = { status: 'off', problem: null };
const on: DeviceReport = { status: 'on', problem: null };
const failed: DeviceReport = { status: 'failed', problem: 'busy' };
const track = {} as MediaStreamTrack;
const report = (microphone: DeviceReport, camera: DeviceReport): StageReport => ({
  started: true,
  microphone,
  camera,
  screen: off,
  soundBlocked: false,
  choices: [],
});

describe('what a stage says of its devices', () => {
  const shown = [
    ['on when it is wanted, said and here', true, on, track, 'on'],
    ['starting while its track is not here', true, on, null, 'starting'],
    ['starting while the stage is at it', true, { status: 'starting', problem: null }, null, 'starting'],
    ['off where the stage has not begun', true, off, null, 'off'],
    ['off where it is not wanted any more, and sends nothing', false, on, track, 'off'],
    ['failed whoever wants it', false, failed, null, 'failed'],
  ] as const;
  for (const [title, wanted, said, here, status] of shown)
    it(`is ${title}`, () => {
      const model = deviceModel(wanted, said, here);
      assert.deepEqual([model.status, model.track !== null], [status, status === 'on']);
    });

  it('is wanted no more once it has failed, and says why', () => {
    assert.deepEqual(deviceModel(true, failed, null), {
      wanted: false,
      status: 'failed',
      problem: 'busy',
      track: null,
    });
  });

  it('tells of each failure once', () => {
    assert.deepEqual(newlyFailed(null, report(failed, off)), ['microphone']);
    assert.deepEqual(newlyFailed(report(failed, off), report(failed, failed)), ['camera']);
    assert.deepEqual(newlyFailed(report(failed, failed), report(on, failed)), []);
  });

  it('tells a page that may not capture at all from one whose devices fail', () => {
    const refused: DeviceReport = { status: 'failed', problem: 'not-allowed-here' };
    assert.equal(mayCapture(report(failed, failed)), true);
    assert.equal(mayCapture(report(refused, off)), false);
    assert.equal(mayCapture(report(off, refused)), false);
  });
});
