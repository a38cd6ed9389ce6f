import type { HostApi, ServerState } from '../shared/hostRpc.ts';
import type { Handlers } from '../shared/rpc.ts';
import { errorText, type Log } from './log.ts';
import { type FindOptions, type FoundServer, ServerUnreachableError } from './server/findServer.ts';
import { isRefused } from './server/isRefused.ts';
import { withTimeLimit } from './timeLimit.ts';

/** Milliseconds that a server may take for a sign of life before it is looked for; slower ones are found and kept. */
const SIGN_PATIENCE = 500;
/** The same once one has answered elsewhere: it has had as long as that took already. */
const LAST_PATIENCE = 200;
/** Milliseconds for looking whether a server is there at all. */
const LOOK_TIME_LIMIT = 1_500;
/** Addresses of servers before the present one that are remembered, newest first. */
const MAX_EARLIER = 16;

/** The server that a meeting is on. */
export interface RunningServer {
  /** Where it is now, seen from this machine. */
  readonly url: () => string;
  /** How others reach it. */
  readonly servers: () => readonly string[];
  /** Its port, when it runs on this machine for this meeting; else null. */
  readonly ownPort: () => number | null;
  /** How many servers the meeting has had before it. */
  readonly term: number;
  /** Ends it, when it is one of this meeting's own. */
  readonly stop: () => Promise<void>;
}

/** What a server that may move needs. */
export interface MeetingServerOptions {
  readonly first: RunningServer;
  /** Addresses that the meeting's servers had before that, newest first. */
  readonly earlier?: readonly string[];
  /** Finds out which of these addresses leads to it, as `findServer` does. @throws {ServerUnreachableError} */
  readonly find: (urls: readonly string[], options?: FindOptions) => Promise<FoundServer>;
  /** Forks one on this machine for a term, and leads the gateway to it. */
  readonly run: (term: number) => Promise<RunningServer>;
  /** Leads the gateway there, with the connections that do not answer. */
  readonly lead: (url: string) => void;
  /** Whether the one that was gives a sign of life before the signal aborts; false when it is not connected with. */
  readonly ask: (signal: AbortSignal) => Promise<boolean>;
  /** Whether this machine is still in the network from which it reached the one that was. */
  readonly isInItsNetwork: () => boolean;
  readonly log: Log;
}

/**
 * The server of a meeting, which may be another one tomorrow: one that others tell of, or one that is run here when the
 * host has left with theirs. What it says of itself is what an invite written now names.
 */
export class MeetingServer implements RunningServer {
  readonly #options: MeetingServerOptions;
  #now: RunningServer;
  #earlier: readonly string[];
  #starting: Promise<readonly string[]> | undefined;
  #stopped = false;

  constructor(options: MeetingServerOptions) {
    this.#options = options;
    this.#now = options.first;
    this.#earlier = options.earlier ?? [];
  }

  readonly url = (): string => this.#now.url();
  readonly servers = (): readonly string[] => this.#now.servers();
  readonly ownPort = (): number | null => this.#now.ownPort();
  get term(): number {
    return this.#now.term;
  }

  readonly stop = async (): Promise<void> => {
    this.#stopped = true;
    // One that does not start has been told to who asked for it.
    await this.#starting?.catch(() => undefined);
    await this.#now.stop();
  };

  /** Where the meeting's servers were before: who comes back with theirs is to be found there. Newest first. */
  get earlier(): readonly string[] {
    return this.#earlier;
  }

  /** Served to the page. */
  handlers(): Pick<Handlers<HostApi>, 'serversChanged' | 'lookAtServer' | 'hostOn'> {
    return {
      serversChanged: async ({ servers }) => ({ moved: await this.move(servers) }),
      lookAtServer: async ({ servers }) => ({ state: await this.look(servers) }),
      hostOn: async () => ({ servers: [...(await this.hostOn())] }),
    };
  }

  /**
   * Others say that it is here now. Who runs one stays with it, and who has one that answers does. Where nothing answers at
   * what was told, if anything was, it may be where it was before: who slept was not told that it is back there.
   * @returns whether another way is gone from now on.
   * @throws {ServerUnreachableError} the one that was does not answer, and no address leads to a server.
   */
  async move(urls: readonly string[]): Promise<boolean> {
    try {
      if (urls.length > 0) return await this.#move(urls);
    } catch (error) {
      const known = this.#known(urls);
      if (!(error instanceof ServerUnreachableError) || known.length === 0) throw error;
      return this.#move(known);
    }
    return this.#move(this.#known([]));
  }

  async #move(urls: readonly string[], timeout?: number): Promise<boolean> {
    const { find, ask, lead, log } = this.#options;
    const before = this.#now;
    if (before.ownPort() !== null) return false;
    const enough = new AbortController();
    const answers = ask(enough.signal);
    try {
      // Who is told of the server they have, as everybody is who enters, has nobody to look for.
      if (urls.includes(before.url()) && (await withTimeLimit(answers, SIGN_PATIENCE))) return false;
      const search = find(urls, timeout === undefined ? {} : { timeout });
      // Over by now: the answer is there, or soon will be.
      await search.catch(() => undefined);
      if (await withTimeLimit(answers, LAST_PATIENCE)) return false;
      const found = await search;
      const { url } = found;
      if (this.#stopped || this.#now !== before) return false;
      this.#change(othersServer(found, urls), before.servers());
      lead(url);
      if (url !== before.url()) log('info', 'the meeting is on another server now');
      return url !== before.url();
    } finally {
      enough.abort();
    }
  }

  /** Nothing is heard of who runs the server at these addresses: what of it is to be seen from here? */
  async look(urls: readonly string[]): Promise<ServerState> {
    const url = this.#now.url();
    try {
      await this.#move(urls, LOOK_TIME_LIMIT);
      return 'answers';
    } catch (error) {
      if (!(error instanceof ServerUnreachableError)) throw error;
      // In another network other machines may have these addresses.
      return isRefused(error.tried, url) && this.#options.isInItsNetwork() ? 'refused' : 'silent';
    }
  }

  /**
   * Gives up the server that runs here for one of this meeting's at these addresses, if there is one.
   * @param which of two servers that find each other the `older` stays; whoever asks for `any` other knows which is to stay.
   * @param tell says so to the others, who would not find it by themselves; false when nobody can be told, and nothing is done.
   * @returns whether the meeting is there now.
   * @throws {ServerUnreachableError} none of the addresses leads to a server.
   */
  async giveWay(
    urls: readonly string[],
    which: 'older' | 'any',
    tell: (urls: readonly string[]) => Promise<boolean>,
  ): Promise<boolean> {
    const { find, lead, log } = this.#options;
    const own = this.#now;
    const others = urls.filter((url) => !own.servers().includes(url));
    if (own.ownPort() === null || others.length === 0) return false;
    const found = await find(others, {
      timeout: LOOK_TIME_LIMIT,
      // The own one may have addresses that this machine does not list.
      ofTerm: (term) => (which === 'older' ? term < own.term : term !== own.term),
    });
    if (this.#stopped || this.#now !== own || !(await tell(others))) return false;
    log('info', 'a server of this meeting runs elsewhere: the one of this machine gives way to it');
    this.#change(othersServer(found, others), []);
    lead(found.url);
    // Whose connections end with it, also those of this page, are led there.
    await own.stop();
    return true;
  }

  /** Runs one here, unless one runs here already. Gives how others reach it. */
  hostOn(): Promise<readonly string[]> {
    this.#starting ??= this.#run().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #run(): Promise<readonly string[]> {
    const { run, log } = this.#options;
    const before = this.#now;
    if (before.ownPort() !== null) return before.servers();
    try {
      this.#change(await run(before.term + 1), before.servers());
    } catch (error) {
      log('error', `no server could be started to keep the meeting open: ${errorText(error)}`);
      throw error;
    }
    log('info', 'the meeting goes on, on a server of this machine');
    return this.#now.servers();
  }

  /** Where it is, or was, apart from these addresses. */
  #known(urls: readonly string[]): string[] {
    return [...new Set([...this.#now.servers(), ...this.#earlier])].filter((url) => !urls.includes(url));
  }

  #change(now: RunningServer, before: readonly string[]): void {
    this.#now = now;
    const present = now.servers();
    this.#earlier = [...new Set([...before, ...this.#earlier])]
      .filter((url) => !present.includes(url))
      .slice(0, MAX_EARLIER);
  }
}

/** A server that goes on without this participant. */
export function othersServer({ url, term }: FoundServer, servers: readonly string[]): RunningServer {
  return {
    term,
    url: () => url,
    servers: () => servers,
    ownPort: () => null,
    stop: () => Promise.resolve(),
  };
}
