import type { ChatModel } from '../model.ts';
import type { Dock } from './layout.ts';

/** The parts of the side bar, from top to bottom. */
export type Pane = 'participants' | 'files' | 'chat';
export const PANES: readonly Pane[] = ['participants', 'files', 'chat'];

/** Which parts of the side bar are open. Docked, any of them; over the tiles, one at a time. */
export class Panes {
  readonly #docked = new Set<Pane>(PANES);
  #over: Pane | null = null;
  dock: Dock = 'right';

  get open(): ReadonlySet<Pane> {
    if (this.dock !== 'over') return this.#docked;
    return new Set(this.#over === null ? [] : [this.#over]);
  }

  /** Opens what is closed and closes what is open; gives whether it is open now. */
  toggle(pane: Pane): boolean {
    if (this.dock === 'over') this.#over = this.#over === pane ? null : pane;
    else if (!this.#docked.delete(pane)) this.#docked.add(pane);
    return this.open.has(pane);
  }
}

/** Counts messages of others that came while the chat was closed. */
export class Unread {
  readonly #seen = new Set<string>();
  count = 0;

  update(chat: readonly ChatModel[], visible: boolean): void {
    if (visible) this.count = 0;
    for (const message of chat) {
      if (this.#seen.has(message.key)) continue;
      this.#seen.add(message.key);
      if (!visible && !message.self) this.count++;
    }
  }
}
