import { h, setText } from './dom.ts';
import { icon } from './icons.ts';
import { textButton } from './toolkit.ts';

/** A slim line above the meeting: a state that lasts, and what to do about it. */
export class Strip {
  readonly elem: HTMLElement;
  readonly #text = h('span', { class: 'strip-text' });

  constructor(
    kind: 'warning' | 'info',
    iconName: string,
    button?: { readonly label: string; readonly press: () => void },
  ) {
    this.elem = h('div', { class: 'strip', attrs: { role: 'status', 'data-kind': kind } });
    this.elem.append(icon(iconName), this.#text);
    if (button) this.elem.append(textButton(button.label, 'primary', button.press));
    this.elem.hidden = true;
  }

  /** Shows a sentence; null hides the strip. */
  set(sentence: string | null): void {
    // Shown before it is filled: a status is read when its text changes while it is there.
    this.elem.hidden = sentence === null;
    setText(this.#text, sentence ?? '');
    this.#text.title = sentence ?? '';
  }
}
