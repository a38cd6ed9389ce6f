import type { PersonModel } from '../model.ts';
import { Avatar } from './avatar.ts';
import { ConnectionButton } from './connectionButton.ts';
import type { ConnectionOpener } from './connectionButton.ts';
import { h, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon, spokenIcon } from './icons.ts';
import { strings } from './strings.ts';
import { progressRing } from './toolkit.ts';
import { VideoSurface } from './video.ts';

/** One person: their picture or initials, their name, and what others should know of them. */
export class Tile implements Widget<PersonModel> {
  readonly elem: HTMLElement;
  readonly #video: VideoSurface;
  readonly #avatar = new Avatar();
  readonly #name = h('span', { class: 'tile-name' });
  readonly #you = h('span', { class: 'tile-you', text: strings.you });
  readonly #host = h('span', { class: 'tag', text: strings.host });
  readonly #muted = spokenIcon('mic-off', strings.room.microphoneOff);
  readonly #cameraOff = spokenIcon('device-camera-video-off', strings.room.cameraOff);
  readonly #hand = spokenIcon('hand', strings.room.hand);
  readonly #presenting = spokenIcon('device-desktop', strings.room.presenting);
  readonly #reconnecting = h('div', { class: 'tile-reconnecting' });
  readonly #connecting = h('div', { class: 'tile-connecting', attrs: { role: 'status' } });
  readonly #quality: ConnectionButton;

  constructor(details: ConnectionOpener) {
    this.#quality = new ConnectionButton(details);
    this.#video = new VideoSurface((live) => this.elem.classList.toggle('live', live));
    this.#hand.classList.add('mark', 'mark-hand');
    this.#presenting.classList.add('mark');
    setAttr(this.#reconnecting, 'role', 'img');
    setAttr(this.#reconnecting, 'aria-label', strings.room.reconnecting);
    this.#reconnecting.append(icon('sync-ignored'), h('span', { text: strings.room.reconnecting }));
    this.#connecting.append(progressRing(), h('span', { text: strings.room.connecting }));
    const label = h(
      'div',
      { class: 'tile-label' },
      this.#muted,
      this.#cameraOff,
      this.#name,
      this.#you,
      this.#host,
      this.#quality.elem,
    );
    const marks = h('div', { class: 'tile-marks' }, this.#reconnecting, this.#hand, this.#presenting);
    this.elem = h('div', { class: 'tile', attrs: { role: 'group' } });
    this.elem.append(this.#avatar.elem, this.#video.elem, this.#connecting, marks, label);
  }

  update(person: PersonModel): void {
    setAttr(this.elem, 'aria-label', person.name);
    this.elem.classList.toggle('self', person.self);
    this.#avatar.update(person);
    this.#video.setTrack(person.camera ? person.video : null);
    setText(this.#name, person.name);
    setAttr(this.#name, 'title', person.name);
    show(this.#you, person.self);
    show(this.#host, person.host);
    const connected = person.link !== 'connecting';
    show(this.#connecting, !connected);
    show(this.#reconnecting, person.link === 'reconnecting');
    this.elem.classList.toggle('connecting', !connected);
    this.elem.classList.toggle('reconnecting', person.link === 'reconnecting');
    show(this.#muted, connected && !person.microphone);
    show(this.#cameraOff, connected && !person.camera);
    show(this.#hand, person.hand);
    show(this.#presenting, person.presenting);
    this.#quality.update(person);
  }

  dispose(): void {
    this.#video.dispose();
  }
}
