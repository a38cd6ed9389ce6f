import type { ParticipantId } from '../../shared/ids.ts';
import type { MeshTimes } from './meshTimes.ts';

/** What waiting for members needs of the mesh. */
export interface AwayOptions {
  /** Whether somebody who is here says that they reach them. */
  readonly vouched: (id: ParticipantId) => boolean;
  /** They are not waited for any longer. */
  readonly onGone: (id: ParticipantId, unloaded: boolean) => void;
  /** Whether nobody else is here. */
  readonly alone: () => boolean;
  /** That is so, and has been for a while; called on each look. */
  readonly onAlone: () => void;
  readonly times: Pick<
    MeshTimes,
    'look' | 'grace' | 'absentGrace' | 'refusedGrace' | 'unloadGrace' | 'aloneAfter'
  >;
  /** Milliseconds of a clock that goes on in sleep. */
  readonly now?: () => number;
}

interface Wait {
  /** Milliseconds during which this page was awake. */
  waited: number;
  /** The server does not know their page. */
  absent: boolean;
  /** Their machine lives, and the server that they ran on it does not. */
  refused: boolean;
  /** They said that their page goes. */
  unloaded: boolean;
}

/**
 * Members whose link is silent or gone: each is waited for until the grace is over. It is shorter for a page that the
 * server does not know either, that was unloaded, or whose server has ended with it while the machine lives, and does not end
 * for one that somebody else reaches. Only time counts in which this page was awake: whoever slept could not have heard anybody.
 */
export class Away {
  readonly #options: AwayOptions;
  readonly #now: () => number;
  readonly #waits = new Map<ParticipantId, Wait>();
  #last = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: AwayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  has(id: ParticipantId): boolean {
    return this.#waits.has(id);
  }

  /** Starts to wait for somebody; goes on when that is so already. */
  add(id: ParticipantId): void {
    if (this.#waits.has(id)) return;
    this.#waits.set(id, { waited: 0, absent: false, refused: false, unloaded: false });
    if (this.#timer !== undefined) return;
    this.#last = this.#now();
    this.#timer = setInterval(() => this.#look(), this.#options.times.look);
  }

  /** They are here again, or gone for good. */
  delete(id: ParticipantId): void {
    this.#waits.delete(id);
    if (this.#waits.size === 0) this.dispose();
  }

  /** What the server said of their page last. */
  note(id: ParticipantId, absent: boolean): void {
    const wait = this.#waits.get(id);
    if (wait) wait.absent = absent;
  }

  /** Whether the server that they ran refuses connections now. */
  noteServer(id: ParticipantId, refused: boolean): void {
    const wait = this.#waits.get(id);
    if (wait) wait.refused = refused;
  }

  /** Waits for the next page of somebody whose page goes: a reload is over soon, or it was none. */
  unloaded(id: ParticipantId): void {
    this.add(id);
    const wait = this.#waits.get(id);
    if (wait) Object.assign(wait, { waited: 0, unloaded: true });
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { vouched, onGone, onAlone, alone, times } = this.#options;
    const step = this.#step();
    let longest = 0;
    for (const [id, wait] of this.#waits) {
      wait.waited += step;
      longest = Math.max(longest, wait.waited);
      if (wait.waited >= graceOf(wait, times) && !vouched(id)) onGone(id, wait.unloaded);
    }
    if (longest >= times.aloneAfter && alone()) onAlone();
  }

  /** Milliseconds since the last look; none when this page slept meanwhile, or its clock was set. */
  #step(): number {
    const now = this.#now();
    const step = now - this.#last;
    this.#last = now;
    return step < 0 || step > Math.max(this.#options.times.look * 10, SLEPT) ? 0 : step;
  }
}

/** How long somebody is waited for; milliseconds. */
function graceOf({ absent, refused, unloaded }: Wait, times: AwayOptions['times']): number {
  const { grace, absentGrace, refusedGrace, unloadGrace } = times;
  // Who is loaded anew with all of their VS Code has no server either for a while, and has said that they may come back.
  const gone = refused && !unloaded;
  return Math.min(
    grace,
    absent ? absentGrace : grace,
    gone ? refusedGrace : grace,
    unloaded ? unloadGrace : grace,
  );
}

/** A gap between two looks that no busy page makes; milliseconds. */
const SLEPT = 5_000;
