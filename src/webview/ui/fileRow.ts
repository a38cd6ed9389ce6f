import type { FileModel, MeetingActions, TransferModel } from '../model.ts';
import { h, hasFocus, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { fileIcon, formatBytes, percentOf } from './format.ts';
import { icon, setIcon } from './icons.ts';
import { strings, transferSentence } from './strings.ts';
import { textButton } from './toolkit.ts';
import type { ButtonElement } from './toolkit.ts';

/** The one thing to do with a file in its present state. */
interface Offer {
  readonly text: string;
  readonly label: string;
  readonly run: (actions: MeetingActions, id: string) => void;
}

/** A file in "Shared files": what it is, how far it has come, and the one thing to do with it. */
export class FileRow implements Widget<FileModel> {
  readonly elem: HTMLElement;
  readonly #icon = icon('file');
  readonly #name = h('div', { class: 'file-name' });
  readonly #meta = h('div', { class: 'file-meta' });
  readonly #state = h('div', { class: 'file-state' });
  readonly #bar = h(
    'div',
    { class: 'file-bar', attrs: { role: 'progressbar' } },
    h('div', { class: 'file-fill' }),
  );
  readonly #button: ButtonElement;
  #offer: Offer | null = null;
  #file: FileModel | null = null;

  constructor(actions: MeetingActions) {
    this.#button = textButton('', 'secondary', () => undefined);
    this.#button.addEventListener('click', (event) => {
      // The second click of a double click would meet what the first one turned the button into.
      if (event.detail > 1 || !this.#offer || !this.#file) return;
      this.#offer.run(actions, this.#file.id);
    });
    setAttr(this.#bar, 'aria-valuemin', '0');
    setAttr(this.#bar, 'aria-valuemax', '100');
    const text = h('div', { class: 'file-text' }, this.#name, this.#meta, this.#bar, this.#state);
    this.elem = h('div', { class: 'file', attrs: { role: 'listitem' } }, this.#icon, text, this.#button);
  }

  update(file: FileModel): void {
    this.#file = file;
    const size = formatBytes(file.size);
    setIcon(this.#icon, fileIcon(file.name));
    setText(this.#name, file.name);
    this.#name.title = file.name;
    setText(this.#meta, file.self ? ownMeta(file, size) : strings.files.from(size, file.ownerName));
    this.#drawTransfer(file, size);
    this.#offer = offerFor(file);
    const focused = hasFocus(this.#button);
    setText(this.#button, this.#offer.text);
    setAttr(this.#button, 'aria-label', this.#offer.label);
    setAttr(this.#button, 'title', this.#offer.label);
    if (focused && !hasFocus(this.#button)) this.#button.focus();
  }

  dispose(): void {
    this.#file = null;
  }

  #drawTransfer({ name, size, transfer }: FileModel, sizeText: string): void {
    const running = transfer?.status === 'running';
    const percent = percentOf(transfer?.bytes ?? 0, size);
    show(this.#bar, running);
    setAttr(this.#bar, 'aria-label', strings.files.progressOf(name));
    setAttr(this.#bar, 'aria-valuenow', String(percent));
    this.#bar.style.setProperty('--done', `${String(percent)}%`);
    const state = transfer === null ? '' : stateText(transfer, percent, sizeText);
    setText(this.#state, state);
    setAttr(this.#state, 'role', running ? null : 'status');
    this.#state.title = state;
    show(this.#state, state !== '');
    this.elem.dataset['status'] = transfer?.status ?? 'offered';
  }
}

function ownMeta(file: FileModel, size: string): string {
  const parts = [strings.files.own(size)];
  if (file.sending > 0) parts.push(strings.files.sending(file.sending));
  if (file.taken > 0) parts.push(strings.files.taken(file.taken));
  return parts.join(' · ');
}

function stateText(transfer: TransferModel, percent: number, size: string): string {
  switch (transfer.status) {
    case 'asking':
      return strings.files.asking;
    case 'running':
      return strings.files.progress(percent, formatBytes(transfer.bytes), size);
    case 'saved':
      return strings.files.saved(transfer.savedAs ?? '');
    case 'failed':
      return transferSentence(transfer.problem ?? 'protocol');
    case 'cancelled':
      return strings.files.cancelled;
  }
}

function offerFor({ self, name, transfer }: FileModel): Offer {
  const { files } = strings;
  if (self)
    return { text: files.withdraw, label: files.withdrawNamed(name), run: (a, id) => a.withdrawFile(id) };
  switch (transfer?.status) {
    case 'asking':
    case 'running':
      return { text: files.cancel, label: files.cancelNamed(name), run: (a, id) => a.cancelFile(id) };
    case 'saved':
      return { text: files.show, label: files.showNamed(name), run: (a, id) => a.showFile(id) };
    case 'failed':
      return { text: strings.tryAgain, label: files.retryNamed(name), run: (a, id) => a.takeFile(id) };
    case 'cancelled':
    case undefined:
      return { text: files.save, label: files.saveNamed(name), run: (a, id) => a.takeFile(id) };
  }
}
