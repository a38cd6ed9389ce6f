import { toHex } from '../../shared/ids.ts';
import { withResolvers } from '../../shared/withResolvers.ts';
import { backOff, wait } from '../meeting/wait.ts';
import { type Broker, BrokerError, type BrokerSeat, type ConnectBroker } from './broker.ts';

/**
 * Attempts that follow each other quickly after the server was lost: one that is started again, with the window or the
 * extension host of who runs it, is back in a few seconds, and everybody's way to each other with it.
 */
const QUICK = 24;
/** For `backOff`: half the first pause. */
const SOONEST = -1;

/** How the first attempt to register went. */
export type FirstOutcome = 'connected' | 'id-taken' | 'unreachable';

/** So much longer is waited between two attempts while a server that is there says that the id is somebody else's. */
const TAKEN = 4;

/**
 * Keeps one id registered with the meeting's server for as long as it lives: connects, and connects again whenever the
 * server went away, without ever giving up. The server may die and come back without the meeting noticing.
 */
export class Registration {
  /** Settles after the first attempt, whatever comes of it. */
  readonly first: Promise<FirstOutcome>;
  readonly #abort = new AbortController();
  readonly #connect: ConnectBroker;
  readonly #seat: BrokerSeat & { readonly token: string };
  readonly #pauses: readonly [first: number, most: number];
  #broker: Broker | null = null;
  /** Ends the pause between two attempts. */
  #hurry = new AbortController();
  #hurries = 0;
  #waiters: ((broker: Broker | null) => void)[] = [];

  /** @param pauses the pause after a first attempt that failed, which doubles, and the longest; milliseconds. */
  constructor(connect: ConnectBroker, seat: BrokerSeat, pauses: readonly [first: number, most: number]) {
    this.#connect = connect;
    this.#seat = { ...seat, token: toHex(crypto.getRandomValues(new Uint8Array(16))) };
    this.#pauses = pauses;
    const { promise, resolve } = withResolvers<FirstOutcome>();
    this.first = promise;
    void this.#keep(resolve);
  }

  /** The connection to the server, or null while there is none. */
  get broker(): Broker | null {
    return this.#broker?.connected ? this.#broker : null;
  }

  /** Waits for a connection; null when disposed of first. */
  connected(): Promise<Broker | null> {
    if (this.broker || this.#abort.signal.aborted) return Promise.resolve(this.broker);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** The network may be better now: the next attempt is made at once, and soon again where one is under way. */
  retryNow(): void {
    this.#hurries++;
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  dispose(): void {
    this.#abort.abort();
    this.#hurry.abort();
    this.#broker?.dispose();
    this.#settle(null);
  }

  async #keep(tell: (outcome: FirstOutcome) => void): Promise<void> {
    const { signal } = this.#abort;
    let hurries = this.#hurries;
    for (let attempt = 0, quick = QUICK; !signal.aborted; attempt++) {
      let most = this.#pauses[1];
      const lost = withResolvers<void>();
      const lose = (): void => lost.resolve();
      try {
        const broker = await this.#connect({
          ...this.#seat,
          onServer: (connected) => {
            this.#seat.onServer(connected);
            if (!connected) lose();
          },
        });
        if (signal.aborted) {
          tell('unreachable');
          return broker.dispose();
        }
        this.#broker = broker;
        quick = QUICK;
        tell('connected');
        this.#settle(broker);
        signal.addEventListener('abort', lose);
        await lost.promise;
        signal.removeEventListener('abort', lose);
        broker.dispose();
        this.#broker = null;
        attempt = SOONEST;
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        tell(error.problem === 'id-taken' ? 'id-taken' : 'unreachable');
        if (error.problem === 'id-taken') most *= TAKEN;
        else {
          this.#seat.onServer(false);
          if (quick-- > 0) attempt = SOONEST;
        }
      }
      if (hurries !== this.#hurries) {
        attempt = SOONEST;
        quick = QUICK;
      }
      await wait(backOff(attempt, this.#pauses[0], most), this.#hurry.signal);
      if (hurries !== this.#hurries) attempt = SOONEST;
      hurries = this.#hurries;
    }
  }

  #settle(broker: Broker | null): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve(broker);
  }
}
