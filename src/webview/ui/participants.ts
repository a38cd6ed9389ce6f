import type { PersonModel } from '../model.ts';
import { Avatar } from './avatar.ts';
import { ConnectionButton } from './connectionButton.ts';
import type { ConnectionOpener } from './connectionButton.ts';
import { h, KeyedList, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { spokenIcon } from './icons.ts';
import { strings } from './strings.ts';

class Row implements Widget<PersonModel> {
  readonly elem: HTMLElement;
  readonly #avatar = new Avatar();
  readonly #name = h('span', { class: 'person-name' });
  readonly #you = h('span', { class: 'person-you', text: strings.you });
  readonly #host = h('span', { class: 'tag', text: strings.host });
  readonly #hand = spokenIcon('hand', strings.room.hand);
  readonly #presenting = spokenIcon('device-desktop', strings.room.presenting);
  readonly #muted = spokenIcon('mic-off', strings.room.microphoneOff);
  readonly #cameraOff = spokenIcon('device-camera-video-off', strings.room.cameraOff);
  readonly #connecting = h('span', { class: 'person-link', text: strings.room.connecting });
  readonly #quality: ConnectionButton;

  constructor(details: ConnectionOpener) {
    this.#quality = new ConnectionButton(details);
    const states = [this.#connecting, this.#hand, this.#presenting, this.#muted, this.#cameraOff];
    this.elem = h('div', { class: 'person', attrs: { role: 'listitem' } });
    const who = h('span', { class: 'person-who' }, this.#name, this.#you, this.#host);
    this.elem.append(this.#avatar.elem, who);
    this.elem.append(h('span', { class: 'person-states' }, ...states, this.#quality.elem));
    this.#hand.classList.add('mark-hand');
  }

  update(person: PersonModel): void {
    const connected = person.link === 'connected';
    const { connecting, reconnecting } = strings.room;
    setText(this.#connecting, person.link === 'reconnecting' ? reconnecting : connecting);
    this.#avatar.update(person);
    setText(this.#name, person.name);
    this.#name.title = person.name;
    show(this.#you, person.self);
    show(this.#host, person.host);
    show(this.#connecting, !connected);
    show(this.#hand, person.hand);
    show(this.#presenting, person.presenting);
    show(this.#cameraOff, connected && !person.camera);
    show(this.#muted, connected && !person.microphone);
    this.#quality.update(person);
  }

  dispose(): void {
    this.#avatar.dispose();
  }
}

/** Who is in the meeting, oneself first. */
export class Participants implements Widget<readonly PersonModel[]> {
  readonly elem: HTMLElement;
  readonly #list: KeyedList<PersonModel, Row>;
  readonly #alone = h('div', { class: 'empty', text: strings.side.alone });

  constructor(details: ConnectionOpener) {
    const list = h('div', {
      class: 'people',
      attrs: { role: 'list', 'aria-label': strings.side.participants },
    });
    this.elem = h('div', { class: 'pane-body' }, list, this.#alone);
    this.#list = new KeyedList(
      list,
      (person) => person.id,
      () => new Row(details),
    );
  }

  update(people: readonly PersonModel[]): void {
    this.#list.update(people);
    show(this.#alone, people.length < 2);
  }

  dispose(): void {
    this.#list.dispose();
  }
}
