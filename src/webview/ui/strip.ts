import { h, setText, show } from './dom.ts';
import { icon } from './icons.ts';
import type { ButtonElement } from './toolkit.ts';
import { strings } from './strings.ts';
import { iconButton, setProminent, textButton } from './toolkit.ts';

/** A button of a strip. */
export interface StripButton {
  readonly label: string;
  readonly press: () => void;
}

/** A slim line above the meeting: a state that lasts, and what to do about it. */
export class Strip<K extends string = never> {
  readonly elem: HTMLElement;
  readonly #text = h('span', { class: 'strip-text' });
  readonly #actions = h('span', { class: 'strip-actions' });
  readonly #buttons = new Map<K, ButtonElement>();

  readonly #close: ButtonElement;
  /** The sentence that the person does not want to see again, until there is another. */
  #dismissed: string | null = null;

  constructor(kind: 'warning' | 'info', iconName: string, buttons?: Readonly<Record<K, StripButton>>) {
    this.elem = h('div', { class: 'strip', attrs: { role: 'status', 'data-kind': kind } });
    this.elem.append(icon(iconName), this.#text, this.#actions);
    for (const key of Object.keys(buttons ?? {}) as K[]) {
      const button = buttons?.[key];
      if (button) this.#buttons.set(key, textButton(button.label, 'primary', button.press));
    }
    this.#actions.append(...this.#buttons.values());
    this.#close = iconButton('close', strings.dismiss, () => {
      this.#dismissed = this.#text.textContent;
      this.elem.hidden = true;
    });
    this.elem.append(this.#close);
    this.elem.hidden = true;
  }

  /**
   * Shows a sentence with these buttons in this order, all of them unless named; null hides the strip. One stands out: the
   * first, unless what is to be done first is done elsewhere. One that is dismissible can be closed, and stays so until it
   * has something else to say.
   */
  set(
    sentence: string | null,
    offers: readonly K[] = [...this.#buttons.keys()],
    main: K | null = offers[0] ?? null,
    dismissible = false,
  ): void {
    if (sentence !== this.#dismissed) this.#dismissed = null;
    // Shown before it is filled: a status is read when its text changes while it is there.
    this.elem.hidden = sentence === null || sentence === this.#dismissed;
    show(this.#close, dismissible);
    setText(this.#text, sentence ?? '');
    this.#text.title = sentence ?? '';
    show(this.#actions, offers.length > 0);
    for (const [key, button] of this.#buttons) {
      show(button, offers.includes(key));
      setProminent(button, key === main);
    }
    this.#order(offers);
  }

  /** Moves buttons only where they stand otherwise: one that is moved loses the focus. */
  #order(offers: readonly K[]): void {
    const wanted = offers.map((key) => this.#buttons.get(key)).filter((button) => button !== undefined);
    const shown = Array.from(this.#actions.children).filter((child) => wanted.some((one) => one === child));
    if (wanted.some((button, at) => button !== shown[at])) this.#actions.append(...wanted);
  }
}
