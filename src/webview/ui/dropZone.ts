import type { MeetingActions } from '../model.ts';
import { carriesFiles, parseDrop } from './drop.ts';
import { h, show } from './dom.ts';
import { icon } from './icons.ts';
import { strings } from './strings.ts';

/** The whole page as a place to drop files on. What cannot be dropped is caught too: it would replace the page. */
export class DropZone {
  readonly elem: HTMLElement;
  readonly #actions: Pick<MeetingActions, 'shareDropped'>;
  readonly #tell: (sentence: string) => void;
  readonly #stop = new AbortController();
  #open = false;
  /** The drag began in this page: a text or a picture on its way within it. */
  #within = false;

  /** `tell` is given a sentence about what could not be shared. */
  constructor(actions: Pick<MeetingActions, 'shareDropped'>, tell: (sentence: string) => void) {
    this.#actions = actions;
    this.#tell = tell;
    const sign = h('div', { class: 'drop-sign' }, icon('cloud-upload'), strings.files.drop);
    this.elem = h('div', { class: 'drop-zone', attrs: { 'aria-hidden': 'true' } }, sign);
    show(this.elem, false);
    const options = { capture: true, signal: this.#stop.signal };
    window.addEventListener('dragstart', () => (this.#within = true), options);
    window.addEventListener('dragend', () => (this.#within = false), options);
    window.addEventListener('dragenter', (event) => this.#onOver(event), options);
    window.addEventListener('dragover', (event) => this.#onOver(event), options);
    window.addEventListener('drop', (event) => this.#onDrop(event), options);
    // Between elements of the page there is another one that it goes to.
    const onLeave = (event: DragEvent) => event.relatedTarget === null && this.#show(false);
    window.addEventListener('dragleave', onLeave, options);
    // The mouse moves for the page only when nothing is dragged (any more).
    window.addEventListener('mousemove', () => this.#onMouse(), options);
  }

  /** Opens or closes it: files are taken while one is in the meeting. */
  setOpen(open: boolean): void {
    this.#open = open;
    if (!open) this.#show(false);
  }

  dispose(): void {
    this.#stop.abort();
    this.elem.remove();
  }

  #onOver(event: DragEvent): void {
    const { dataTransfer } = event;
    if (!dataTransfer || this.#within || !carriesFiles(dataTransfer.types)) return;
    event.preventDefault();
    dataTransfer.dropEffect = this.#open ? 'copy' : 'none';
    this.#show(this.#open);
  }

  #onDrop(event: DragEvent): void {
    const { dataTransfer } = event;
    this.#show(false);
    if (!dataTransfer || this.#within || !carriesFiles(dataTransfer.types)) return;
    event.preventDefault();
    if (!this.#open) return;
    const { uris, files, problem } = parseDrop(dataTransfer);
    if (uris.length + files.length > 0) this.#actions.shareDropped(uris, files);
    if (problem !== null) this.#tell(problem);
  }

  #onMouse(): void {
    this.#within = false; // What was dragged may have left the page, and then nobody says that it ended.
    this.#show(false);
  }

  #show(shown: boolean): void {
    show(this.elem, shown);
  }
}
