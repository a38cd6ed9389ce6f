import { HEARTBEAT_DEADLINE, HEARTBEAT_INTERVAL } from '../../shared/limits.ts';

/** Milliseconds between two pings, and of silence after which the other side is taken for dead. */
export interface HeartbeatTimes {
  readonly interval: number;
  readonly deadline: number;
}

const TIMES: HeartbeatTimes = { interval: HEARTBEAT_INTERVAL, deadline: HEARTBEAT_DEADLINE };

/**
 * Notices that the other side of a link is gone: ICE says `disconnected` after 6-8 s and never that a page was killed
 * (measured over 150 s). A page that slept is given a fresh start, because then it was itself that did not listen.
 */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  readonly #onDead: () => void;
  readonly #pings: ReturnType<typeof setInterval>;
  #heard = performance.now();
  #due = 0;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /** @param ping sends something that is answered. @param onDead called once, after the deadline's silence. */
  constructor(ping: () => void, onDead: () => void, times = TIMES) {
    this.#times = times;
    this.#onDead = onDead;
    this.#pings = setInterval(ping, times.interval);
    this.#watch(times.deadline);
  }

  /** Anything arrived. */
  heard(): void {
    this.#heard = performance.now();
  }

  dispose(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#deadline);
  }

  #watch(milliseconds: number): void {
    this.#due = performance.now() + milliseconds;
    this.#deadline = setTimeout(() => this.#look(), milliseconds);
  }

  #look(): void {
    const now = performance.now();
    // Timers that come much too late: this machine slept, and nothing can have been heard meanwhile.
    if (now - this.#due > this.#times.interval) this.#heard = now;
    const left = this.#heard + this.#times.deadline - now;
    if (left > 0) {
      this.#watch(left);
      return;
    }
    this.dispose();
    this.#onDead();
  }
}
