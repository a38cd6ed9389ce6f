import type { HostClient } from '../host/hostContext.ts';
import type { Offered } from './others.ts';

/** Offers that may wait to be asked about; who offers more than that at once is not taken from unasked. */
const MAX_WAITING = 400;

/** Asks of each new offer whether the settings say to take it: one after the other, since anybody may offer anything. */
export class AutoTake {
  readonly #host: HostClient;
  readonly #onProblem: (what: string, error?: unknown) => void;
  readonly #onTake: (offered: Offered) => void;
  readonly #waiting: Offered[] = [];
  #asking = false;

  /** @param onTake is to be taken; it may be gone meanwhile. */
  constructor(
    host: HostClient,
    onProblem: (what: string, error?: unknown) => void,
    onTake: (offered: Offered) => void,
  ) {
    this.#host = host;
    this.#onProblem = onProblem;
    this.#onTake = onTake;
  }

  ask(offered: Offered): void {
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(offered);
    if (!this.#asking) void this.#work();
  }

  dispose(): void {
    this.#waiting.length = 0;
  }

  async #work(): Promise<void> {
    this.#asking = true;
    for (;;) {
      const offered = this.#waiting.shift();
      if (!offered) break;
      try {
        const { offer, fromHost } = offered;
        const { take } = await this.#host.call('mayTake', { offer, fromHost });
        if (take) this.#onTake(offered);
      } catch (error) {
        this.#onProblem('it is not known whether a file is to be taken', error);
      }
    }
    this.#asking = false;
  }
}
