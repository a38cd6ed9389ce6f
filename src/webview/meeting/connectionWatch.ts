import type { ParticipantId } from '../../shared/ids.ts';
import type { ConnectionLevel, ConnectionModel, ConnectionsView, StreamKind } from '../connectionModel.ts';
import { compareReadings, type TimedReading } from '../rtc/connectionFigures.ts';
import { freshLevel, type LevelState, nextLevel } from '../rtc/connectionLevel.ts';
import { readStats } from '../rtc/statsReading.ts';
import type { Report } from '../rtc/statsReport.ts';

/** Of a link, what is looked at. */
export interface WatchedLink {
  readonly ended: boolean;
  readonly media: {
    readonly ready: boolean;
    kindOf(mid: string): StreamKind | undefined;
  };
  getStats(): Promise<Report>;
}

/** Of a member, what is looked at. */
export interface WatchedMember {
  readonly address: { readonly id: ParticipantId };
  readonly away: boolean;
  readonly link: WatchedLink;
}

/** What a watch needs and whom it tells. */
export interface ConnectionWatchOptions {
  readonly members: () => readonly WatchedMember[];
  /** Nobody looks: nothing is measured. */
  readonly unseen: () => boolean;
  /** The level of somebody's connection is another. */
  readonly onLevel: () => void;
  readonly onProblem: (what: string, error: unknown) => void;
  /** Between two looks; milliseconds. */
  readonly pause?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

interface Watched {
  link: WatchedLink;
  busy: boolean;
  failed: boolean;
  before: TimedReading | null;
  state: LevelState;
  model: ConnectionModel | null;
}

/** Between two looks; milliseconds. */
const PAUSE = 2_000;

/**
 * Looks at the connection to everybody who is heard, every two seconds, as long as there is one. A link that takes the
 * place of another is looked at from its beginning; what the person was shown stays until there is more to say.
 */
export class ConnectionWatch implements ConnectionsView {
  readonly #options: ConnectionWatchOptions;
  readonly #now: () => number;
  readonly #watched = new Map<ParticipantId, Watched>();
  readonly #listeners = new Map<ParticipantId, Set<() => void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(options: ConnectionWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  of(id: ParticipantId): ConnectionModel | null {
    return this.#watched.get(id)?.model ?? null;
  }

  level(id: ParticipantId): ConnectionLevel | null {
    return this.of(id)?.level ?? null;
  }

  subscribe(id: ParticipantId, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** Somebody came, went, or is reached over another link. A new link is looked at now, not at the next turn. */
  follow(): void {
    if (this.#disposed) return;
    const members = this.#options.members();
    const ids = new Set(members.map(({ address }) => address.id));
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#watched.delete(id);
    for (const member of members) {
      if (this.#watched.get(member.address.id)?.link !== member.link) this.#look(member);
    }
    if (members.length === 0) this.#stop();
    else this.#timer ??= setTimeout(() => this.#turn(), this.#options.pause ?? PAUSE);
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
    this.#watched.clear();
    this.#listeners.clear();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #turn(): void {
    this.#timer = undefined;
    for (const member of this.#options.members()) this.#look(member);
    this.follow();
  }

  #look({ address: { id }, away, link }: WatchedMember): void {
    if (away || link.ended || !link.media.ready || this.#options.unseen()) return;
    let watched = this.#watched.get(id);
    if (watched?.link !== link) {
      const { model = null } = watched ?? {};
      watched = {
        link,
        busy: false,
        failed: false,
        before: null,
        state: freshLevel(model?.level ?? null),
        model,
      };
      this.#watched.set(id, watched);
    }
    if (watched.busy) return;
    watched.busy = true;
    void this.#measure(id, watched);
  }

  async #measure(id: ParticipantId, watched: Watched): Promise<void> {
    const { link, before } = watched;
    try {
      const report = await link.getStats();
      if (this.#disposed || this.#watched.get(id) !== watched) return;
      const now = { at: this.#now(), reading: readStats(report, (mid) => link.media.kindOf(mid)) };
      const { state, figures, causes } = nextLevel(watched.state, compareReadings(before, now));
      const changed = state.level !== watched.model?.level;
      watched.before = now;
      watched.state = state;
      watched.model = { level: state.level, figures, causes };
      for (const listener of this.#listeners.get(id) ?? []) listener();
      if (changed) this.#options.onLevel();
    } catch (error) {
      if (!watched.failed) this.#options.onProblem('a connection could not be measured', error);
      watched.failed = true;
    } finally {
      watched.busy = false;
    }
  }
}
