import type { PersonModel } from '../model.ts';
import { h, setText } from './dom.ts';
import type { Widget } from './dom.ts';
import { hueOf, initials } from './format.ts';

/** A person's initials on a colour of their own; decoration, the name stands beside it. */
export class Avatar implements Widget<Pick<PersonModel, 'ordinal' | 'name'>> {
  readonly elem = h('span', { class: 'avatar', attrs: { 'aria-hidden': 'true' } });
  #ordinal = -1;

  update({ ordinal, name }: Pick<PersonModel, 'ordinal' | 'name'>): void {
    setText(this.elem, initials(name));
    if (ordinal === this.#ordinal) return;
    this.#ordinal = ordinal;
    this.elem.style.setProperty('--avatar-hue', String(hueOf(ordinal)));
  }

  dispose(): void {
    this.elem.remove();
  }
}
