import { HANDSHAKE_DEADLINE, MAX_PENDING_LINKS } from '../../shared/limits.ts';
import type { RawLink } from '../rtc/broker.ts';
import { HandshakeError } from '../rtc/handshake.ts';
import type { Link } from '../rtc/link.ts';
import { PendingPlaces } from '../rtc/pendingPlaces.ts';

/** What admission needs of the mesh. */
export interface AdmissionOptions<L = Link> {
  /** Proves a link, until `signal` says that it took too long. Rejects with `HandshakeError`. */
  readonly prove: (raw: RawLink, signal: AbortSignal) => Promise<L>;
  /** Somebody who called holds the secret. */
  readonly onProven: (raw: RawLink, link: L) => void;
  /** Somebody who called does not. */
  readonly onStranger: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Whoever called us, or the door we keep, until they have proven the invite's secret. */
export class Admission<L = Link> {
  readonly #options: AdmissionOptions<L>;
  readonly #places = new PendingPlaces(MAX_PENDING_LINKS);
  #saidCrowded = -Infinity;

  constructor(options: AdmissionOptions<L>) {
    this.#options = options;
  }

  async admit(raw: RawLink): Promise<void> {
    const { prove, onProven, onStranger, onProblem } = this.#options;
    const turnedAway = new AbortController();
    const done = this.#places.take(() => {
      turnedAway.abort();
      this.#sayCrowded();
    });
    try {
      onProven(raw, await prove(raw, turnedAway.signal));
    } catch (error) {
      // In a flood a line for each would be a flood of its own.
      if (!turnedAway.signal.aborted) onProblem('a link was not proven', error);
      if (error instanceof HandshakeError && error.byUs && error.reason === 'secret') onStranger();
    } finally {
      done();
    }
  }

  #sayCrowded(): void {
    const now = performance.now();
    if (now - this.#saidCrowded < HANDSHAKE_DEADLINE) return;
    this.#saidCrowded = now;
    this.#options.onProblem('callers who had proven nothing were turned away: too many at once');
  }
}
