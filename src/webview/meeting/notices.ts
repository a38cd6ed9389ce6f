import type { Notice } from '../model.ts';

/** How long a notice stays: long enough to be read, twice as long when it is bad news. Milliseconds. */
const STAY = 6_000;
const MAX_NOTICES = 4;

/** The sentences that appear for a while. */
export class Notices {
  readonly #onChange: () => void;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #list: readonly Notice[] = [];
  #nextId = 1;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows a sentence; the oldest goes when there are too many. */
  add(level: Notice['level'], text: string): void {
    const id = this.#nextId++;
    this.#list = [...this.#list.filter((notice) => notice.text !== text), { id, level, text }].slice(
      -MAX_NOTICES,
    );
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), level === 'info' ? STAY : STAY * 2),
    );
    this.#onChange();
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#list = this.#list.filter((notice) => notice.id !== id);
    this.#onChange();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
