import type { PeerId } from '../../shared/ids.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import { callsToMake } from '../../shared/meeting/roster.ts';
import type { MemberAddress } from '../../shared/protocol.ts';
import { BrokerError } from '../rtc/broker.ts';
import type { Link } from '../rtc/link.ts';
import { backOff, wait } from './wait.ts';

/** Attempts to call a member that others tell of, and one whose link was lost: together about half a minute. */
const ATTEMPTS = 8;
/** Peer ids of who left that are remembered, so that a late rumour of them is not followed. */
const MAX_DEPARTED = 256;

/** What calling needs of the mesh. */
export interface CallsOptions<L extends Pick<Link, 'close'> = Link> {
  readonly signal: AbortSignal;
  readonly self: () => MemberAddress | null;
  /** Peer ids to which there is a link. */
  readonly linked: () => readonly PeerId[];
  /** Calls and proves; rejects with `BrokerError` or `HandshakeError`. */
  readonly call: (member: MemberAddress) => Promise<L>;
  readonly onLink: (link: L) => void;
  /** The pause after a first attempt, which doubles, and the longest; milliseconds. */
  readonly pauses: readonly [first: number, most: number];
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * The calls to members that there should be a link to: those that others tell of, and those whose link was lost. Of two
 * members the younger calls, so that never both do.
 */
export class Calls<L extends Pick<Link, 'close'> = Link> {
  readonly #options: CallsOptions<L>;
  readonly #calling = new Set<PeerId>();
  readonly #departed = new Set<PeerId>();

  constructor(options: CallsOptions<L>) {
    this.#options = options;
  }

  /** Members have been told of, or a link to one was lost: whoever is missing and elder is called. */
  callMissing(told: readonly MemberAddress[]): void {
    const self = this.#options.self();
    if (!self) return;
    const linked = new Set([...this.#calling, ...this.#options.linked()]);
    for (const member of callsToMake(self, told, linked, this.#departed)) {
      // A roster is somebody's word: it cannot make this page call without end.
      if (this.#calling.size + this.#options.linked().length >= MAX_MEMBERS) return;
      void this.#call(member);
    }
  }

  /** This page of a member is no more; rumours of it are not followed. */
  forget(peer: PeerId): void {
    this.#departed.add(peer);
    for (const oldest of this.#departed) {
      if (this.#departed.size <= MAX_DEPARTED) break;
      this.#departed.delete(oldest);
    }
  }

  async #call(member: MemberAddress): Promise<void> {
    const { signal, linked, call, onLink, pauses, onProblem } = this.#options;
    const { peer } = member;
    this.#calling.add(peer);
    for (let attempt = 0; attempt < ATTEMPTS && !this.#departed.has(peer) && !signal.aborted; attempt++) {
      if (linked().includes(peer)) break;
      try {
        const link = await call(member);
        // They may have found the way to us by the door meanwhile.
        if (signal.aborted || linked().includes(peer)) link.close();
        else onLink(link);
        break;
      } catch (error) {
        onProblem('a member could not be called', error);
        // Not even the server knows them any more, and it had time to: their page is gone.
        if (attempt > 2 && error instanceof BrokerError && error.problem === 'absent') break;
      }
      await wait(backOff(attempt, ...pauses), signal);
    }
    this.#calling.delete(peer);
  }
}
