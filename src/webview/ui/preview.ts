import type { MeetingActions, MeetingModel } from '../model.ts';
import { Avatar } from './avatar.ts';
import { ControlButton } from './controlButton.ts';
import { cameraControl, microphoneControl } from './deviceControls.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { captureSentence, strings } from './strings.ts';
import { progressRing } from './toolkit.ts';
import { VideoSurface } from './video.ts';

/** One's own picture before joining, with the two switches; or why there is none. */
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
  #model: MeetingModel | null = null;

  constructor(actions: MeetingActions) {
    this.#microphone = new ControlButton(() => {
      const device = this.#model?.devices.microphone;
      actions.setMicrophone(!(device?.wanted === true && device.status !== 'failed'));
    });
    this.#camera = new ControlButton(() => {
      const device = this.#model?.devices.camera;
      actions.setCamera(!(device?.wanted === true && device.status !== 'failed'));
    });
    const rest = h('div', { class: 'preview-rest' }, this.#avatar.elem, this.#ring, this.#text);
    const controls = h('div', { class: 'preview-controls' }, this.#microphone.elem, this.#camera.elem);
    this.#picture = h('div', {
      class: 'preview',
      attrs: { role: 'group', 'aria-label': strings.lobby.preview },
    });
    this.#picture.append(rest, this.#video.elem, controls);
    const { cannotCapture, cannotCaptureDetail } = strings.lobby;
    this.#notice = h(
      'div',
      { class: 'card', attrs: { role: 'note' } },
      icon('info'),
      h(
        'div',
        {},
        h('div', { class: 'card-title', text: cannotCapture }),
        h('div', { text: cannotCaptureDetail }),
      ),
    );
    this.elem = h('div', { class: 'lobby-preview' }, this.#picture, this.#problems, this.#notice);
  }

  update(model: MeetingModel): void {
    this.#model = model;
    const { camera, microphone } = model.devices;
    this.#video.setTrack(camera.status === 'on' ? camera.track : null);
    this.#avatar.update({ id: model.people[0]?.id ?? model.name, name: model.name });
    this.#microphone.update(microphoneControl(model.devices));
    this.#camera.update(cameraControl(model.devices));
    const sentences: string[] = [];
    if (camera.status === 'failed' && camera.problem)
      sentences.push(captureSentence('camera', camera.problem));
    if (microphone.status === 'failed' && microphone.problem)
      sentences.push(captureSentence('microphone', microphone.problem));
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
    show(this.#picture, allowed !== 'no');
    show(this.#problems, allowed !== 'no' && this.#problems.textContent !== '');
    show(this.#notice, allowed === 'no');
    show(this.#ring, starting);
    show(this.#avatar.elem, !starting);
    const { cameraOff, cameraStarting } = strings.lobby;
    setText(this.#text, starting ? cameraStarting : camera.status === 'on' ? '' : cameraOff);
  }
}
