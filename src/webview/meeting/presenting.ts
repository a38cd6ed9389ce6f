import type { ParticipantId } from '../../shared/ids.ts';
import type { ParticipantState } from '../../shared/protocol.ts';
import type { TrackSource } from '../media/trackSource.ts';
import type { Chat } from './chat.ts';
import type { Member } from './member.ts';
import { presenterNow } from './modelMaker.ts';
import type { Notices } from './notices.ts';
import * as say from './sentences.ts';
import type { Store } from './store.ts';

/** What presenting needs of the meeting. */
export interface PresentingOptions {
  readonly store: Store;
  readonly chat: Chat;
  readonly notices: Pick<Notices, 'add'>;
  readonly self: ParticipantId;
  readonly source: Pick<TrackSource, 'devices' | 'startScreen' | 'stopScreen'>;
  readonly members: () => readonly Member[];
}

/** Owns our claim to present: made when a screen is captured, given up for a smaller one or when it is not any more. */
export class Presenting {
  readonly #options: PresentingOptions;

  constructor(options: PresentingOptions) {
    this.#options = options;
  }

  /** Asks for a screen, unless somebody else presents. */
  async start(): Promise<void> {
    const presenter = this.#presenter();
    if (presenter !== undefined && presenter !== this.#options.self) this.#sayOneAtATime(presenter);
    else await this.#options.source.startScreen();
  }

  /** Devices changed: the claim follows the screen. */
  follow(): void {
    const { store, chat, source } = this.#options;
    const captured = source.devices.screen.status === 'on';
    const claimed = store.state.presenting !== null;
    if (captured && !claimed) {
      const presenting = chat.nextTime();
      // Somebody may have begun while a screen was being picked: who came second steps back.
      if (this.#presenter() === undefined) {
        store.set({ presenting });
        chat.witness(presenting);
      } else this.#giveWay();
    } else if (!captured && claimed) {
      store.set({ presenting: null });
    }
    this.stepBack();
  }

  /** A later claim than this one has to be told from it: our clock follows. */
  witness({ presenting }: ParticipantState): void {
    if (presenting !== null) this.#options.chat.witness(presenting);
  }

  /** Of two who began to present at once, the one with the later claim stops. */
  stepBack(): void {
    const { store, self } = this.#options;
    if (store.state.presenting !== null && this.#presenter() !== self) this.#giveWay();
  }

  #giveWay(): void {
    const presenter = this.#presenter();
    if (presenter !== undefined) this.#sayOneAtATime(presenter);
    this.#options.source.stopScreen();
  }

  #presenter(): ParticipantId | undefined {
    return presenterNow(this.#options.store.state, this.#options.members());
  }

  #sayOneAtATime(presenter: ParticipantId): void {
    const { store, notices } = this.#options;
    notices.add('warning', say.oneAtATimeSentence(store.state.names.get(presenter) ?? ''));
  }
}
