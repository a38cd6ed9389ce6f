import type { CheckAction, CheckRow } from '../../setup/check.ts';
import { setupStrings } from '../../setup/setupStrings.ts';
import { h, setText, show, type Widget } from '../dom.ts';
import { icon, setIcon } from '../icons.ts';

const ICONS: Readonly<Record<CheckRow['state'], string>> = {
  waiting: 'circle-large-outline',
  running: 'loading',
  ok: 'pass-filled',
  warning: 'warning',
  failed: 'error',
  skipped: 'circle-slash',
};

/** One check: what it is, how it went, and what to do about it. */
export class CheckRowView implements Widget<CheckRow> {
  readonly elem: HTMLElement;
  readonly #icon = icon(ICONS.waiting);
  readonly #state = h('span', { class: 'visually-hidden' });
  readonly #title = h('span', { class: 'check-title' });
  readonly #sentence = h('p', { class: 'check-sentence' });
  readonly #advice = h('p', { class: 'check-advice' });
  readonly #actions = h('div', { class: 'check-actions' });
  readonly #act: (action: CheckAction) => void;
  #shown = '';

  constructor(act: (action: CheckAction) => void) {
    this.#act = act;
    const head = h('div', { class: 'check-head' }, this.#title, this.#state);
    const body = h('div', { class: 'check-body' }, head, this.#sentence, this.#advice, this.#actions);
    this.elem = h('li', { class: 'check' }, h('span', { class: 'check-icon' }, this.#icon), body);
  }

  update({ title, state, sentence, advice, actions }: CheckRow): void {
    this.elem.dataset['state'] = state;
    setIcon(this.#icon, ICONS[state]);
    setText(this.#title, title);
    setText(this.#state, `: ${setupStrings.states[state]}`);
    setText(this.#sentence, sentence);
    setText(this.#advice, advice);
    show(this.#sentence, sentence !== '');
    show(this.#advice, advice !== '');
    this.#showActions(actions);
  }

  dispose(): void {
    this.elem.remove();
  }

  /** Made anew only when they are others, so that a focus stays. */
  #showActions(actions: readonly CheckAction[]): void {
    const shown = actions.join();
    show(this.#actions, actions.length > 0);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#actions.replaceChildren(
      ...actions.map((action) => {
        const button = h('button', { class: 'link-button', attrs: { type: 'button' } });
        button.textContent = setupStrings.actions[action];
        button.addEventListener('click', () => this.#act(action));
        return button;
      }),
    );
  }
}
