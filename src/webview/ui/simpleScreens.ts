import type { MeetingActions, MeetingModel } from '../model.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { recovery } from './hostAway.ts';
import { icon, setIcon } from './icons.ts';
import { strings } from './strings.ts';
import { progressRing, textButton } from './toolkit.ts';

/** The screens of phases `loading` and `joining`: something is under way. */
export class WaitingScreen implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #text = h('div', { class: 'centre-text', attrs: { role: 'status' } });
  readonly #cancel: HTMLElement;

  constructor(actions: MeetingActions) {
    this.#cancel = textButton(strings.cancelJoining, 'secondary', () => actions.leave());
    this.elem = h(
      'main',
      { class: 'centre', attrs: { tabindex: '-1' } },
      progressRing(),
      this.#text,
      this.#cancel,
    );
  }

  update({ phase, role, hostName, waitingFor }: MeetingModel): void {
    const joining = waitingFor ?? strings.joining(role, hostName);
    setText(this.#text, phase === 'joining' ? joining : strings.loading);
    show(this.#cancel, phase === 'joining');
  }

  /** Not the button: an Enter that was held a moment too long would press it. */
  focus(): void {
    this.elem.focus();
  }

  dispose(): void {
    this.elem.remove();
  }
}

type Aside = 'nothing' | 'close' | 'recover';

/** The screen of phases `left` and `failed`: what happened, and the one thing to do about it. */
export class OutcomeScreen implements Widget<MeetingModel> {
  readonly elem: HTMLElement;
  readonly #icon = icon('info');
  readonly #title = h('h1', { attrs: { tabindex: '-1' } });
  readonly #detail = h('p');
  readonly #retry: HTMLElement;
  readonly #close: HTMLElement;
  /** What to do while no extension host is there to close the panel. */
  readonly #aside = h('p', { class: 'centre-aside' });
  #says: Aside = 'nothing';
  #model: MeetingModel | null = null;

  constructor(actions: MeetingActions) {
    this.#retry = textButton(strings.tryAgain, 'primary', () => {
      if (this.#model) actions.join(this.#model.name);
    });
    this.#close = textButton(strings.close, 'secondary', () => actions.leave());
    const buttons = h('div', { class: 'centre-buttons' }, this.#retry, this.#close);
    this.#icon.classList.add('centre-icon');
    this.elem = h('main', { class: 'centre' }, this.#icon, this.#title, this.#detail, this.#aside, buttons);
  }

  update(model: MeetingModel): void {
    this.#model = model;
    const failed = model.phase === 'failed';
    setIcon(this.#icon, failed ? 'warning' : 'sign-out');
    this.#icon.classList.add('centre-icon');
    this.elem.classList.toggle('failed', failed);
    setText(this.#title, model.outcome?.title ?? '');
    setText(this.#detail, model.outcome?.detail ?? '');
    show(this.#retry, model.outcome?.retry === true);
    show(this.#close, !model.hostAway);
    this.#say(!model.hostAway || failed ? 'nothing' : model.outcome?.recover === true ? 'recover' : 'close');
  }

  #say(what: Aside): void {
    show(this.#aside, what !== 'nothing');
    if (what === this.#says) return;
    this.#says = what;
    const { over, closeTab } = strings.hostAway;
    this.#aside.replaceChildren(
      ...(what === 'recover' ? recovery(over) : what === 'close' ? [closeTab] : []),
    );
  }

  /** The title is read, and Tab goes on to the buttons. */
  focus(): void {
    this.#title.focus();
  }

  dispose(): void {
    this.elem.remove();
  }
}
