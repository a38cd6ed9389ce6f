import { formatDone } from '../../shared/sizes.ts';
import type { FileModel, MeetingActions } from '../model.ts';
import { h, hasFocus, KeyedList, setAttr, setText, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { countRunning, FileBatch } from './fileBatch.ts';
import { FileNews, scrollTo } from './fileNews.ts';
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
  readonly #news = new FileNews();
  #savable = false;
  #files: readonly FileModel[] = [];
  /** What had the focus and went, and what has it since: what takes its place is to have it. */
  #left: { readonly file: FileModel; readonly since: Element | null } | null = null;

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
    this.#saveAll = iconButton('save-all', files.saveAll, () => {
      if (this.#savable) actions.takeAllFiles();
    });
    this.#saveAll.addEventListener('blur', () => this.#drawSaveAll());
    this.tools = [this.#saveAll, this.#share];
  }

  update(files: readonly FileModel[]): void {
    const rows = [...this.#rows.children];
    const at = rows.findIndex(hasFocus);
    const ahead = countRunning(files);
    this.#list.update(files.map((file) => ({ file, ahead })));
    if (at >= 0) this.#keepFocus(rows[at], at);
    this.#followFocus(files, this.#files[at]);
    this.#files = files;
    const overall = this.#batch.update(files);
    show(this.#overall, overall !== null);
    if (overall)
      setText(
        this.#overall,
        strings.files.overall(overall.done, overall.total, formatDone(overall.bytes, overall.size)),
      );
    show(this.#empty, files.length === 0);
    show(this.#rows, files.length > 0);
    this.#savable = files.some(canSave);
    this.#drawSaveAll();
    this.#showNews(files);
  }

  dispose(): void {
    this.#list.dispose();
  }

  /** While it has the focus it stays, for what is pressed next is not to be something else. */
  #drawSaveAll(): void {
    show(this.#saveAll, this.#savable || hasFocus(this.#saveAll));
    setAttr(this.#saveAll, 'aria-disabled', this.#savable ? null : 'true');
  }

  /** Brings what is new into view, unless somebody is at the list: nothing moves away under a pointer or the focus. */
  #showNews(files: readonly FileModel[]): void {
    const news = new Set(this.#news.update(files));
    if (news.size === 0 || this.elem.clientHeight === 0) return;
    if (hasFocus(this.#rows) || this.#rows.matches(':hover')) return;
    const rows = [...this.#rows.children].filter((_, at) => news.has(files[at]?.id ?? ''));
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return;
    const box = this.elem.getBoundingClientRect();
    // What stands above all rows covers them.
    const covered = this.#overall.offsetHeight;
    const view = { top: box.top + covered, bottom: box.top + this.elem.clientHeight };
    const stretch = { top: first.getBoundingClientRect().top, bottom: last.getBoundingClientRect().bottom };
    this.elem.scrollTop += scrollTo(view, stretch) - view.top;
  }

  /** A file that is shared again as it is now has another row, which may come a moment later. */
  #followFocus(files: readonly FileModel[], focused: FileModel | undefined): void {
    if (focused && !files.some(({ id }) => id === focused.id))
      this.#left = { file: focused, since: document.activeElement };
    if (!this.#left) return;
    const { file, since } = this.#left;
    if (document.activeElement !== since) this.#left = null;
    const known = new Set(this.#files.map(({ id }) => id));
    const next = files.findIndex(
      ({ id, name, owner }) => name === file.name && owner === file.owner && !known.has(id),
    );
    if (!this.#left || next === -1) return;
    this.#left = null;
    this.#rows.children[next]?.querySelector<HTMLElement>('vscode-button:not([hidden])')?.focus();
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
