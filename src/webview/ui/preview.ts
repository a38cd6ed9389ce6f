import type { DeviceModel, DevicesModel, MeetingActions, MeetingModel } from '../model.ts';
import { Avatar } from './avatar.ts';
import { ControlButton } from './controlButton.ts';
import { DeviceChooser } from './deviceChooser.ts';
import { cameraControl, microphoneControl, pressOf } from './deviceControls.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { captureSentence, strings } from './strings.ts';
import { progressRing } from './toolkit.ts';
import { VideoSurface } from './video.ts';

/** One's own picture before joining, with the two switches; and that a page is opened for it, where that is so. */
export class Preview implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #picture: HTMLElement;
  readonly #notice: HTMLElement;
  readonly #video = new VideoSurface(() => this.#draw());
  readonly #avatar = new Avatar();
  readonly #ring = progressRing();
  readonly #text = h('div', { class: 'preview-text', attrs: { role: 'status' } });
  readonly #problems = h('div', { class: 'problem', attrs: { role: 'status' } });
  readonly #microphone: ControlButton;
  readonly #camera: ControlButton;
  readonly #chooser: DeviceChooser;
  #model: MeetingModel | null = null;

  constructor(actions: MeetingActions) {
    this.#microphone = new ControlButton(() => {
      if (this.#model) actions.setMicrophone(pressOf('microphone', this.#model.devices, 'lobby').on);
    });
    this.#camera = new ControlButton(() => {
      if (this.#model) actions.setCamera(pressOf('camera', this.#model.devices, 'lobby').on);
    });
    this.#chooser = new DeviceChooser(actions);
    const rest = h('div', { class: 'preview-rest' }, this.#avatar.elem, this.#ring, this.#text);
    const controls = h('div', { class: 'preview-controls' });
    controls.append(this.#microphone.elem, this.#camera.elem, this.#chooser.elem);
    this.#picture = h('div', {
      class: 'preview',
      attrs: { role: 'group', 'aria-label': strings.lobby.preview },
    });
    this.#picture.append(rest, this.#video.elem, controls);
    const { opensPage, opensPageDetail } = strings.lobby;
    this.#notice = h(
      'div',
      { class: 'card', attrs: { role: 'note' } },
      icon('info'),
      h('div', {}, h('div', { class: 'card-title', text: opensPage }), h('div', { text: opensPageDetail })),
    );
    this.elem = h('div', { class: 'lobby-preview' }, this.#picture, this.#problems, this.#notice);
  }

  update(model: MeetingModel): void {
    this.#model = model;
    const { camera, microphone } = model.devices;
    this.#video.setTrack(camera.status === 'on' ? camera.track : null);
    // Which place a guest will have nobody knows yet; it is the second more often than any other.
    this.#avatar.update({ ordinal: model.role === 'host' ? 0 : 1, name: model.name });
    this.#microphone.update(microphoneControl(model.devices, 'lobby'));
    this.#camera.update(cameraControl(model.devices, 'lobby'));
    this.#chooser.update(model.devices);
    const where = model.devices.stage ? 'stage' : 'panel';
    const sentences: string[] = [];
    if (camera.status === 'failed' && camera.problem)
      sentences.push(captureSentence('camera', camera.problem, where));
    if (microphone.status === 'failed' && microphone.problem)
      sentences.push(captureSentence('microphone', microphone.problem, where));
    setText(this.#problems, sentences.join(' '));
    this.#draw();
  }

  dispose(): void {
    this.#video.dispose();
  }

  #draw(): void {
    if (!this.#model) return;
    const { allowed, camera } = this.#model.devices;
    const starting = camera.status === 'starting';
    show(this.#problems, this.#problems.textContent !== '');
    show(this.#notice, allowed === 'no');
    show(this.#ring, starting);
    show(this.#avatar.elem, !starting);
    setText(this.#text, starting ? strings.lobby.cameraStarting : restSentence(camera, allowed));
  }
}

function restSentence(camera: DeviceModel, allowed: DevicesModel['allowed']): string {
  if (camera.status === 'on') return '';
  return allowed === 'no' && camera.wanted ? strings.lobby.cameraStartsInPage : strings.lobby.cameraOff;
}
