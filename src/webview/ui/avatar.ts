import type { PersonModel } from '../model.ts';
import { h, setText } from './dom.ts';
import type { Widget } from './dom.ts';
import { hueOf, initials } from './format.ts';

/** A person's initials on a colour of their own; decoration, the name stands beside it. */
export class Avatar implements Widget<Pick<PersonModel, 'id' | 'name'>> {
  readonly elem = h('span', { class: 'avatar', attrs: { 'aria-hidden': 'true' } });
  #id = '';

  update({ id, name }: Pick<PersonModel, 'id' | 'name'>): void {
    setText(this.elem, initials(name));
    if (id === this.#id) return;
    this.#id = id;
    this.elem.style.setProperty('--avatar-hue', String(hueOf(id)));
  }

  dispose(): void {
    this.elem.remove();
  }
}
