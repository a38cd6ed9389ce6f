import type { ParticipantId } from '../../shared/ids.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { Member } from './member.ts';
import { wait } from './wait.ts';

/** Between two looks at a server; milliseconds. */
const PAUSE = 1_000;

/** What looking at servers needs of the meeting. */
export interface ServerWatchOptions {
  readonly host: Pick<HostClient, 'call'>;
  /** Whether nothing is heard of a member. */
  readonly isAway: (id: ParticipantId) => boolean;
  /** Whether the server that a member ran refuses connections, and did so a look before. */
  readonly onLook: (id: ParticipantId, refused: boolean) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
  readonly pause?: number;
}

/**
 * The servers on members' machines. When nothing is heard of who runs one, their extension host's view of it tells two things
 * apart that look alike on a link: a cable that was pulled, and a VS Code that was killed. A look also finds the server where
 * it has another address that works.
 */
export class ServerWatch {
  readonly #options: ServerWatchOptions;
  readonly #told = new Map<ParticipantId, readonly string[]>();
  readonly #looking = new Set<ParticipantId>();
  readonly #abort = new AbortController();

  constructor(options: ServerWatchOptions) {
    this.#options = options;
  }

  /** A member says where the server is that they run. */
  onTold(from: ParticipantId, urls: readonly string[]): void {
    this.#told.set(from, urls);
  }

  /** A member runs it no more. */
  onGaveWay(from: ParticipantId): void {
    this.#told.delete(from);
  }

  /** A member is not heard, or is heard again. */
  onAway({ address: { id }, away }: Member): void {
    if (away && this.#told.has(id) && !this.#looking.has(id)) void this.#watch(id);
  }

  /** A member is one no more. */
  onGone({ address: { id } }: Member): void {
    this.onGaveWay(id);
  }

  dispose(): void {
    this.#abort.abort();
  }

  async #watch(id: ParticipantId): Promise<void> {
    const { host, isAway, onLook, onProblem, pause = PAUSE } = this.#options;
    const { signal } = this.#abort;
    this.#looking.add(id);
    let refusals = 0;
    while (!signal.aborted && isAway(id)) {
      const servers = this.#told.get(id);
      if (!servers) break;
      try {
        const { state } = await host.call('lookAtServer', { servers: [...servers] });
        refusals = state === 'refused' ? refusals + 1 : 0;
      } catch (error) {
        refusals = 0;
        onProblem('a server could not be looked at', error);
      }
      // One alone may be a server on its way up, or a firewall that is.
      if (!signal.aborted) onLook(id, refusals > 1);
      await wait(pause, signal);
    }
    this.#looking.delete(id);
  }
}
