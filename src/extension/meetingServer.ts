import type { HostApi } from '../shared/hostRpc.ts';
import type { Handlers } from '../shared/rpc.ts';
import { errorText, type Log } from './log.ts';

/** The server that a meeting is on. */
export interface RunningServer {
  /** Where it is now, seen from this machine. */
  readonly url: () => string;
  /** How others reach it. */
  readonly servers: () => readonly string[];
  /** Its port, when it runs on this machine for this meeting; else null. */
  readonly ownPort: () => number | null;
  /** Ends it, when it is one of this meeting's own. */
  readonly stop: () => Promise<void>;
}

/** What a server that may move needs. */
export interface MeetingServerOptions {
  readonly first: RunningServer;
  /** Finds out which of these addresses leads to it; rejects when none does. */
  readonly find: (urls: readonly string[]) => Promise<string>;
  /** Forks one on this machine, and leads the gateway to it. */
  readonly run: () => Promise<RunningServer>;
  /** Leads the gateway there. */
  readonly lead: (url: string) => void;
  readonly log: Log;
}

/**
 * The server of a meeting, which may be another one tomorrow: one that others tell of, or one that is run here when the
 * host has left with theirs. What it says of itself is what an invite written now names.
 */
export class MeetingServer implements RunningServer {
  readonly #options: MeetingServerOptions;
  #now: RunningServer;
  #starting: Promise<readonly string[]> | undefined;
  #stopped = false;

  constructor(options: MeetingServerOptions) {
    this.#options = options;
    this.#now = options.first;
  }

  readonly url = (): string => this.#now.url();
  readonly servers = (): readonly string[] => this.#now.servers();
  readonly ownPort = (): number | null => this.#now.ownPort();
  readonly stop = async (): Promise<void> => {
    this.#stopped = true;
    // One that does not start has been told to who asked for it.
    await this.#starting?.catch(() => undefined);
    await this.#now.stop();
  };

  /** Served to the page. */
  handlers(): Pick<Handlers<HostApi>, 'serversChanged' | 'hostOn'> {
    return {
      serversChanged: async ({ servers }) => {
        await this.move(servers);
        return null;
      },
      hostOn: async () => ({ servers: [...(await this.hostOn())] }),
    };
  }

  /** Others say that it is here now. Who runs one stays with it. Rejects when none of the addresses leads to a server. */
  async move(urls: readonly string[]): Promise<void> {
    const { find, lead, log } = this.#options;
    const before = this.#now;
    if (before.ownPort() !== null) return;
    const url = await find(urls);
    if (this.#stopped || this.#now !== before) return;
    this.#now = { url: () => url, servers: () => urls, ownPort: () => null, stop: () => Promise.resolve() };
    lead(url);
    log('info', 'the meeting is on another server now');
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
    if (this.#now.ownPort() !== null) return this.#now.servers();
    try {
      this.#now = await run();
    } catch (error) {
      log('error', `no server could be started to keep the meeting open: ${errorText(error)}`);
      throw error;
    }
    log('info', 'the meeting goes on, on a server of this machine');
    return this.#now.servers();
  }
}
