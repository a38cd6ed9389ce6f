import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { AutoSource } from '../../../src/webview/media/autoSource.ts';
import { DEFAULT_DEVICES } from '../../../src/webview/media/localDevices.ts';
import { replaceGlobals } from '../../support/globals.ts';
import { until } from '../../support/turn.ts';

describe('AutoSource', () => {
  let restore: () => void = () => undefined;
  afterEach(() => restore());

  /** What the host was asked for, and what became of the screen. */
  async function share(refusal: string, { after = 0, policy = true, camera = false } = {}) {
    const track = { kind: 'video', stop: () => undefined };
    const mediaDevices = {
      getUserMedia: () => Promise.resolve({ getTracks: () => [track] }),
      getDisplayMedia: async () => {
        await new Promise((resolve) => {
          setTimeout(resolve, after);
        });
        if (refusal !== '') throw new DOMException('', refusal);
        return { getTracks: () => [track], getVideoTracks: () => [track], getAudioTracks: () => [] };
      },
      enumerateDevices: () => Promise.resolve([]),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
    restore = replaceGlobals({
      navigator: { mediaDevices },
      document: { featurePolicy: { allowsFeature: () => policy } },
    });
    const calls: string[] = [];
    const host = {
      call: (name: string) => {
        calls.push(name);
        return Promise.resolve({ stage: 's'.repeat(22), link: '', opened: true, connected: false });
      },
    } as unknown as HostClient;
    const source = new AutoSource({
      host,
      bootstrap: { stages: [], addresses: [] },
      wanted: { microphone: false, camera },
      chosen: DEFAULT_DEVICES,
      title: () => 'Your meeting',
      onLeave: () => undefined,
      onProblem: () => undefined,
    });
    if (camera) {
      source.begin();
      await until(() => source.devices.camera.status === 'on');
    }
    const shared = await source.startScreen();
    const { screen, screenStage } = source.devices;
    const told = [
      shared,
      calls.includes('openStage'),
      screenStage?.status ?? screen.problem ?? screen.status,
    ];
    source.dispose();
    return told;
  }

  it('is told to begin when there is somebody to follow it, without a word against a stage', () => {
    const host = { call: () => Promise.resolve(null) } as unknown as HostClient;
    const stage = { stage: 's'.repeat(22), purpose: 'devices', connected: false } as const;
    const source = new AutoSource({
      host,
      bootstrap: { stages: [stage], addresses: [] },
      wanted: { microphone: true, camera: true },
      chosen: DEFAULT_DEVICES,
      title: () => 'Your meeting',
      onLeave: () => undefined,
      onProblem: () => undefined,
    });
    let told = 0;
    source.onChange(() => (told += 1));
    source.begin();
    const { stage: model, camera } = source.devices;
    assert.deepEqual([told, model?.status, camera.wanted], [1, 'lost', true]);
  });

  // Somebody who came back with microphone and camera off: whether the panel may capture was not tried.
  it('opens a stage for a screen where nobody was asked', async () => {
    for (const refusal of ['NotAllowedError', 'NotSupportedError'])
      assert.deepEqual(await share(refusal), [true, true, 'opening']);
    assert.deepEqual(await share('NotAllowedError', { after: 320, policy: false }), [true, true, 'opening']);
  });

  it('takes a slow no for a person’s, and captures where it may', async () => {
    assert.deepEqual(await share('NotAllowedError', { after: 320 }), [false, false, 'denied']);
    assert.deepEqual(await share(''), [true, false, 'on']);
  });

  it('stays where the page has captured already', async () => {
    assert.deepEqual(await share('NotAllowedError', { camera: true }), [false, false, 'denied']);
  });
});
