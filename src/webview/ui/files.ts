import { formatDone } from '../../shared/sizes.ts';
import type { FileModel, MeetingActions } from '../model.ts';
import { h, hasFocus, KeyedList, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { countRunning, FileBatch } from './fileBatch.ts';
import { canSave } from './fileOffers.ts';
import { FileRow } from './fileRow.ts';
import type { FileLine } from './fileRow.ts';
import { strings } from './strings.ts';
import { iconButton } from './toolkit.ts';

/** The files that people hand to each other. */
export class Files implements Widget<readonly FileModel[]> {
  readonly elem: HTMLElement;
  /** Buttons for the head of the pane. */
  readonly tools: readonly HTMLElement[];
  readonly #rows: HTMLElement;
  readonly #list: KeyedList<FileLine, FileRow>;
  readonly #batch = new FileBatch();
  readonly #overall = h('div', { class: 'files-overall' });
  readonly #empty: HTMLElement;
  readonly #share: HTMLElement;
  readonly #saveAll: HTMLElement;

  constructor(actions: MeetingActions) {
    const { files, side } = strings;
    this.#rows = h('div', { class: 'files', attrs: { role: 'list', 'aria-label': side.files } });
    const hints = [files.empty, files.emptyMenu, files.emptyDrop].map((text) => h('p', { text }));
    this.#empty = h('div', { class: 'empty' }, ...hints);
    this.elem = h('div', { class: 'pane-body files-body' }, this.#overall, this.#rows, this.#empty);
    this.#list = new KeyedList(
      this.#rows,
      ({ file }) => file.id,
      () => new FileRow(actions),
    );
    this.#share = iconButton('add', files.share, () => actions.shareFiles());
    this.#saveAll = iconButton('save-all', files.saveAll, () => actions.takeAllFiles());
    this.tools = [this.#saveAll, this.#share];
  }

  update(files: readonly FileModel[]): void {
    const rows = [...this.#rows.children];
    const at = rows.findIndex(hasFocus);
    const ahead = countRunning(files);
    this.#list.update(files.map((file) => ({ file, ahead })));
    if (at >= 0) this.#keepFocus(rows[at], at);
    const overall = this.#batch.update(files);
    show(this.#overall, overall !== null);
    if (overall)
      setText(
        this.#overall,
        strings.files.overall(overall.done, overall.total, formatDone(overall.bytes, overall.size)),
      );
    show(this.#empty, files.length === 0);
    const savable = files.some(canSave);
    if (!savable && hasFocus(this.#saveAll)) this.#share.focus();
    show(this.#saveAll, savable);
  }

  dispose(): void {
    this.#list.dispose();
  }

  /** A button that had the focus may be gone, or its whole row: the focus goes to what stands there now. */
  #keepFocus(row: Element | undefined, at: number): void {
    const { activeElement } = document;
    if (activeElement && hasFocus(this.#rows) && !activeElement.closest('[hidden]')) return;
    const after = [...this.#rows.children].slice(at);
    const before = [...this.#rows.children].slice(0, at).toReversed();
    const button = [...(row?.isConnected === true ? [row] : []), ...after, ...before]
      .map((elem) => elem.querySelector<HTMLElement>('vscode-button:not([hidden])'))
      .find((elem) => elem !== null);
    (button ?? this.#share).focus();
  }
}
