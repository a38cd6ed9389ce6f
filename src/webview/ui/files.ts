import type { FileModel, MeetingActions } from '../model.ts';
import { h, KeyedList, show } from './dom.ts';
import type { Widget } from './dom.ts';
import { FileRow } from './fileRow.ts';
import { strings } from './strings.ts';

/** The files that people hand to each other. */
export class Files implements Widget<readonly FileModel[]> {
  readonly elem: HTMLElement;
  readonly #list: KeyedList<FileModel, FileRow>;
  readonly #empty = h('div', { class: 'empty', text: strings.files.empty });

  constructor(actions: MeetingActions) {
    const list = h('div', { class: 'files', attrs: { role: 'list', 'aria-label': strings.side.files } });
    this.elem = h('div', { class: 'pane-body' }, list, this.#empty);
    this.#list = new KeyedList(
      list,
      (file) => file.id,
      () => new FileRow(actions),
    );
  }

  update(files: readonly FileModel[]): void {
    this.#list.update(files);
    show(this.#empty, files.length === 0);
  }

  dispose(): void {
    this.#list.dispose();
  }
}
