import type { ParticipantId } from '../../shared/ids.ts';
import { eldest } from '../../shared/meeting/roster.ts';
import type { LinkMessage, MemberAddress } from '../../shared/protocol.ts';
import type { HostClient } from '../host/hostContext.ts';

/** Without a server for so long the eldest is asked to run one; a host that restarts theirs is back by then. Milliseconds. */
const PATIENCE = 10_000;
/** Milliseconds between two looks for a server while there is none. */
const RETRY = 5_000;
/** The same between two that others bring about by what they tell. */
const PAUSE = 250;

/** What the meeting's servers need of the meeting. */
export interface ServersOptions {
  readonly self: ParticipantId;
  /** Whose server it was from the start. */
  readonly hostId: ParticipantId;
  /** Addresses of the server where it runs here; none otherwise. */
  readonly own?: readonly string[];
  readonly host: Pick<HostClient, 'call'>;
  /** A member whose server has moved may have done so with it; told once it is known whether it has. */
  readonly onMoved: (runner: ParticipantId, moved: Promise<boolean>) => void;
  /** Who can be reached now, oneself included; empty before there is a meeting. */
  readonly present: () => readonly MemberAddress[];
  /** Whether this machine has a network at all. */
  readonly online: () => boolean;
  /** Whether somebody is in, also when they are being looked for. */
  readonly isIn: (id: ParticipantId) => boolean;
  readonly broadcast: (message: LinkMessage) => void;
  /** `mayHostOn` is another now. */
  readonly onChange: () => void;
  /** For the log alone: a server may be out of reach for a while. */
  readonly onProblem: (what: string, error?: unknown) => void;
  /** This person wanted to run a server, and there is none. */
  readonly onHostOnFailed: (error: unknown) => void;
  readonly patience?: number;
  readonly retry?: number;
  readonly pause?: number;
}

/**
 * Where the meeting's server is, when it moves: who runs it tells everybody over the links, and each page tells its
 * extension host, at once and again when the server it had is gone. When the host has left with it, the eldest may run another one.
 */
export class Servers {
  readonly #options: ServersOptions;
  /** Addresses of the server that runs here; those of the invite may be older. */
  #own: readonly string[];
  /** What others told last. */
  #told: readonly string[] = [];
  /** On whose machine it runs, or ran last, as far as is known. */
  #runner: ParticipantId;
  /** They have said so; until then it may be nobody's in the meeting. */
  #runnerTold = false;
  /** They have left on purpose, and their server with them. */
  #runnerLeft = false;
  #connected = true;
  #patient = true;
  #starting = false;
  #disposed = false;
  /** The hand-over that is under way, and the one after it. */
  #handing: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ServersOptions) {
    this.#options = options;
    this.#own = options.own ?? [];
    this.#runner = this.runsHere ? options.self : options.hostId;
  }

  /** Whether this person may be asked to run a server for the others. */
  get mayHostOn(): boolean {
    const { self, present, isIn, online } = this.#options;
    if (this.#connected || this.#starting || (this.#patient && !this.#runnerLeft)) return false;
    // Who runs it starts it again.
    if (self === this.#runner || isIn(this.#runner)) return false;
    // Who has no network has lost everybody, and nobody anything.
    if (!online()) return false;
    return eldest(present())?.id === self;
  }

  /** The server can be reached, or not any more. */
  onServer(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#patient = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    if (connected) {
      this.#runnerLeft = false;
      return;
    }
    void this.#handOver();
    this.#timer = setTimeout(() => {
      this.#patient = false;
      this.#options.onChange();
    }, this.#options.patience ?? PATIENCE);
  }

  /** A member says where the server is that they run. */
  onTold(from: ParticipantId, urls: readonly string[]): void {
    this.#told = urls;
    this.#runsAt(from);
    // Whether the one that was is still there is for the extension host to see.
    this.#options.onMoved(from, this.#handOver());
  }

  /** A member has said good-bye: nobody has to wait for a server that ends with them. */
  onLeft(id: ParticipantId): void {
    if (id === this.#runner && this.#runnerTold) this.#runnerLeft = true;
  }

  /** A member no longer runs the server, since one from before is back at these addresses. Nobody else can say so. */
  onGaveWay(from: ParticipantId, urls: readonly string[]): void {
    if (from === this.#runner) this.#goBack(urls);
  }

  #goBack(urls: readonly string[]): void {
    this.#told = urls;
    this.#runner = this.#options.hostId;
    this.#runnerTold = false;
    // It ends in a moment, which tells as well.
    void this.#handOver();
  }

  /** The server that runs here is to be found at these addresses. */
  tell(urls: readonly string[]): void {
    this.#own = urls;
    this.#runsAt(this.#options.self);
    this.#options.broadcast({ t: 'servers', urls: [...urls] });
  }

  /** The server that runs here ends, since one from before is back at these addresses. */
  giveWay(urls: readonly string[]): void {
    this.#own = [];
    this.#goBack(urls);
    this.#options.broadcast({ t: 'servers', urls: [...urls], elsewhere: true });
  }

  /** Whether the meeting's server runs on this machine. */
  get runsHere(): boolean {
    return this.#own.length > 0;
  }

  /** What somebody who enters has to know. */
  greeting(): LinkMessage | null {
    return this.runsHere ? { t: 'servers', urls: [...this.#own] } : null;
  }

  /** Runs a server for the others. */
  async hostOn(): Promise<void> {
    if (this.#starting) return;
    this.#starting = true;
    this.#options.onChange();
    try {
      const { servers } = await this.#options.host.call('hostOn', {});
      this.tell(servers);
    } catch (error) {
      this.#options.onHostOnFailed(error);
    } finally {
      this.#starting = false;
      this.#options.onChange();
    }
  }

  #runsAt(id: ParticipantId): void {
    this.#runner = id;
    this.#runnerTold = true;
    this.#runnerLeft = false;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
  }

  /** Gives whether another way is gone from now on; what is told meanwhile waits for its turn, together. Never rejects. */
  #handOver(): Promise<boolean> {
    if (!this.#handing) return (this.#handing = this.#handOverNow());
    this.#next ??= this.#handing.then(async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, this.#options.pause ?? PAUSE);
      });
      this.#next = undefined;
      return (this.#handing = this.#handOverNow());
    });
    return this.#next;
  }

  async #handOverNow(): Promise<boolean> {
    const { host, onProblem, retry = RETRY } = this.#options;
    clearTimeout(this.#again);
    if (this.#disposed) return false;
    try {
      return (await host.call('serversChanged', { servers: [...this.#told] })).moved;
    } catch (error) {
      onProblem('the server that was told of cannot be used', error);
      return false;
    } finally {
      if (!this.#next) this.#handing = undefined;
      // Its machine may be out of reach for a while, or another server be back meanwhile.
      if (!this.#connected && !this.#disposed)
        this.#again = setTimeout(() => {
          if (!this.#connected) void this.#handOver();
        }, retry);
    }
  }
}
