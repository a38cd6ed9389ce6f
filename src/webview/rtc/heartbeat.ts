import { HEARTBEAT_DEADLINE, HEARTBEAT_INTERVAL, HEARTBEAT_QUIET } from '../../shared/limits.ts';

/** Milliseconds between two pings, of silence that is worth a word, and after which the other side is taken for dead. */
export interface HeartbeatTimes {
  readonly interval: number;
  readonly quiet: number;
  readonly deadline: number;
}

/** The times of a real meeting. */
export const HEARTBEAT_TIMES: HeartbeatTimes = {
  interval: HEARTBEAT_INTERVAL,
  quiet: HEARTBEAT_QUIET,
  deadline: HEARTBEAT_DEADLINE,
};

/** What a heartbeat does. */
export interface HeartbeatEvents {
  /** Sends something that is answered. */
  readonly ping: () => void;
  /** The other side has fallen silent, or is heard again. */
  readonly onQuiet: (quiet: boolean) => void;
  /** Called once, after the deadline's silence. */
  readonly onDead: () => void;
}

/**
 * Notices that the other side of a link is silent, and after a while gone: ICE says `disconnected` after 6-8 s and never
 * that a page was killed (measured over 150 s). A page that slept is given a fresh start, because then it was itself that
 * did not listen; so is one whose clock was set.
 */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  readonly #events: HeartbeatEvents;
  readonly #now: () => number;
  readonly #pings: ReturnType<typeof setInterval>;
  #heard: number;
  #due = 0;
  #quiet = false;
  #disposed = false;
  #watching: ReturnType<typeof setTimeout> | undefined;
  #probing: ReturnType<typeof setTimeout> | undefined;

  /** @param now milliseconds of a clock that goes on in sleep. */
  constructor(events: HeartbeatEvents, times = HEARTBEAT_TIMES, now: () => number = Date.now) {
    this.#times = times;
    this.#events = events;
    this.#now = now;
    this.#heard = now();
    this.#pings = setInterval(events.ping, times.interval);
    this.#watch(times.quiet);
  }

  /** Whether nothing has been heard for a while. */
  get quiet(): boolean {
    return this.#quiet;
  }

  /** Anything arrived. */
  heard(): void {
    this.#heard = this.#now();
    clearTimeout(this.#probing);
    if (!this.#quiet || this.#disposed) return;
    this.#quiet = false;
    this.#watch(this.#times.quiet);
    this.#events.onQuiet(false);
  }

  /** The network may be another one: who does not answer within so many milliseconds counts as silent already. */
  probe(patience: number): void {
    if (this.#quiet || this.#disposed) return;
    clearTimeout(this.#probing);
    this.#probing = setTimeout(() => this.#fallSilent(), patience);
    this.#events.ping();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#probing);
    clearInterval(this.#pings);
    clearTimeout(this.#watching);
  }

  #watch(milliseconds: number): void {
    clearTimeout(this.#watching);
    this.#due = this.#now() + milliseconds;
    this.#watching = setTimeout(() => this.#look(), milliseconds);
  }

  #look(): void {
    const { interval, quiet, deadline } = this.#times;
    const now = this.#now();
    // Timers that come much too late: this machine slept, and nothing can have been heard meanwhile.
    if (now - this.#due > interval || now < this.#heard) this.#heard = now;
    const silent = now - this.#heard;
    if (silent >= deadline) {
      this.dispose();
      this.#events.onDead();
      return;
    }
    this.#watch((silent < quiet ? quiet : deadline) - silent);
    if (silent >= quiet) this.#fallSilent();
  }

  #fallSilent(): void {
    if (this.#quiet) return;
    this.#quiet = true;
    this.#events.onQuiet(true);
  }
}
