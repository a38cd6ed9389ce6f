import type { DeviceModel } from '../model.ts';
import type { StagePageActions, StagePageModel } from '../stageModel.ts';
import { ControlButton } from './controlButton.ts';
import { cameraControl, microphoneControl, pressOf } from './deviceControls.ts';
import type { OwnDevices } from './deviceControls.ts';
import { DevicePickers } from './devicePickers.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { MicMeter } from './micMeter.ts';
import { LinkState } from './stageMessage.ts';
import { leaveWords, meetingInSentence } from './stageWords.ts';
import { captureSentence, strings } from './strings.ts';
import { progressRing, textButton } from './toolkit.ts';
import { VideoSurface } from './video.ts';

/** What one device did not do, and the way to try it again. */
class DeviceProblem implements Widget<DeviceModel> {
  readonly elem: HTMLElement;
  readonly #kind: 'microphone' | 'camera';
  readonly #text = h('span', { class: 'problem', attrs: { role: 'alert' } });

  constructor(kind: 'microphone' | 'camera', again: () => void) {
    this.#kind = kind;
    const button = textButton(strings.tryAgain, 'secondary', again);
    button.setAttribute('aria-label', `${strings.tryAgain}: ${strings.devices[kind]}`);
    this.elem = h('div', { class: 'device-problem' }, icon('warning'), this.#text, button);
  }

  update({ status, problem }: DeviceModel): void {
    const failed = status === 'failed' && problem !== null;
    show(this.elem, failed);
    setText(this.#text, failed ? captureSentence(this.#kind, problem, 'stage') : '');
  }

  dispose(): void {
    this.elem.remove();
  }
}

/** Camera and microphone at work: one's own picture, the level, which devices, and the way out. */
export class StageDevices implements Widget<StagePageModel> {
  readonly elem: HTMLElement;
  readonly #title = h('h1', { attrs: { tabindex: '-1' } });
  readonly #video = new VideoSurface(() => undefined);
  readonly #ring = progressRing();
  readonly #rest = h('div', { class: 'preview-text', attrs: { role: 'status' } });
  readonly #microphone: ControlButton;
  readonly #camera: ControlButton;
  readonly #meter = new MicMeter();
  readonly #problems: Readonly<Record<'microphone' | 'camera', DeviceProblem>>;
  readonly #pickers: DevicePickers;
  readonly #link = new LinkState();
  readonly #voices = h('p', { attrs: { role: 'status' } });
  readonly #blocked: HTMLElement;
  readonly #leaveAsked = h('p', { attrs: { role: 'status' } });
  #model: StagePageModel | null = null;

  constructor(actions: StagePageActions) {
    const { page } = strings;
    this.#microphone = new ControlButton(() => {
      if (this.#model) actions.setMicrophone(pressOf('microphone', devicesOf(this.#model), 'meeting').on);
    });
    this.#camera = new ControlButton(() => {
      if (this.#model) actions.setCamera(pressOf('camera', devicesOf(this.#model), 'meeting').on);
    });
    this.#problems = {
      camera: new DeviceProblem('camera', () => actions.setCamera(true)),
      microphone: new DeviceProblem('microphone', () => actions.setMicrophone(true)),
    };
    this.#pickers = new DevicePickers((kind, id) => actions.chooseDevice(kind, id));
    this.#blocked = h('div', { class: 'device-problem', attrs: { role: 'alert' } }, icon('unmute'));
    this.#blocked.append(
      h('span', { text: page.soundBlocked }),
      textButton(strings.turnOnSound, 'primary', () => actions.turnOnSound()),
    );
    const leave = textButton(
      strings.leaveMeeting,
      'secondary',
      () => {
        actions.leave();
        if (this.#model) setText(this.#leaveAsked, leaveWords(this.#model));
      },
      'sign-out',
    );
    const form = h('div', { class: 'lobby-form' }, this.#title, this.#link.elem);
    form.append(
      this.#problems.camera.elem,
      this.#problems.microphone.elem,
      this.#blocked,
      this.#pickers.elem,
    );
    const words = h('div', { class: 'stage-words' }, h('p', { text: page.background }), this.#voices);
    form.append(words, h('div', { class: 'lobby-buttons' }, leave), this.#leaveAsked);
    this.elem = h('main', { class: 'lobby' }, h('div', { class: 'lobby-card' }, this.#makePreview(), form));
  }

  update(model: StagePageModel): void {
    this.#model = model;
    const { camera, microphone, voices, soundBlocked } = model;
    const devices = devicesOf(model);
    setText(this.#title, strings.page.title(meetingInSentence(model.title)));
    this.#video.setTrack(camera.track);
    const starting = camera.status === 'starting';
    show(this.#ring, starting);
    const { cameraOff, cameraStarting } = strings.lobby;
    setText(this.#rest, starting ? cameraStarting : camera.status === 'on' ? '' : cameraOff);
    this.#microphone.update(microphoneControl(devices, 'meeting'));
    this.#camera.update(cameraControl(devices, 'meeting'));
    this.#meter.update(microphone.track);
    this.#problems.camera.update(camera);
    this.#problems.microphone.update(microphone);
    this.#pickers.update(model);
    this.#link.update(model);
    setText(this.#voices, strings.page.voices(voices));
    show(this.#blocked, soundBlocked);
  }

  focus(): void {
    this.#title.focus();
  }

  dispose(): void {
    this.#video.dispose();
    this.#meter.dispose();
  }

  #makePreview(): HTMLElement {
    const rest = h('div', { class: 'preview-rest' }, this.#ring, this.#rest);
    const controls = h('div', { class: 'preview-controls' }, this.#microphone.elem, this.#camera.elem);
    const picture = h('div', {
      class: 'preview',
      attrs: { role: 'group', 'aria-label': strings.page.preview },
    });
    picture.append(rest, this.#video.elem, controls);
    return h('div', { class: 'lobby-preview' }, picture, this.#meter.elem);
  }
}

/** Here the devices are within reach: this page is the one that captures. */
function devicesOf({ microphone, camera }: StagePageModel): OwnDevices {
  return { allowed: 'yes', stage: null, microphone, camera };
}
