import type { FileModel, MeetingActions } from '../model.ts';
import { h, KeyedList, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { fileIcon, splitName } from './fileNames.ts';
import { labelOf, OFFERS, offersOf, onlyLooked } from './fileOffers.ts';
import type { OfferKind } from './fileOffers.ts';
import { metaOf, progressLine, progressOf, spokenOf, stateOf } from './fileTexts.ts';
import { icon, setIcon } from './icons.ts';
import { strings } from './strings.ts';
import { iconButton, textButton } from './toolkit.ts';
import type { ButtonElement } from './toolkit.ts';

/** A file, and how many transfers are on their way: a queued one waits for them. */
export interface FileLine {
  readonly file: FileModel;
  readonly ahead: number;
}

/** A name of which, where room is short, the middle is left out: its end says what it is. */
class NameView {
  readonly elem = h('div', { class: 'file-name', attrs: { dir: 'auto' } });
  #name = '';

  update(name: string, title: string): void {
    this.elem.title = title;
    if (name === this.#name) return;
    this.#name = name;
    const [head, tail] = splitName(name);
    const part = (text: string) => h('span', { text, attrs: { 'aria-hidden': 'true' } });
    if (tail === '') this.elem.replaceChildren(h('span', { text: name }));
    else
      this.elem.replaceChildren(h('span', { class: 'visually-hidden', text: name }), part(head), part(tail));
  }
}

interface Tool {
  readonly kind: OfferKind;
  readonly label: string;
}

class ToolButton implements Widget<Tool> {
  readonly elem: ButtonElement;

  constructor({ kind, label }: Tool, press: (event: MouseEvent, kind: OfferKind) => void) {
    this.elem = iconButton(OFFERS[kind].icon, label, () => undefined);
    this.elem.addEventListener('click', (event) => press(event, kind));
  }

  update({ label }: Tool): void {
    setAttr(this.elem, 'aria-label', label);
    setAttr(this.elem, 'title', label);
  }

  dispose(): void {
    this.elem.remove();
  }
}

/** A file in "Shared files": what it is, how far it has come, and what can be done with it. */
export class FileRow implements Widget<FileLine> {
  readonly elem: HTMLElement;
  readonly #icon = icon('file');
  readonly #name = new NameView();
  readonly #meta = h('div', { class: 'file-meta' });
  readonly #bar = h(
    'div',
    { class: 'file-bar', attrs: { role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100' } },
    h('div', { class: 'file-fill' }),
  );
  readonly #progress = h('div', { class: 'file-progress' });
  readonly #spoken = h('span', { class: 'visually-hidden' });
  readonly #state = h('span');
  readonly #primary: ButtonElement;
  readonly #tools: KeyedList<Tool, ToolButton>;
  readonly #actions: MeetingActions;
  #file: FileModel | null = null;
  #offer: OfferKind | null = null;

  constructor(actions: MeetingActions) {
    this.#actions = actions;
    this.#primary = textButton('', 'secondary', () => undefined);
    this.#primary.addEventListener('click', (event) => this.#press(event, this.#offer));
    const tools = h('div', { class: 'file-tools' });
    this.#tools = new KeyedList(
      tools,
      ({ kind }) => kind,
      (tool) => new ToolButton(tool, (event, kind) => this.#press(event, kind)),
    );
    const text = h('div', { class: 'file-text' }, this.#name.elem, this.#meta);
    // Always there: a live region that appears together with its text is not read by all.
    const state = h('div', { class: 'file-state', attrs: { role: 'status' } }, this.#spoken, this.#state);
    this.elem = h('div', { class: 'file', attrs: { role: 'listitem' } });
    this.elem.append(this.#icon, text, h('div', { class: 'file-actions' }, this.#primary, tools));
    this.elem.append(h('div', { class: 'file-more' }, this.#bar, this.#progress, state));
  }

  update({ file, ahead }: FileLine): void {
    this.#file = file;
    setIcon(this.#icon, fileIcon(file));
    this.#name.update(file.name, file.path ?? file.name);
    const meta = metaOf(file);
    setText(this.#meta, meta);
    this.elem.dataset['status'] = statusOf(file);
    this.elem.classList.toggle('gone', file.gone);
    this.#drawProgress(file);
    setText(this.#spoken, spokenOf(file));
    setText(this.#state, stateOf(file, ahead));
    this.#drawOffers(file);
  }

  dispose(): void {
    this.#tools.dispose();
    this.#file = null;
  }

  #drawProgress(file: FileModel): void {
    const percent = progressOf(file);
    show(this.#bar, percent !== null);
    setText(this.#progress, progressLine(file));
    if (percent === null) return;
    setAttr(this.#bar, 'aria-label', strings.files.progressOf(file.name, file.transfer?.purpose ?? 'save'));
    setAttr(this.#bar, 'aria-valuenow', String(percent));
    this.#bar.style.setProperty('--done', `${String(percent)}%`);
  }

  #drawOffers(file: FileModel): void {
    const { primary, tools } = offersOf(file);
    this.#offer = primary;
    show(this.#primary, primary !== null);
    if (primary !== null) {
      setText(this.#primary, strings.files[primary].text);
      setAttr(this.#primary, 'aria-label', labelOf(primary, file));
      setAttr(this.#primary, 'title', labelOf(primary, file));
    }
    this.#tools.update(tools.map((kind) => ({ kind, label: labelOf(kind, file) })));
  }

  #press(event: MouseEvent, kind: OfferKind | null): void {
    // The second click of a double click would meet what the first one turned the button into.
    if (event.detail > 1 || kind === null || !this.#file) return;
    OFFERS[kind].run(this.#actions, this.#file);
  }
}

function statusOf(file: FileModel): string {
  if (onlyLooked(file)) return 'offered';
  return file.transfer?.status ?? (file.problem === null ? 'offered' : 'failed');
}
