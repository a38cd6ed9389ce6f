import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { DeviceModel, StageModel } from '../../../src/webview/model.ts';
import type { StagePageModel } from '../../../src/webview/stageModel.ts';
import { levelOf } from '../../../src/webview/ui/level.ts';
import { pickerOptions } from '../../../src/webview/ui/pickerOptions.ts';
import { devicesStrip, screenStrip } from '../../../src/webview/ui/stageStrips.ts';
import { endWords, leaveWords, meetingInSentence, tabTitle } from '../../../src/webview/ui/stageWords.ts';

const off: DeviceModel = { wanted: false, status: 'off', problem: null, track: null };
const on: DeviceModel = { ...off, wanted: true, status: 'on' };
const chosen = { microphone: null, camera: null, speaker: null };
const page = (changes: Partial<StagePageModel> = {}): StagePageModel => ({
  link: 'connected',
  purpose: 'devices',
  title: "Alice's meeting",
  started: true,
  microphone: off,
  camera: off,
  screen: off,
  choices: [],
  chosen,
  voices: 0,
  soundBlocked: false,
  ...changes,
});

describe('strips about a stage', () => {
  const at = (status: StageModel['status']) => devicesStrip({ stage: { status } });

  it('are there only while something is to be done', () => {
    assert.equal(devicesStrip({ stage: null }), null);
    assert.equal(at('live'), null);
    assert.equal(screenStrip({ screenStage: null, screen: off }), null);
    assert.equal(screenStrip({ screenStage: { status: 'live' }, screen: off }), null);
    assert.equal(screenStrip({ screenStage: { status: 'waiting' }, screen: on }), null);
  });

  it('say where the page is when VS Code’s own browser was of no use', () => {
    const instead = devicesStrip({ stage: { status: 'opening', instead: true } });
    assert.match(instead?.text ?? '', /VS Code's own browser may not .* your system's browser/u);
    assert.doesNotMatch(at('opening')?.text ?? '', /own browser/u);
  });

  it('offer another browser when the page does not come', () => {
    const stage = { status: 'opening', late: true } as const;
    const strips = [devicesStrip({ stage }), screenStrip({ screenStage: stage, screen: off })];
    for (const strip of strips) {
      assert.match(strip?.text ?? '', /does not load/u);
      assert.equal(strip?.main, 'copy');
    }
  });

  it('offer a way on from every state, the most likely first', () => {
    assert.deepEqual(at('opening')?.offers, ['open', 'copy']);
    assert.deepEqual(at('waiting')?.offers, ['copy']);
    assert.deepEqual(at('no-browser')?.offers, ['copy', 'open']);
    assert.deepEqual(at('lost')?.offers, ['open', 'copy']);
    assert.deepEqual(at('none')?.offers, ['use']);
    assert.equal(at('none')?.dismissible, true, 'who chose to have no devices need not be told all the time');
    assert.equal(at('lost')?.dismissible, undefined);
    const main = (['opening', 'waiting', 'no-browser', 'lost', 'none'] as const).map(
      (status) => at(status)?.main,
    );
    assert.deepEqual(
      main,
      [null, null, 'copy', 'open', 'use'],
      'nothing draws from the page that is to be clicked',
    );
    for (const status of ['opening', 'waiting', 'no-browser', 'lost'] as const)
      assert.ok(screenStrip({ screenStage: { status }, screen: off })?.offers.includes('cancel'), status);
  });
});

describe('device pickers', () => {
  const choices = [
    { kind: 'microphone', id: 'default', label: 'Standard - Jabra' },
    { kind: 'microphone', id: 'communications', label: 'Kommunikation - Jabra' },
    { kind: 'microphone', id: 'm1', label: 'Jabra' },
    { kind: 'camera', id: 'c1', label: 'Webcam' },
  ] as const;

  it('name the default, and list no device twice', () => {
    assert.deepEqual(pickerOptions('microphone', choices, chosen), [
      { value: '', label: 'System default (Jabra)' },
      { value: 'm1', label: 'Jabra' },
    ]);
    assert.deepEqual(
      pickerOptions('camera', choices, chosen).map(({ label }) => label),
      ['System default', 'Webcam'],
    );
  });

  it('are empty without such a device, and keep a chosen one that is unplugged', () => {
    assert.deepEqual(pickerOptions('speaker', choices, chosen), []);
    const options = pickerOptions('camera', choices, { ...chosen, camera: 'c9' });
    assert.deepEqual(options.at(-1), { value: 'c9', label: 'Not connected' });
  });
});

describe('the page that captures', () => {
  it('says in its tab what is on', () => {
    assert.equal(tabTitle(page({ camera: on })), '● Parley – camera on');
    assert.equal(tabTitle(page({ microphone: on })), '● Parley – microphone on');
    assert.equal(tabTitle(page({ camera: on, microphone: on })), '● Parley – camera and microphone on');
    assert.doesNotMatch(tabTitle(page()), /●/u);
    assert.equal(tabTitle(page({ purpose: 'screen', screen: on })), '● Parley – sharing your screen');
    for (const link of ['refused', 'taken-over', 'over'] as const)
      assert.doesNotMatch(tabTitle(page({ link, camera: on })), /●/u);
  });

  it('ends with a sentence of its own for each reason', () => {
    const links = ['refused', 'taken-over', 'over', 'no-webrtc'] as const;
    const details = links.map((link) => endWords({ link, purpose: 'devices' })?.title);
    assert.equal(new Set(details).size, links.length);
    assert.match(endWords({ link: 'refused', purpose: null })?.detail ?? '', /Open the page again/u);
    assert.match(endWords({ link: 'no-webrtc', purpose: null })?.detail ?? '', /Copy link/u);
    assert.match(endWords({ link: 'over', purpose: 'screen' })?.title ?? '', /sharing/u);
    assert.equal(endWords({ link: 'connecting', purpose: null }), null);
  });

  it('says that VS Code asks, only where it can be reached', () => {
    assert.match(leaveWords({ link: 'connected' }), /VS Code asks/u);
    assert.match(leaveWords({ link: 'connecting' }), /cannot be reached.*Closing this page/u);
  });

  it('speaks of a meeting within a sentence', () => {
    assert.equal(meetingInSentence(''), 'the meeting');
    assert.equal(meetingInSentence('Your meeting'), 'your meeting');
    assert.equal(meetingInSentence("Yourdon's meeting"), "Yourdon's meeting");
  });

  it('measures loudness in dB', () => {
    const tone = (amplitude: number) =>
      Float32Array.from({ length: 512 }, (_, at) => amplitude * Math.sin(at));
    assert.equal(levelOf(new Float32Array(512)), 0);
    assert.equal(levelOf(tone(1)), 1);
    assert.ok(levelOf(tone(0.1)) > 0.6 && levelOf(tone(0.1)) < 0.8);
    assert.ok(levelOf(tone(0.01)) > 0.2 && levelOf(tone(0.01)) < levelOf(tone(0.1)));
  });
});
