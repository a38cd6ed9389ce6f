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
  /** How many who are here are elder, where nobody here holds the door and we can see who has it; null otherwise. */
  readonly apart: () => number | null;
  /** Takes the door, if it is free. */
  readonly openDoor: () => Promise<boolean>;
}

/**
 * A meeting that a broken network has cut in two, for longer than anybody is waited for, has one door: the part that does
 * not hold it finds the other there. Its eldest knocks, and the rest follows by what members tell each other. Where that
 * does not come about, since the eldest may have no way to the server, the next in order knock as well, each more rarely than
 * the one before, and take a door that nobody has: without one nobody could come in.
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

  #nextPause(pause: number): readonly [milliseconds: number, isHurried: boolean, wake: AbortSignal] {
    const hurried = this.#hurried > 0;
    if (hurried) this.#hurried--;
    return [hurried ? pause / HURRIED : pause, hurried, this.#wake.signal];
  }

  /** Looks again and again until the meeting is over. Never rejects. */
  async watch(): Promise<void> {
    const { signal, apart, openDoor, knock, settle, pause, onProblem } = this.#options;
    let looks = 0;
    while (!signal.aborted) {
      const [pauseNow, isHurried, awake] = this.#nextPause(pause);
      await wait(pauseNow, AbortSignal.any([signal, awake]));
      const elders = signal.aborted ? null : apart();
      if (elders === null) {
        looks = 0;
        continue;
      }
      // When the server is back the door is the eldest's first.
      if (isHurried && elders > 0) continue;
      looks++;
      // The door may be on its way from one of us to another: that is over at the next look.
      if (looks < 2 || (looks - 1) % (elders + 1) !== 0) continue;
      try {
        const outcome = await knock();
        if (outcome.kind === 'welcome') await settle(outcome.welcome);
        else if (outcome.kind === 'absent' && elders > 0) await openDoor();
      } catch (error) {
        if (!signal.aborted) onProblem('the other part of the meeting was not found', error);
      }
    }
  }
}
