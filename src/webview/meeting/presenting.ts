import type { ParticipantId } from '../../shared/ids.ts';
import type { ParticipantState } from '../../shared/protocol.ts';
import type { TrackSource } from '../media/trackSource.ts';
import type { Chat } from './chat.ts';
import type { Member } from './member.ts';
import type { Entrance } from './memberEvents.ts';
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
  /** Milliseconds in which those who meet again tell each other who presents; 1.5 s unless said otherwise. */
  readonly settledWithin?: number;
}

/** Milliseconds for the page of a share to be connected with this one again, or with the one that came after it. */
const RESUMED_WITHIN = 5_000;
const SETTLED_WITHIN = 1_500;
/** So many times as long somebody who is looked for is waited for: it may be they who present now. */
const SETTLINGS = 4;

/**
 * Owns our claim to present: made when a screen is captured, given up for a smaller one or when it is not any more. Where
 * another page captures the screen, the claim outlasts the connection with it for a while, and that of the page before
 * this one goes on.
 *
 * Whoever was given up by all others comes back with a claim that was let go of. It is stale: of those who meet again whoever
 * presents goes on, and only where nobody does it is made anew.
 */
export class Presenting {
  readonly #options: PresentingOptions;
  #resuming: ReturnType<typeof setTimeout> | null = null;
  #settling: ReturnType<typeof setTimeout> | null = null;
  /** Somebody came with a claim that they may not know to be stale. */
  #contest: ReturnType<typeof setTimeout> | null = null;

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
    this.#stopSettling();
    this.#endContest();
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
        store.set({ presenting, claimStale: false });
        chat.witness(presenting);
      } else this.#giveWay();
    } else if (!captured && claimed) {
      this.#drop();
    }
    this.stepBack();
  }

  /** A later claim than this one has to be told from it: our clock follows. */
  witness({ presenting }: ParticipantState): void {
    if (presenting !== null) this.#options.chat.witness(presenting);
  }

  /** Nobody has heard of a member for so long that they are given up, and we by them. */
  lost(): void {
    const { store, members } = this.#options;
    if (store.state.presenting !== null && members().length === 0) store.set({ claimStale: true });
  }

  /** A member has entered, or is back. */
  entered({ address, state }: Member, how: Entrance): void {
    const { store, members } = this.#options;
    const present = members().filter(({ away }) => !away);
    const isFirst = present.every((member) => member.address.id === address.id);
    if (store.state.presenting === null) return;
    // Who slept has given up nobody, and is told so by the first of those who have.
    if (isFirst && typeof how === 'object' && how.forgotten) store.set({ claimStale: true });
    if (store.state.claimStale) this.#settle();
    else if (how === 'came' && state.presenting !== null) this.#awaitWord();
    this.stepBack();
  }

  /** Of two who began to present at once, the one with the later claim stops. */
  stepBack(): void {
    const { store, self } = this.#options;
    if (this.#contest !== null) return;
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
      this.#stopWaiting();
      this.#options.notices.add('warning', say.shareEndedSentence);
      this.#drop();
    }, this.#options.resumedWithin ?? RESUMED_WITHIN);
  }

  /** A stale claim is made anew once all who are here have told what they claim. */
  #settle(rounds = SETTLINGS): void {
    this.#settling ??= setTimeout(() => {
      const { store, chat, members } = this.#options;
      this.#settling = null;
      const others = members();
      // Alone again, or with a claim that has been given up.
      if (!store.state.claimStale || others.every(({ away }) => away)) return;
      if (rounds > 1 && others.some(({ away }) => away)) return this.#settle(rounds - 1);
      const presenting = chat.nextTime();
      store.set({ presenting, claimStale: false });
      chat.witness(presenting);
    }, this.#options.settledWithin ?? SETTLED_WITHIN);
  }

  #stopSettling(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = null;
  }

  /** Whoever comes back with a claim hears only now that it was let go of, and steps back where that is so. */
  #awaitWord(): void {
    this.#contest ??= setTimeout(() => {
      this.#endContest();
      this.stepBack();
    }, this.#options.settledWithin ?? SETTLED_WITHIN);
  }

  #endContest(): void {
    if (this.#contest !== null) clearTimeout(this.#contest);
    this.#contest = null;
  }

  #drop(): void {
    this.#stopSettling();
    this.#endContest();
    this.#options.store.set({ presenting: null, claimStale: false });
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
