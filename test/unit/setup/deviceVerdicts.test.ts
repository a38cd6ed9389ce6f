import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { StageModel } from '../../../src/webview/model.ts';
import {
  cameraVerdict,
  microphoneVerdict,
  noDeviceVerdict,
  stageVerdict,
} from '../../../src/webview/setup/deviceVerdicts.ts';

describe('what is said of the devices', () => {
  it('is whether the page of the browser is needed, and how far it came', () => {
    const states: Readonly<Record<StageModel['status'], string>> = {
      none: 'failed',
      opening: 'failed',
      'no-browser': 'failed',
      waiting: 'warning',
      live: 'ok',
      lost: 'failed',
    };
    for (const [status, state] of Object.entries(states)) {
      const stage: StageModel = { status: status as StageModel['status'], instead: false, late: false };
      const verdict = stageVerdict(false, stage);
      assert.equal(verdict.state, state, status);
      assert.equal(verdict.advice !== undefined, state !== 'ok', status);
    }
    assert.equal(stageVerdict(true, null).state, 'skipped');
  });

  it('is whether pictures come', () => {
    assert.deepEqual(cameraVerdict({ frames: 3, width: 1280, height: 720 }), {
      state: 'ok',
      sentence: 'Pictures come, 1280 × 720.',
    });
    assert.equal(cameraVerdict({ frames: 0, width: 0, height: 0 }).state, 'failed');
    assert.equal(cameraVerdict(null).state, 'ok');
  });

  it('tells a microphone that hears from a silent and from a dead one', () => {
    assert.equal(microphoneVerdict({ samples: 480, peak: 0.2 }).state, 'ok');
    const [silent, faint] = [0, 0.001].map((peak) => microphoneVerdict({ samples: 48_000, peak }));
    assert.deepEqual([silent?.state, faint?.state], ['warning', 'warning']);
    assert.notEqual(silent?.sentence, faint?.sentence);
    assert.equal(microphoneVerdict({ samples: 0, peak: 0 }).state, 'failed');
  });

  it('is why one gave nothing, and that one can join without', () => {
    const busy = noDeviceVerdict('camera', 'busy', 'panel');
    assert.equal(busy.state, 'failed');
    assert.match(busy.sentence, /camera is in use/);
    assert.match(busy.advice ?? '', /join without/);
    assert.equal(noDeviceVerdict('microphone', 'nobody', 'stage').state, 'skipped');
  });
});
