import { createServer } from 'node:net';
import { errorText, type Log } from './log.ts';
import type { ServerProcess, startServerProcess } from './server/serverProcess.ts';

/** Milliseconds before the first, second… attempt to start a server that died; the last one repeats. */
const RESTART_DELAYS = [500, 1_000, 2_000, 5_000, 10_000];
/**
 * Attempts that insist on the port: guests, and invites on their way, know the server by it. Whoever has taken it for
 * longer than these take (see above) keeps it.
 */
const INSIST = 5;
/** Milliseconds: for a server before this one to end and let go of its port, and between two looks whether it has. */
const FIRST_INSIST = 3_000;
const FIRST_PAUSE = 50;
/** A server that ran for so long has recovered: its next death counts as the first. */
const STEADY_AFTER = 60_000;

/** What a keeper needs to know. `start` is `startServerProcess`. */
export interface ServerKeeperOptions {
  readonly start: typeof startServerProcess;
  /** Path of the server's program. */
  readonly program: string;
  /** The port to ask for; the one that was got is kept from then on, for as long as it can be had. */
  readonly port: number;
  /** At the first start already insist on the port, as long as a server before this one may take to end. */
  readonly insistAtFirst?: boolean;
  readonly key: string;
  /** See `ServerProcessOptions`. */
  readonly term: number;
  readonly log: Log;
  /** Told after each restart. `moved`: the port is another one, so that nobody new finds the way by an older invite. */
  readonly onRestarted: (port: number, moved: boolean) => void;
  readonly delays?: readonly number[];
  readonly insist?: number;
  /** Gives up while it starts for the first time. */
  readonly signal?: AbortSignal;
}

/** Runs the meeting's server and starts it again when it dies. People inside go on without it in the meantime. */
export class ServerKeeper {
  readonly #options: ServerKeeperOptions;
  #process: ServerProcess;
  #exit: { dispose(): void };
  #startedAt = Date.now();
  #failures = 0;
  /** In vain, since the server died. */
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #restart: Promise<void> | undefined;
  readonly #ended = new AbortController();

  private constructor(options: ServerKeeperOptions, first: ServerProcess) {
    this.#options = options;
    this.#process = first;
    this.#exit = first.onExit(() => this.#handleExit());
  }

  /** @throws {ServerStartError} when the server does not start, or the signal's reason. */
  static async start(options: ServerKeeperOptions): Promise<ServerKeeper> {
    const { start, program, port, insistAtFirst, key, term, log, signal } = options;
    if (insistAtFirst) await whenFree(port, log, signal);
    try {
      const exactPort = insistAtFirst === true;
      return new ServerKeeper(options, await start({ program, port, exactPort, key, term, log, signal }));
    } catch (error) {
      signal?.throwIfAborted();
      if (!insistAtFirst) throw error;
      log('warn', `the server does not get its port back: ${errorText(error)}`);
    }
    return new ServerKeeper(options, await start({ program, port, key, term, log, signal }));
  }

  get port(): number {
    return this.#process.port;
  }

  /** Ends the server for good. */
  async dispose(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#exit.dispose();
    await this.#restart;
    await this.#process.dispose();
  }

  #handleExit(): void {
    this.#exit.dispose();
    this.#attempts = 0;
    if (Date.now() - this.#startedAt > STEADY_AFTER) this.#failures = 0;
    this.#options.log('warn', 'the server has ended by itself');
    this.#schedule();
  }

  #schedule(): void {
    if (this.#ended.signal.aborted) return;
    const delays = this.#options.delays ?? RESTART_DELAYS;
    const delay = delays[Math.min(this.#failures, delays.length - 1)] ?? 0;
    this.#failures++;
    this.#timer = setTimeout(() => {
      this.#restart = this.#startAgain();
    }, delay);
  }

  async #startAgain(): Promise<void> {
    const { start, program, key, term, log, onRestarted, insist = INSIST } = this.#options;
    const { port } = this.#process;
    this.#attempts++;
    const exactPort = this.#attempts <= insist;
    try {
      const again = await start({ program, port, exactPort, key, term, log, signal: this.#ended.signal });
      this.#process = again;
      this.#startedAt = Date.now();
      if (this.#ended.signal.aborted) return; // dispose() waits for this and ends the new process.
      this.#exit = again.onExit(() => this.#handleExit());
      log('info', `the server runs again on port ${again.port}`);
      onRestarted(again.port, again.port !== port);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      log('warn', `the server could not be started again: ${errorText(error)}`);
      this.#schedule();
    }
  }
}

/** Waits until nobody listens on a port, it has taken too long, or the signal aborts. */
async function whenFree(port: number, log: Log, signal: AbortSignal | undefined): Promise<void> {
  const until = Date.now() + FIRST_INSIST;
  let waits = false;
  while (!(await isFree(port))) {
    if (signal?.aborted === true || Date.now() > until) return;
    if (!waits) log('info', "the server's port is not free yet");
    waits = true;
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE));
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
