import type { StagePageActions, StagePageModel } from '../stageModel.ts';
import { h, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon, setIcon } from './icons.ts';
import { endWords, meetingInSentence } from './stageWords.ts';
import { captureSentence, strings } from './strings.ts';
import { progressRing, textButton } from './toolkit.ts';

/** How the page stands to VS Code, in a line. */
export class LinkState implements Widget<StagePageModel> {
  readonly elem: HTMLElement;
  readonly #text = h('span');

  constructor() {
    const dot = h('span', { class: 'link-dot', attrs: { 'aria-hidden': 'true' } });
    this.elem = h('div', { class: 'link-state', attrs: { role: 'status' } }, dot, this.#text);
  }

  update({ link }: StagePageModel): void {
    setAttr(this.elem, 'data-link', link);
    setText(this.#text, link === 'connected' ? strings.page.connected : strings.page.connecting);
  }

  dispose(): void {
    this.elem.remove();
  }
}

/** Nothing can be done here (any more), or not yet: one message in the middle. */
export class StageMessage implements Widget<StagePageModel> {
  readonly elem: HTMLElement;
  readonly #ring = progressRing();
  readonly #icon = icon('check');
  readonly #title = h('h1', { attrs: { tabindex: '-1' } });
  readonly #detail = h('p', { attrs: { role: 'status' } });

  constructor() {
    this.elem = h('main', { class: 'centre' }, this.#ring, this.#icon, this.#title, this.#detail);
  }

  update(model: StagePageModel): void {
    const end = endWords(model);
    show(this.#ring, end === null);
    show(this.#icon, end !== null);
    show(this.#title, end !== null);
    setIcon(this.#icon, end?.icon ?? 'check');
    this.#icon.classList.add('centre-icon');
    this.elem.classList.toggle('failed', model.link === 'refused' || model.link === 'no-webrtc');
    setText(this.#title, end?.title ?? '');
    setText(this.#detail, end?.detail ?? strings.page.connecting);
  }

  focus(): void {
    this.#title.focus();
  }

  dispose(): void {
    this.elem.remove();
  }
}

/** Before the one click: why this page exists, and the button. */
export class StageAsk implements Widget<StagePageModel> {
  readonly elem: HTMLElement;
  readonly #title = h('h1');
  readonly #problem = h('p', { class: 'problem', attrs: { role: 'alert' } });
  readonly #hint = h('p', { attrs: { role: 'status' } });
  readonly #button: HTMLElement;
  readonly #link = new LinkState();
  readonly #purpose: 'devices' | 'screen';

  constructor(purpose: 'devices' | 'screen', actions: StagePageActions) {
    const { page } = strings;
    const devices = purpose === 'devices';
    this.#purpose = purpose;
    this.#button = textButton(
      devices ? page.start : page.choose,
      'primary',
      () => (devices ? actions.start() : actions.startScreen()),
      devices ? 'device-camera-video' : 'device-desktop',
    );
    this.#button.classList.add('big');
    const mark = h('span', { class: 'ask-mark' }, icon(devices ? 'device-camera-video' : 'device-desktop'));
    const why = h('p', { text: devices ? page.why : page.whyScreen });
    this.elem = h('main', { class: 'centre ask' }, mark, this.#title, why, this.#problem);
    this.elem.append(this.#button, this.#hint, this.#link.elem);
  }

  update(model: StagePageModel): void {
    const { page } = strings;
    const devices = this.#purpose === 'devices';
    const meeting = meetingInSentence(model.title);
    setText(this.#title, devices ? page.title(meeting) : page.screenTitle(meeting));
    const { status, problem } = model.screen;
    const failed = !devices && status === 'failed' && problem !== null;
    setText(this.#problem, failed ? captureSentence('screen', problem, 'stage') : '');
    show(this.#problem, failed);
    const choosing = !devices && status === 'starting';
    setText(this.#hint, choosing ? page.choosing : '');
    show(this.#hint, choosing);
    this.#link.update(model);
  }

  focus(): void {
    this.#button.focus();
  }

  dispose(): void {
    this.elem.remove();
  }
}
