import type { PeerId } from '../../shared/ids.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import { callsToMake, isElder } from '../../shared/meeting/roster.ts';
import type { MemberAddress } from '../../shared/protocol.ts';
import { BrokerError } from '../rtc/broker.ts';
import type { Link } from '../rtc/link.ts';
import { backOff, wait } from './wait.ts';

/** Attempts to call somebody of whom nobody says any more that they are reached: together about half a minute. */
const ATTEMPTS = 8;
/** Peer ids of who left that are remembered, so that a late rumour of them is not followed. */
const MAX_DEPARTED = 256;

/** What calling needs of the mesh. */
export interface CallsOptions<L extends Pick<Link, 'close'> = Link> {
  readonly signal: AbortSignal;
  readonly self: () => MemberAddress | null;
  /** Peer ids to which there is a link on which something is heard. */
  readonly linked: () => readonly PeerId[];
  /** Whether it is the page of a member whom nothing is heard of: they are called for as long as that is so. */
  readonly missing: (peer: PeerId) => boolean;
  /** Whether somebody who is here says that they reach a page: it is called for as long as that is so. */
  readonly told: (member: MemberAddress) => boolean;
  /** Calls and proves, after so many attempts in vain; rejects with `BrokerError` or `HandshakeError`. */
  readonly call: (member: MemberAddress, attempt: number) => Promise<L>;
  readonly onLink: (link: L) => void;
  /** What became of a call: `absent` when the server does not know the page. */
  readonly onCalled: (member: MemberAddress, absent: boolean) => void;
  /** How much later the elder of two calls the younger, whose call has not come; milliseconds. */
  readonly elderPatience: number;
  /** The pause after a first attempt, which doubles, and the longest; milliseconds. */
  readonly pauses: readonly [first: number, most: number];
  /** The longest between calls of somebody never met, for whom that many attempts were in vain; milliseconds. */
  readonly patientPause: number;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * The calls to members that there should be a link to: those that others tell of, and those whose link was lost. Of two
 * members the younger calls; the elder does so only when nothing comes of that.
 */
export class Calls<L extends Pick<Link, 'close'> = Link> {
  readonly #options: CallsOptions<L>;
  readonly #calling = new Set<PeerId>();
  readonly #departed = new Set<PeerId>();
  /** Ends all pauses. */
  #hurry = new AbortController();
  #hurries = 0;

  constructor(options: CallsOptions<L>) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#hurry.abort());
  }

  /**
   * Members have been told of: whoever is missing and elder is called.
   * @param all the younger are called as well: nothing has come of their calls.
   */
  callMissing(told: readonly MemberAddress[], all = false): void {
    const self = this.#options.self();
    if (!self) return;
    const linked = new Set([...this.#calling, ...this.#options.linked()]);
    const caller = all ? { ...self, ordinal: Infinity } : self;
    for (const member of callsToMake(caller, told, linked, this.#departed)) {
      // A roster is somebody's word: it cannot make this page call without end.
      if (this.#calling.size + this.#options.linked().length >= MAX_MEMBERS) return;
      void this.#call(member, 0);
    }
  }

  /**
   * Calls pages of people we were with before ours was loaded anew.
   * @returns true as soon as one has answered, false when each was called in vain; they are called on, for a while.
   */
  revisit(members: readonly MemberAddress[]): Promise<boolean> {
    const self = this.#options.self();
    const others = members.filter(({ id, peer }) => id !== self?.id && !this.#calling.has(peer));
    return new Promise((resolve) => {
      let open = others.length;
      const oneInVain = (): void => {
        if (--open <= 0) resolve(false);
      };
      if (open === 0) resolve(false);
      for (const member of others) {
        void this.#call(member, 0, oneInVain).then((answered) => {
          if (answered) resolve(true);
        });
      }
    });
  }

  /** A link to a member was lost, or is silent: they are called in so many milliseconds, until one is there. */
  recover(member: MemberAddress, delay: number): void {
    const self = this.#options.self();
    if (!self || this.#calling.has(member.peer)) return;
    void this.#call(member, delay + (isElder(self, member) ? this.#options.elderPatience : 0));
  }

  /** A member is called whom it is for us to call, whoever is elder. */
  callNow(member: MemberAddress): void {
    if (this.#options.self() && !this.#calling.has(member.peer)) void this.#call(member, 0);
  }

  /** The network may be better now: whoever is to be called is called at once. */
  retryNow(): void {
    this.#hurries++;
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  /** This page of a member is no more; rumours of it are not followed. */
  forget(peer: PeerId): void {
    this.#departed.add(peer);
    for (const oldest of this.#departed) {
      if (this.#departed.size <= MAX_DEPARTED) break;
      this.#departed.delete(oldest);
    }
  }

  /** @param onVain the first attempt has failed, or there was none to make; told once. @returns whether there is a link. */
  async #call(member: MemberAddress, delay: number, onVain: () => void = () => undefined): Promise<boolean> {
    const { signal, linked, missing, told, call, onLink, onCalled, pauses, patientPause, onProblem } =
      this.#options;
    const { peer } = member;
    this.#calling.add(peer);
    let answered = false;
    let isVain = false;
    const inVain = (): void => {
      if (!isVain) onVain();
      isVain = true;
    };
    if (delay > 0) await wait(delay, this.#hurry.signal);
    let hurries = this.#hurries;
    for (let attempt = 0, vain = 0; vain < ATTEMPTS || missing(peer) || told(member); attempt++) {
      answered = linked().includes(peer);
      if (answered || this.#departed.has(peer) || signal.aborted) break;
      try {
        const link = await call(member, attempt);
        onCalled(member, false);
        // They may have found the way to us by the door meanwhile.
        if (signal.aborted || linked().includes(peer)) link.close();
        else onLink(link);
        answered = true;
        break;
      } catch (error) {
        onProblem('a member could not be called', error);
        const problem = error instanceof BrokerError ? error.problem : 'failed';
        onCalled(member, problem === 'absent');
        inVain();
        // Without a server nobody can be called: that says nothing of them.
        if (problem !== 'unreachable') vain++;
        // Not even the server knows them any more, and it had time to: their page is gone.
        if (vain > 3 && problem === 'absent' && !missing(peer) && !told(member)) break;
      }
      // A call that was under way may have begun too early.
      if (hurries !== this.#hurries) attempt = 0;
      const most = vain < ATTEMPTS || missing(peer) ? pauses[1] : patientPause;
      await wait(backOff(attempt, pauses[0], most), this.#hurry.signal);
      if (hurries !== this.#hurries) attempt = -1;
      hurries = this.#hurries;
    }
    this.#calling.delete(peer);
    if (!answered) inVain();
    return answered;
  }
}
