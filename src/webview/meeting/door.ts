import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import { eldest, ordinalFor } from '../../shared/meeting/roster.ts';
import type { MemberAddress } from '../../shared/protocol.ts';
import type { Link } from '../rtc/link.ts';
import type { Registration } from '../rtc/registration.ts';
import type { Place } from './member.ts';

/** A link as the door needs it. */
export type GuestLink = Pick<Link, 'remote' | 'listen' | 'send' | 'refuse' | 'close'>;

/** What the door needs of the mesh. */
export interface DoorOptions<L extends GuestLink = Link> {
  /** Registers the room's id with the server. */
  readonly register: () => Pick<Registration, 'first' | 'broker' | 'retryNow' | 'dispose'>;
  /** Our own place, or null before we are in. */
  readonly place: () => Place | null;
  /** Everybody who is in, oneself included. */
  readonly inside: () => readonly MemberAddress[];
  /** A newcomer was welcomed: from here on the link is one between two members. */
  readonly onWelcomed: (link: L) => void;
  /** How long a newcomer may take from the proven link to the knock; milliseconds. */
  readonly patience: number;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** The room's id while it is ours to keep, or to try for: opens it, answers knocks, hands it over. */
export class Door<L extends GuestLink = Link> {
  readonly #options: DoorOptions<L>;
  /** Places given to people who have not entered yet. */
  readonly #expected = new Map<ParticipantId, MemberAddress>();
  #registration: ReturnType<DoorOptions['register']> | null = null;
  /** Whether the members count on us to try on. */
  #minded = false;

  constructor(options: DoorOptions<L>) {
    this.#options = options;
  }

  /** Whether it is ours now. */
  get held(): boolean {
    return !!this.#registration?.broker;
  }

  /** Takes the door if it is free. */
  async open(): Promise<boolean> {
    const registration = (this.#registration ??= this.#options.register());
    this.#minded = false;
    await registration.first;
    // A door that was ours once says nothing of now: whoever slept may have lost it to somebody else.
    if (registration.broker && this.#registration === registration) return true;
    if (this.#minded) return false;
    registration.dispose();
    if (this.#registration === registration) this.#registration = null;
    return false;
  }

  /**
   * Members came or went: the eldest tries for the door until it is theirs, anybody else stops trying.
   * @param present who can be reached now, oneself included: a door whose holder is gone is not waited for.
   */
  mind(self: ParticipantId, present: readonly MemberAddress[]): void {
    const { register } = this.#options;
    this.#minded = eldest(present)?.id === self;
    if (this.#minded) this.#registration ??= register();
    else if (this.#registration && !this.#registration.broker) {
      this.#registration.dispose();
      this.#registration = null;
    }
  }

  /** Somebody who holds the secret called the door: waits for their knock. */
  answer(link: L): void {
    const { patience, onProblem } = this.#options;
    const deadline = setTimeout(() => link.close(), patience);
    link.listen({
      onMessage: (message) => {
        if (message.t !== 'knock') return;
        clearTimeout(deadline);
        this.#welcome(link);
      },
      onMedia: () => undefined,
      onChannel: (channel) => channel.close(),
      onEnd: () => clearTimeout(deadline),
      onProblem,
    });
  }

  /** They entered: gives the place that was kept for them, if one was, and keeps it no longer. */
  arrived(id: ParticipantId): MemberAddress | undefined {
    const place = this.#expected.get(id);
    this.#expected.delete(id);
    return place;
  }

  /** The network may be better now: who tries for it tries at once. */
  retryNow(): void {
    this.#registration?.retryNow();
  }

  /** Gives the room's id back to the server. */
  dispose(): void {
    this.#registration?.dispose();
  }

  #welcome(link: L): void {
    const place = this.#options.place();
    const { id, peer } = link.remote;
    if (!place) return link.refuse('not-the-door');
    const inside = this.#options.inside();
    const known = this.#expected.has(id) || inside.some((member) => member.id === id);
    if (!known && inside.length + this.#expected.size >= MAX_MEMBERS) return link.refuse('full');
    const ordinal = ordinalFor(id, [...inside, ...this.#expected.values()]);
    this.#expected.set(id, { id, peer, ordinal });
    const members = inside.filter((member) => member.id !== id);
    link.send({ t: 'welcome', ordinal, members, startedAt: place.startedAt });
    this.#options.onWelcomed(link);
  }
}
