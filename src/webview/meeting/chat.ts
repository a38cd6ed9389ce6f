import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_CHAT_TEXT } from '../../shared/limits.ts';
import { addLine, linesAfter, recall, witness, writeLine } from '../../shared/meeting/chatLog.ts';
import type { ChatEntry, LinkMessage } from '../../shared/protocol.ts';
import type { Store } from './store.ts';

/** What the chat needs of the meeting. */
export interface ChatOptions {
  readonly store: Store;
  readonly self: ParticipantId;
  readonly broadcast: (message: LinkMessage) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Owns the chat log and with it the page's Lamport clock, which claims to present are told by as well. */
export class Chat {
  readonly #options: ChatOptions;

  constructor(options: ChatOptions) {
    this.#options = options;
  }

  /** Writes a line to everybody. False when the text is empty or too long, or there is no meeting: nothing was sent. */
  send(typed: string): boolean {
    const { store, self, broadcast, now } = this.#options;
    const text = typed.trim();
    if (text === '' || text.length > MAX_CHAT_TEXT || store.state.phase !== 'in') return false;
    const [chat, entry] = writeLine(store.state.chat, self, text, now());
    store.set({ chat });
    broadcast({ t: 'chat', entry });
    return true;
  }

  /** Takes in a line from its author. */
  add(author: ParticipantId, entry: ChatEntry): void {
    const { store } = this.#options;
    store.set({ chat: addLine(store.state.chat, author, entry) });
  }

  /** The highest `seq` known of an author. */
  seen(author: ParticipantId): number {
    return this.#options.store.state.chat.seen.get(author) ?? 0;
  }

  /** Our own lines after the `seen`th, for somebody who has seen that many. */
  after(seen: number): readonly ChatEntry[] {
    const { store, self } = this.#options;
    const chat = recall(store.state.chat, self, seen);
    if (chat !== store.state.chat) store.set({ chat });
    return linesAfter(store.state.chat, self, seen);
  }

  /** The Lamport time of something said now that is no line. The clock moves once it is witnessed. */
  nextTime(): number {
    return this.#options.store.state.chat.clock + 1;
  }

  /** Moves the clock past a time that was given to something that is no line. */
  witness(time: number): void {
    const { store } = this.#options;
    store.set({ chat: witness(store.state.chat, time) });
  }
}
