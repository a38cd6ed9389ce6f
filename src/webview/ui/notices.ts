import type { Notice } from '../model.ts';
import { h, KeyedList, setText } from './dom.ts';
import type { Widget } from './dom.ts';
import { icon } from './icons.ts';
import { strings } from './strings.ts';
import { iconButton } from './toolkit.ts';

/** Milliseconds that a sentence of the page itself stays. */
const OWN_STAY = 8_000;
const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;

class NoticeView implements Widget<Notice> {
  readonly elem: HTMLElement;
  readonly #text: HTMLElement;

  constructor(notice: Notice, dismiss: () => void) {
    this.#text = h('span', {
      class: 'notice-text',
      attrs: { role: notice.level === 'info' ? 'status' : 'alert' },
    });
    this.elem = h('div', { class: 'notice', attrs: { 'data-level': notice.level } });
    this.elem.append(icon(ICONS[notice.level]), this.#text, iconButton('close', strings.dismiss, dismiss));
  }

  update({ text }: Notice): void {
    // After it is in the document: a live region is read when its text changes.
    queueMicrotask(() => setText(this.#text, text));
  }

  dispose(): void {
    this.elem.remove();
  }
}

/** Sentences that come and go: those of the meeting, and hints of the page itself. */
export class Notices implements Widget<readonly Notice[]> {
  readonly elem = h('div', { class: 'notices' });
  readonly #list: KeyedList<Notice, NoticeView>;
  readonly #own = new Map<number, Notice>();
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #meeting: readonly Notice[] = [];
  #nextOwn = -1;

  constructor(dismiss: (id: number) => void) {
    this.#list = new KeyedList(
      this.elem,
      (notice) => String(notice.id),
      ({ id, ...rest }) =>
        new NoticeView({ id, ...rest }, () => {
          if (id < 0) this.#forget(id);
          else dismiss(id);
        }),
    );
  }

  update(notices: readonly Notice[]): void {
    this.#meeting = notices;
    this.#draw();
  }

  /** Shows a hint for a while; the same hint is not shown twice at once. */
  tell(text: string): void {
    if ([...this.#own.values()].some((notice) => notice.text === text)) return;
    const id = this.#nextOwn--;
    this.#own.set(id, { id, level: 'info', text });
    this.#timers.set(
      id,
      setTimeout(() => this.#forget(id), OWN_STAY),
    );
    this.#draw();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#list.dispose();
  }

  #forget(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#own.delete(id);
    this.#draw();
  }

  #draw(): void {
    this.#list.update([...this.#meeting, ...this.#own.values()]);
  }
}
