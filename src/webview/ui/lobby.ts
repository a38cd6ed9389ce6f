import * as v from 'valibot';
import { MAX_NAME } from '../../shared/limits.ts';
import { nameSchema } from '../../shared/protocol.ts';
import type { MeetingActions, MeetingModel } from '../model.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { Preview } from './preview.ts';
import { strings } from './strings.ts';
import { markInvalid, textButton, textField } from './toolkit.ts';
import type { TextFieldElement } from './toolkit.ts';

/** The screen before joining: one's name, one's picture, and the way in. */
export class Lobby implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #title = h('h1');
  readonly #intro = h('p', { class: 'lobby-intro' });
  readonly #name: TextFieldElement = textField(strings.lobby.name, MAX_NAME);
  readonly #problem = h('div', { class: 'problem', attrs: { role: 'alert' } });
  readonly #preview: Preview;
  readonly #invite: HTMLElement;
  readonly #actions: MeetingActions;
  #touched = false;

  constructor(actions: MeetingActions) {
    this.#actions = actions;
    this.#preview = new Preview(actions);
    this.#name.classList.add('lobby-name');
    this.#name.setAttribute('required', '');
    this.#name.addEventListener('input', () => {
      this.#touched = true;
      this.#tell('');
    });
    this.#name.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) this.#join();
    });
    this.#tell('');
    this.#invite = textButton(strings.copyInvite, 'secondary', () => actions.copyInvite(), 'link');
    const join = textButton(strings.lobby.join, 'primary', () => this.#join());
    join.classList.add('lobby-join');
    const without = textButton(strings.lobby.joinWithoutDevices, 'secondary', () =>
      this.#enter((name) => actions.joinWithoutDevices(name)),
    );
    const leave = h('button', {
      class: 'link-button',
      text: strings.leaveMeeting,
      attrs: { type: 'button' },
    });
    leave.addEventListener('click', () => actions.leave());
    const buttons = h('div', { class: 'lobby-buttons' }, join, without, this.#invite);
    const form = h('div', { class: 'lobby-form' });
    form.append(this.#title, this.#intro, this.#name, this.#problem, buttons, leave);
    const card = h('div', { class: 'lobby-card' }, this.#preview.elem, form);
    this.elem = h('main', { class: 'lobby' }, card);
  }

  update(model: MeetingModel): void {
    setText(this.#title, strings.lobby.title(model.role, model.hostName));
    setText(this.#intro, strings.lobby.intro(model.role));
    show(this.#invite, model.role === 'host');
    if (!this.#touched && this.#name.value !== model.name) this.#name.value = model.name;
    this.#preview.update(model);
  }

  /** The name comes first: whoever has one presses Enter. */
  focus(): void {
    this.#name.focus();
  }

  dispose(): void {
    this.#preview.dispose();
  }

  #join(): void {
    this.#enter((name) => this.#actions.join(name));
  }

  #enter(join: (name: string) => void): void {
    const name = this.#name.value.trim();
    if (name === '') this.#tell(strings.lobby.nameMissing);
    else if (!v.is(nameSchema, name)) this.#tell(strings.lobby.nameUnusable);
    else {
      this.#tell('');
      join(name);
      return;
    }
    this.#name.focus();
  }

  #tell(sentence: string): void {
    setText(this.#problem, sentence);
    show(this.#problem, sentence !== '');
    markInvalid(this.#name, sentence !== '');
    this.#name.classList.toggle('invalid', sentence !== '');
  }
}
