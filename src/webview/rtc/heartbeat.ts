import { HEARTBEAT_DEADLINE, HEARTBEAT_INTERVAL } from '../../shared/limits.ts';

/**
 * Notices that the other side of a link is gone: ICE says `disconnected` after 6-8 s and never that a page was killed
 * (measured over 150 s). A page that slept is given a fresh start, because then it was itself that did not listen.
 */
export class Heartbeat {
  readonly #timer: ReturnType<typeof setInterval>;
  #heard = performance.now();
  #ticked = performance.now();

  /** @param ping sends something that is answered. @param onDead called once, after 8 s of silence. */
  constructor(ping: () => void, onDead: () => void) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - this.#ticked > HEARTBEAT_DEADLINE / 2) this.#heard = now;
      this.#ticked = now;
      if (now - this.#heard > HEARTBEAT_DEADLINE) {
        this.dispose();
        onDead();
      } else {
        ping();
      }
    }, HEARTBEAT_INTERVAL);
  }

  /** Anything arrived. */
  heard(): void {
    this.#heard = performance.now();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
