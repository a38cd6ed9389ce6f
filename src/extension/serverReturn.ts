import type { Disposable } from './disposable.ts';
import { errorText, type Log } from './log.ts';
import type { MeetingServer } from './meetingServer.ts';
import { ServerUnreachableError } from './server/findServer.ts';

/** Milliseconds until the first look, and between two looks at most; each pause is a twentieth longer than the one before. */
const FIRST = 3_000;
const LONGEST = 15_000;
const GROWTH = 1.05;

/** What waiting for a server's return needs. */
export interface ServerReturnOptions {
  readonly server: Pick<MeetingServer, 'earlier' | 'ownPort' | 'giveWay' | 'move'>;
  /** See `MeetingServer.giveWay`. */
  readonly tell: (urls: readonly string[]) => Promise<boolean>;
  /** The meeting is on another server now. */
  readonly onMoved: () => void;
  readonly log: Log;
  readonly first?: number;
}

/**
 * While the meeting's server runs here in place of another one, looks again and again whether that is back, and gives way
 * to it: its host, who was asleep or had no network, knows nothing of this one, and would be in the room alone.
 */
export class ServerReturn implements Disposable {
  readonly #options: ServerReturnOptions;
  readonly #first: number;
  #pause: number;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: ServerReturnOptions) {
    this.#options = options;
    this.#first = options.first ?? FIRST;
    this.#pause = this.#first;
    this.#schedule();
  }

  /**
   * An invite to this meeting names these servers: the meeting is gone on with there if one answers, and the present one runs
   * here or does not. @returns whether it is. Never rejects.
   */
  follow(urls: readonly string[]): Promise<boolean> {
    return this.#goTo(urls, 'any');
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#disposed) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#schedule()), this.#pause);
  }

  async #look(): Promise<void> {
    const { server } = this.#options;
    if (server.ownPort() === null || server.earlier.length === 0) {
      this.#pause = this.#first;
      return;
    }
    this.#pause = Math.min(this.#pause * GROWTH, LONGEST);
    await this.#goTo(server.earlier, 'older');
  }

  async #goTo(urls: readonly string[], which: 'older' | 'any'): Promise<boolean> {
    const { server, tell, onMoved, log } = this.#options;
    try {
      const moved = await (server.ownPort() === null ? server.move(urls) : server.giveWay(urls, which, tell));
      if (moved) onMoved();
      return moved;
    } catch (error) {
      // Most looks end so: nobody is back yet.
      if (!(error instanceof ServerUnreachableError))
        log('warn', `another server of the meeting could not be looked for: ${errorText(error)}`);
      return false;
    }
  }
}
