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
  /** Milliseconds for a share to be there again after a reload, or a change of network; 5 s unless said otherwise. */
  readonly resumedWithin?: number;
}

/** Milliseconds for the page of a share to be connected with this one again, or with the one that came after it. */
const RESUMED_WITHIN = 5_000;

/**
 * Owns our claim to present: made when a screen is captured, given up for a smaller one or when it is not any more. Where
 * another page captures the screen, the claim outlasts the connection with it for a while, and that of the page before
 * this one goes on.
 */
export class Presenting {
  readonly #options: PresentingOptions;
  #resuming: ReturnType<typeof setTimeout> | null = null;

  constructor(options: PresentingOptions) {
    this.#options = options;
    const { store, chat } = options;
    const { presenting } = store.state;
    if (presenting === null) return;
    chat.witness(presenting);
    this.#awaitShare();
    this.follow();
  }

  dispose(): void {
    this.#stopWaiting();
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
    if (captured) this.#stopWaiting();
    else if (claimed && this.#mayResume()) {
      this.#awaitShare();
      return;
    } else if (this.#resuming !== null) {
      this.#stopWaiting();
      this.#options.notices.add('warning', say.shareEndedSentence);
    }
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

  /** Whether the page that captured what was claimed for is there, and has not said that it does no more. */
  #mayResume(): boolean {
    const { screen, screenStage } = this.#options.source.devices;
    if (screenStage === null || screenStage.status === 'lost') return false;
    return screenStage.status !== 'live' || screen.status !== 'off';
  }

  #awaitShare(): void {
    this.#resuming ??= setTimeout(() => {
      const { store, notices } = this.#options;
      this.#stopWaiting();
      notices.add('warning', say.shareEndedSentence);
      store.set({ presenting: null });
    }, this.#options.resumedWithin ?? RESUMED_WITHIN);
  }

  #stopWaiting(): void {
    if (this.#resuming !== null) clearTimeout(this.#resuming);
    this.#resuming = null;
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
