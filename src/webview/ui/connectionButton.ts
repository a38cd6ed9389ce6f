import type { PersonModel } from '../model.ts';
import { connectionStrings as say } from './connectionStrings.ts';
import { type ShownLevel, shownLevel } from './connectionTexts.ts';
import { h, setAttr, show } from './dom.ts';
import type { Widget } from './dom.ts';

/** Opens or closes the details of the connection to a person, beside the button that was pressed. */
export interface ConnectionOpener {
  /** Whether they are open at this button just now. */
  isOpen(button: HTMLElement): boolean;
  open(person: PersonModel, button: HTMLElement): void;
  close(): void;
}

const SVG = 'http://www.w3.org/2000/svg';
const LIT: Readonly<Record<ShownLevel, number>> = {
  good: 3,
  fair: 2,
  poor: 1,
  reconnecting: 0,
  measuring: 0,
};

/** Three bars, as many filled as the level has; decoration only. The empty ones keep their outline. */
export class ConnectionBars {
  readonly elem = document.createElementNS(SVG, 'svg');
  readonly #bars: readonly SVGRectElement[];

  constructor() {
    this.elem.setAttribute('viewBox', '0 0 16 16');
    this.elem.setAttribute('class', 'bars');
    this.elem.setAttribute('aria-hidden', 'true');
    this.#bars = [0, 1, 2].map((at) => {
      const bar = document.createElementNS(SVG, 'rect');
      const height = 4 + at * 4;
      const place = { x: 2 + at * 4.5, y: 14 - height, width: 3, height, rx: 0.5 };
      for (const [name, value] of Object.entries(place)) bar.setAttribute(name, String(value));
      return bar;
    });
    this.elem.append(...this.#bars);
  }

  update(level: ShownLevel): void {
    setAttr(this.elem, 'data-level', level);
    for (const [at, bar] of this.#bars.entries()) bar.classList.toggle('lit', at < LIT[level]);
  }
}

/** How well the connection to a person goes, in three bars; pressed, it opens the details. */
export class ConnectionButton implements Widget<PersonModel> {
  readonly elem: HTMLButtonElement;
  readonly #bars = new ConnectionBars();
  #person: PersonModel | null = null;
  /** The browser closes the details before the click that was to close them arrives. */
  #wasOpen = false;

  constructor(opener: ConnectionOpener) {
    this.elem = h('button', { class: 'connection', attrs: { type: 'button', 'aria-haspopup': 'dialog' } });
    this.elem.append(this.#bars.elem);
    this.elem.addEventListener('pointerdown', () => {
      this.#wasOpen = opener.isOpen(this.elem);
    });
    this.elem.addEventListener('click', () => {
      const open = this.#wasOpen || opener.isOpen(this.elem);
      this.#wasOpen = false;
      if (open) opener.close();
      else if (this.#person) opener.open(this.#person, this.elem);
    });
    show(this.elem, false);
  }

  update(person: PersonModel): void {
    this.#person = person;
    const level = shownLevel(person);
    show(this.elem, level !== null);
    if (level === null) return;
    const label = say.button(person.name, say.levels[level]);
    setAttr(this.elem, 'aria-label', label);
    setAttr(this.elem, 'title', label);
    this.#bars.update(level);
  }

  dispose(): void {
    this.elem.remove();
  }
}
