import type { WayBackOptions } from './wayBack.ts';
import type { Link } from '../rtc/link.ts';
import { wait } from './wait.ts';

/** Looks at a tenth of the pause after the server has come back. */
const HURRIED = 10;

/** What a reunion needs of the mesh. */
export interface ReunionOptions<L = Link> extends Pick<
  WayBackOptions<L>,
  'signal' | 'knock' | 'settle' | 'pause' | 'onProblem'
> {
  /** Whether nobody here holds the door, and it is for us to see who has it. */
  readonly apart: () => boolean;
}

/**
 * A meeting that a broken network has cut in two, for longer than anybody is waited for, has one door: the part that does
 * not hold it finds the other there. Its eldest knocks, and the rest follows by what members tell each other.
 */
export class Reunion<L = Link> {
  readonly #options: ReunionOptions<L>;
  /** Looks that are made soon. */
  #hurried = 0;
  #wake = new AbortController();

  constructor(options: ReunionOptions<L>) {
    this.#options = options;
  }

  /** The server is there again: whoever was lost with it may stand at the door already. */
  hurry(): void {
    this.#hurried = HURRIED;
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  #nextPause(pause: number): readonly [milliseconds: number, wake: AbortSignal] {
    const hurried = this.#hurried > 0;
    if (hurried) this.#hurried--;
    return [hurried ? pause / 10 : pause, this.#wake.signal];
  }

  /** Looks again and again until the meeting is over. Never rejects. */
  async watch(): Promise<void> {
    const { signal, apart, knock, settle, pause, onProblem } = this.#options;
    let before = false;
    while (!signal.aborted) {
      const [pauseNow, awake] = this.#nextPause(pause);
      await wait(pauseNow, AbortSignal.any([signal, awake]));
      const now = !signal.aborted && apart();
      // The door may be on its way from one of us to another: that is over at the next look.
      const knocking = now && before;
      before = now;
      if (!knocking) continue;
      try {
        const outcome = await knock();
        if (outcome.kind === 'welcome') await settle(outcome.welcome);
      } catch (error) {
        if (!signal.aborted) onProblem('the other part of the meeting was not found', error);
      }
    }
  }
}
