import type { Link } from '../rtc/link.ts';
import type { KnockOutcome, Welcome } from './entry.ts';
import { wait } from './wait.ts';

/** What the way back needs of the mesh. */
export interface WayBackOptions<L = Link> {
  readonly signal: AbortSignal;
  /** Whether nobody else is here. */
  readonly alone: () => boolean;
  /** Takes the door if it is free, in the place we had. */
  readonly openDoor: () => Promise<boolean>;
  readonly knock: () => Promise<KnockOutcome<L>>;
  /** Goes back in by a welcome. */
  readonly settle: (welcome: Welcome<L>) => Promise<void>;
  /** Between two attempts; milliseconds. */
  readonly pause: number;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * Alone after links were lost, by sleep or a broken network: either the others are gone, or it is we who were. So the
 * door is taken if it is free, and whoever has it meanwhile is asked for the way back in, until one of both works or
 * somebody else has found us.
 */
export class WayBack<L = Link> {
  readonly #options: WayBackOptions<L>;
  #looking = false;

  constructor(options: WayBackOptions<L>) {
    this.#options = options;
  }

  /** Looks for it, unless that is under way. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { signal, alone, openDoor, knock, settle, pause, onProblem } = this.#options;
    try {
      while (!signal.aborted && alone() && !(await openDoor())) {
        try {
          const outcome = await knock();
          if (outcome.kind === 'welcome') {
            await settle(outcome.welcome);
            break;
          }
        } catch (error) {
          onProblem('the way back in was not found', error);
        }
        await wait(pause, signal);
      }
    } finally {
      this.#looking = false;
    }
  }
}
