import { MAX_TAKING } from '../../shared/limits.ts';
import type { Attempt, Taking } from './taking.ts';

/** Between two looks at how fast what is running is. */
const TICK = 1_000;

/** What the queue needs of something that is to be taken. */
type Queued = Pick<Taking, 'sameness' | 'attempt' | 'ask'>;

/** Who makes the tries, and whom the queue tells. */
export interface TakingQueueOptions<T extends Queued> {
  /** Tries it. Resolves, and never rejects, when the try is over. */
  readonly start: (taking: T, attempt: Attempt) => Promise<void>;
  /** Something begins, or the pace of what is running may be another. */
  readonly onChange: () => void;
}

/** Who goes on when: so many at once, in the order in which they came, and of one thing never more than one try. */
export class TakingQueue<T extends Queued> {
  readonly #options: TakingQueueOptions<T>;
  readonly #waiting: T[] = [];
  readonly #attempts = new Set<Attempt>();
  #tick: ReturnType<typeof setInterval> | undefined;
  #disposed = false;

  constructor(options: TakingQueueOptions<T>) {
    this.#options = options;
  }

  /** Goes on as soon as there is room. */
  add(taking: T): void {
    this.#waiting.push(taking);
    this.next();
  }

  /** Takes it out of the queue and off its try, which goes on to its end on its own. */
  remove(taking: T): Attempt | null {
    const index = this.#waiting.indexOf(taking);
    if (index !== -1) this.#waiting.splice(index, 1);
    const { attempt } = taking;
    taking.attempt = null;
    // One that has no stream yet holds up nobody: the extension host's question is answered for nothing.
    if (attempt && !attempt.pump) this.#attempts.delete(attempt);
    return attempt;
  }

  /** Begins what there is room for. Of one thing there is never more than one try, not even from two people. */
  next(): void {
    for (const taking of this.#waiting.slice()) {
      if (this.#attempts.size >= MAX_TAKING || this.#disposed) break;
      if ([...this.#attempts].some(({ sameness }) => sameness === taking.sameness)) continue;
      this.#waiting.splice(this.#waiting.indexOf(taking), 1);
      const attempt: Attempt = { sameness: taking.sameness, pump: null };
      this.#attempts.add(attempt);
      taking.ask(attempt);
      void this.#options.start(taking, attempt).finally(() => {
        this.#attempts.delete(attempt);
        this.next();
      });
    }
    this.mindPace();
    this.#options.onChange();
  }

  /** To be called when a try has got its pump: what is slow, or stands still, shows that too. */
  mindPace(): void {
    const running = [...this.#attempts].some(({ pump }) => pump !== null) && !this.#disposed;
    if (running && this.#tick === undefined) this.#tick = setInterval(this.#options.onChange, TICK);
    if (running || this.#tick === undefined) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  /** Nothing begins any more; gives the tries that are still to be ended. */
  dispose(): readonly Attempt[] {
    this.#disposed = true;
    clearInterval(this.#tick);
    this.#waiting.length = 0;
    return [...this.#attempts];
  }
}
