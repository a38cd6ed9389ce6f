import * as v from 'valibot';
import type { Log } from '../log.ts';
import { hasAddress } from './localAddress.ts';
import { PeerProxy, peerQuery, type Upstream } from './peerProxy.ts';
import type { Accept, Status } from './routes.ts';
import { sameSecret } from './tickets.ts';

/** Connections of PeerJS at once: a page has two, and a few more while it reconnects. */
const MAX_PROXIES = 16;

/** The connections of a page's PeerJS to the meeting's server, and where that is. */
export class PeerProxies {
  readonly #key: string;
  readonly #log: Log;
  readonly #proxies = new Set<PeerProxy>();
  #upstream: Upstream | undefined;
  /** The address of this machine from which the meeting's server was reached last. */
  #reachedFrom: string | undefined;

  /** @param key what the page has to give as PeerJS `key`. */
  constructor(key: string, log: Log) {
    this.#key = key;
    this.#log = log;
  }

  /** Whether this machine still has the address from which it reached the meeting's server last. */
  get isWhereItReachedIt(): boolean {
    return this.#reachedFrom !== undefined && hasAddress(this.#reachedFrom);
  }

  /** Where connections lead from now on; those that are open stay as they are. */
  setUpstream(upstream: Upstream): void {
    this.#upstream = upstream;
  }

  /** Leads there also those that are under way, or that were asked for a sign of life and gave none. */
  moveUpstream(upstream: Upstream): void {
    this.#upstream = upstream;
    for (const proxy of this.#proxies) proxy.moveTo(upstream);
  }

  /** Asks for a sign of life over every connection: true when one gives it before the signal aborts. */
  async ask(signal: AbortSignal): Promise<boolean> {
    const answers = [...this.#proxies].map(async (proxy) => {
      if (!(await proxy.ask(signal))) throw new Error('no sign of life');
    });
    return Promise.any(answers).then(
      () => true,
      () => false,
    );
  }

  /** One more, as the query of its URL says. */
  open({ searchParams }: URL): Accept | Status {
    if (!sameSecret(searchParams.get('key') ?? '', this.#key)) return 403;
    const query = v.safeParse(peerQuery, Object.fromEntries(searchParams));
    if (!query.success) return 400;
    if (this.#proxies.size >= MAX_PROXIES) return 429;
    return (socket) => {
      const proxy = new PeerProxy(socket, query.output, this.#upstream, {
        log: this.#log,
        onReached: (from) => (this.#reachedFrom = from),
      });
      this.#proxies.add(proxy);
      socket.once('close', () => this.#proxies.delete(proxy));
    };
  }
}
