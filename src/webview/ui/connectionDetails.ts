import { NO_FIGURES } from '../connectionModel.ts';
import type { ConnectionsView } from '../connectionModel.ts';
import type { PersonModel } from '../model.ts';
import { ConnectionBars } from './connectionButton.ts';
import type { ConnectionOpener } from './connectionButton.ts';
import { connectionStrings as say } from './connectionStrings.ts';
import { connectionTexts, plainText, shownLevel } from './connectionTexts.ts';
import type { ConnectionTexts, DetailRow } from './connectionTexts.ts';
import { h, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { iconButton, textButton } from './toolkit.ts';

/** Between the details and their button, and the page's edge; px. */
const GAP = 6;
const EDGE = 8;

/**
 * The figures of one connection, beside the button that opened them. The browser closes the popover on Esc and on a
 * click elsewhere, and gives the focus back. Figures follow what is measured, and none of them is read aloud by itself.
 */
export class ConnectionDetails implements Widget<readonly PersonModel[]>, ConnectionOpener {
  readonly elem: HTMLElement;
  readonly #connections: ConnectionsView;
  readonly #title = h('h2', { attrs: { id: 'connection-title' } });
  readonly #bars = new ConnectionBars();
  readonly #level = h('span', { class: 'connection-level' });
  readonly #sentence = h('p', { attrs: { id: 'connection-sentence' } });
  readonly #advice = h('p', { class: 'connection-advice' });
  readonly #from = h('th', { attrs: { scope: 'col' } });
  readonly #to = h('th', { attrs: { scope: 'col' } });
  readonly #whole = h('tbody');
  readonly #ways = h('tbody');
  readonly #said = h('span', { class: 'connection-said', attrs: { role: 'status' } });
  readonly #close: HTMLElement;
  readonly #onResize = (): void => this.#place();
  #person: PersonModel | null = null;
  #button: HTMLElement | null = null;
  #stop: (() => void) | null = null;

  constructor(connections: ConnectionsView) {
    this.#connections = connections;
    this.#close = iconButton('close', 'Close', () => this.close());
    const head = h('div', { class: 'connection-head' }, this.#title, this.#close);
    const state = h('div', { class: 'connection-state' }, this.#bars.elem, this.#level);
    const corner = h('td');
    // Not a thead: it heads what follows it, and browsers would put that above the whole connection's figures.
    const ways = h('tbody', { class: 'connection-ways' }, h('tr', {}, corner, this.#from, this.#to));
    const table = h('table', { attrs: { 'aria-label': say.figures } }, this.#whole, ways, this.#ways);
    const copy = textButton(say.copy, 'secondary', () => void this.#copy(), 'copy');
    const foot = h('div', { class: 'connection-foot' }, copy, this.#said);
    this.elem = h('div', {
      class: 'connection-details',
      attrs: {
        popover: 'auto',
        role: 'dialog',
        'aria-labelledby': 'connection-title',
        'aria-describedby': 'connection-sentence',
      },
    });
    this.elem.append(head, state, this.#sentence, this.#advice, table, foot);
    this.elem.addEventListener('toggle', () => {
      if (!this.elem.matches(':popover-open')) this.#closed();
    });
    // Esc closes this alone, not also what lies below.
    this.elem.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') event.stopPropagation();
    });
  }

  isOpen(button: HTMLElement): boolean {
    return this.#button === button && this.elem.matches(':popover-open');
  }

  open(person: PersonModel, button: HTMLElement): void {
    this.close();
    this.#closed();
    this.#person = person;
    this.#button = button;
    setText(this.#said, '');
    this.#stop = this.#connections.subscribe(person.id, () => this.#draw());
    window.addEventListener('resize', this.#onResize);
    this.#draw();
    this.elem.showPopover();
    this.#place();
    this.#close.focus();
  }

  close(): void {
    if (this.elem.matches(':popover-open')) this.elem.hidePopover();
  }

  /** The people of the meeting, as they are now. */
  update(people: readonly PersonModel[]): void {
    if (!this.#person) return;
    const { id } = this.#person;
    const person = people.find((other) => other.id === id);
    if (!person || shownLevel(person) === null) return this.close();
    this.#person = person;
    this.#draw();
  }

  dispose(): void {
    this.close();
    this.#closed();
    this.elem.remove();
  }

  #closed(): void {
    this.#stop?.();
    this.#stop = null;
    this.#person = this.#button = null;
    window.removeEventListener('resize', this.#onResize);
  }

  #texts(): ConnectionTexts | null {
    const person = this.#person;
    const level = person && shownLevel(person);
    if (!person || !level) return null;
    const measured = level === 'reconnecting' ? null : this.#connections.of(person.id);
    return connectionTexts(person.name, level, measured ?? { level: null, figures: NO_FIGURES, causes: [] });
  }

  #draw(): void {
    const texts = this.#texts();
    if (!texts || !this.#person) return;
    const { name } = this.#person;
    setText(this.#title, texts.title);
    this.#bars.update(texts.level);
    setText(this.#level, say.levels[texts.level]);
    setText(this.#sentence, texts.sentence);
    setText(this.#advice, texts.advice);
    show(this.#advice, texts.advice !== '');
    setText(this.#from, say.from(name));
    setText(this.#to, say.to(name));
    drawRows(
      this.#whole,
      texts.rows.filter(({ values }) => values.length === 1),
    );
    drawRows(
      this.#ways,
      texts.rows.filter(({ values }) => values.length === 2),
    );
    if (this.elem.matches(':popover-open')) this.#place();
  }

  /** Above the button where there is room, else below it, and always on the page. */
  #place(): void {
    if (!this.#button) return;
    const { left, top, bottom } = this.#button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.elem;
    const { clientWidth, clientHeight } = document.documentElement;
    const within = (at: number, size: number, room: number): number =>
      Math.max(EDGE, Math.min(at, room - size - EDGE));
    const above = top - height - GAP;
    const y = above >= EDGE ? above : within(bottom + GAP, height, clientHeight);
    this.elem.style.left = `${String(within(left, width, clientWidth))}px`;
    this.elem.style.top = `${String(y)}px`;
  }

  async #copy(): Promise<void> {
    const texts = this.#texts();
    if (!texts || !this.#person) return;
    // Said again it is to be heard again.
    setText(this.#said, '');
    const { name } = this.#person;
    const said = await navigator.clipboard.writeText(plainText(name, texts)).then(
      () => say.copied,
      () => say.notCopied,
    );
    setText(this.#said, said);
  }
}

/** Rows are kept as long as their number is the same: a selection of text is not to be lost to every figure. */
function drawRows(body: HTMLTableSectionElement, rows: readonly DetailRow[]): void {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  for (const [at, { label, values }] of rows.entries()) {
    const row = body.rows[at] ?? body.insertRow();
    if (row.cells.length === 0) {
      row.append(h('th', { attrs: { scope: 'row' } }), ...values.map(() => h('td')));
      const [, only] = row.cells;
      if (values.length === 1 && only) only.colSpan = 2;
    }
    for (const [cell, text] of [label, ...values].entries()) {
      const elem = row.cells[cell];
      if (elem) setText(elem, unbroken(text));
    }
  }
}

/** Keeps a number and its unit, and the sides of a picture, on one line. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=\S)|(?<=×) /gu, '\u00a0');
}
