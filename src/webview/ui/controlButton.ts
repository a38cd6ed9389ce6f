import { h, setAttr, setText, show } from './dom.ts';
import { icon, setIcon } from './icons.ts';
import { progressRing } from './toolkit.ts';

/** How a control looks and what it is called. */
export interface ControlModel {
  /** What it does when pressed: its name, and its tooltip unless there is a hint. */
  readonly label: string;
  readonly icon: string;
  /**
   * `off`: something of one's own is off; `active`: something is on that others notice; `pending`: it is asked for and
   * cannot be on yet.
   */
  readonly tone?: 'plain' | 'off' | 'pending' | 'active' | 'danger';
  readonly busy?: boolean;
  /** A sentence for the tooltip: what went wrong, or why it cannot be used. */
  readonly hint?: string | null;
  /** Something went wrong: a mark is shown. */
  readonly problem?: boolean;
  /** It cannot be used; a click tells the hint. */
  readonly unavailable?: boolean;
  /** For a control that keeps its name while it is pressed or not. */
  readonly pressed?: boolean;
  readonly count?: number;
  /** Said after the name by screen readers. */
  readonly description?: string | null;
}

/** A square button with an icon, as in the bar of controls. */
export class ControlButton {
  readonly elem: HTMLButtonElement;
  readonly #icon = icon('blank');
  readonly #ring = progressRing();
  readonly #mark = h('span', {
    class: 'control-mark codicon codicon-warning',
    attrs: { 'aria-hidden': 'true' },
  });
  // No badge of the toolkit: it writes a style attribute, which the page's CSP refuses.
  readonly #badge = h('span', { class: 'control-badge', attrs: { 'aria-hidden': 'true' } });
  #model: ControlModel | null = null;

  /** `onUnavailable` is told the hint when somebody presses what cannot be used. */
  constructor(onPress: () => void, onUnavailable: (hint: string) => void = () => undefined, text?: string) {
    this.elem = h('button', { class: 'control', attrs: { type: 'button' } }, this.#icon, this.#ring);
    if (text !== undefined) this.elem.append(h('span', { class: 'control-text', text }));
    this.elem.append(this.#mark, this.#badge);
    this.elem.addEventListener('click', () => {
      if (this.#model?.unavailable === true) onUnavailable(this.#model.hint ?? this.#model.label);
      else onPress();
    });
  }

  update(model: ControlModel): void {
    this.#model = model;
    const { elem } = this;
    setAttr(elem, 'aria-label', model.label);
    const title = model.hint ?? null;
    setAttr(elem, 'title', title === null ? model.label : `${model.label}: ${title}`);
    setAttr(elem, 'aria-description', [title, model.description ?? null].filter(Boolean).join(' ') || null);
    setAttr(elem, 'aria-disabled', model.unavailable === true ? 'true' : null);
    setAttr(elem, 'aria-pressed', model.pressed === undefined ? null : String(model.pressed));
    setAttr(elem, 'aria-busy', model.busy === true ? 'true' : null);
    setAttr(elem, 'data-tone', model.tone ?? 'plain');
    setIcon(this.#icon, model.icon);
    show(this.#ring, model.busy === true);
    show(this.#mark, model.problem === true);
    const count = model.count ?? 0;
    show(this.#badge, count > 0);
    setText(this.#badge, count > 99 ? '99+' : String(count));
  }
}
