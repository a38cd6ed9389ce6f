import { type HostApi, hostApi } from '../../shared/hostRpc.ts';
import { KEPT_FOR, RPC_TIMEOUT } from '../../shared/limits.ts';
import { type Params, type Result, RpcError, type Timers } from '../../shared/rpc.ts';
import type { HostClient } from './hostContext.ts';

/**
 * When the extension host is missed. All of it is counted in beats that nothing answered, of which each had its time in
 * this page: a page that slept, or whose timers are held back, has asked in vain once at most.
 */
export interface HostLineTimes {
  /** Milliseconds between two beats. */
  readonly beat: number;
  /** Beats in vain until nobody is there. An extension host that is busy for some seconds is there. */
  readonly away: number;
  /** Beats in vain for which a call still waits that waits for a person: who was asked may answer after all. */
  readonly patience: number;
  /** Milliseconds after the last answer, by the clock of the day, after which nobody goes on with this meeting… */
  readonly keptFor: number;
  /** …and beats in vain since these were over: whoever wakes from a long sleep may still be answered. */
  readonly sure: number;
}

/** The times of a real meeting. */
export const HOST_LINE_TIMES: HostLineTimes = {
  beat: 1_500,
  away: 3,
  patience: RPC_TIMEOUT / 1_500,
  keptFor: KEPT_FOR,
  sure: 20,
};

/** What a person, here or elsewhere, asks for and waits for. It is not to happen later, when they have gone on to something else. */
const ASKED: ReadonlySet<string> = new Set<keyof HostApi>([
  'copyInvite',
  'openLink',
  'hostOn',
  'pickFiles',
  'shareUris',
  'openDrop',
  'chooseReceivers',
  'openSource',
  'openTarget',
  'showSaved',
  'openStage',
  'copyStageLink',
]);

/** What a line needs, and whom it tells. */
export interface HostLineOptions {
  readonly host: HostClient;
  /** Nobody answers any more; or somebody does again. */
  readonly onAway: (away: boolean) => void;
  /** Nobody has answered for so long that the meeting cannot be gone on with. Told once. */
  readonly onLost: () => void;
  readonly times?: HostLineTimes;
  readonly timers?: Timers;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Asked {
  readonly isPatient: boolean;
  readonly reject: (error: RpcError) => void;
}

/**
 * The way to the extension host, as long as there is one. VS Code leaves a panel alone whose extension host has died, was
 * stopped or hangs, and drops what it says; the next one opens a panel of its own. So the page asks whether anybody is
 * there. While nobody is, what a person asks for fails at once; everything else is said all the same, since one that only
 * hung hears it afterwards.
 */
export class HostLine {
  readonly #options: HostLineOptions;
  readonly #times: HostLineTimes;
  readonly #now: () => number;
  readonly #timers: Timers;
  readonly #asked = new Set<Asked>();
  #timer: unknown;
  #answered = false;
  #answeredAt = 0;
  /** Beats in vain, and those of them since the meeting cannot be gone on with. */
  #vain = 0;
  #late = 0;
  #isAway = false;
  #isLost = false;

  constructor(options: HostLineOptions) {
    this.#options = options;
    this.#times = options.times ?? HOST_LINE_TIMES;
    this.#now = options.now ?? Date.now;
    this.#timers = options.timers ?? {
      set: (callback, ms) => setTimeout(callback, ms),
      clear: (handle) => clearTimeout(handle as number),
    };
  }

  /** Begins to ask; the extension host has just answered something else. */
  start(): void {
    this.#answeredAt = this.#now();
    this.#beat();
  }

  /** As `RpcEndpoint.call`. @throws {RpcError} `away`: nobody is there to do what a person asked for. */
  call<K extends keyof HostApi>(name: K, params: Params<HostApi[K]>): Promise<Result<HostApi[K]>> {
    const { host } = this.#options;
    if (!ASKED.has(name)) return host.call(name, params);
    if (this.#isAway) return Promise.reject(awayError(name));
    return new Promise((resolve, reject) => {
      const asked: Asked = { isPatient: hostApi[name].timeout === null, reject };
      this.#asked.add(asked);
      const over = (): boolean => this.#asked.delete(asked);
      void host.call(name, params).then(resolve, reject).finally(over);
    });
  }

  /** The page ends. */
  dispose(): void {
    this.#timers.clear(this.#timer);
  }

  #beat(): void {
    this.#answered = false;
    this.#options.host.call('beat', {}).then(
      () => this.#hear(),
      () => undefined, // Counted already, by `#look`.
    );
    this.#timer = this.#timers.set(() => this.#look(), this.#times.beat);
  }

  #hear(): void {
    this.#answered = true;
    this.#answeredAt = this.#now();
    this.#vain = this.#late = 0;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.onAway(false);
  }

  #look(): void {
    if (!this.#answered) this.#miss();
    this.#beat();
  }

  #miss(): void {
    const { beat, away, patience, keptFor, sure } = this.#times;
    this.#vain++;
    if (this.#vain >= away && !this.#isAway) {
      this.#isAway = true;
      this.#options.onAway(true);
    }
    if (this.#isAway) this.#giveUp(this.#vain >= patience);
    // The beats count as well, for a clock that was set back.
    const since = Math.max(this.#now() - this.#answeredAt, this.#vain * beat);
    this.#late = since >= keptFor ? this.#late + 1 : 0;
    if (this.#late < sure || this.#isLost) return;
    this.#isLost = true;
    this.#options.onLost();
  }

  /** What was asked for before is not answered any more. */
  #giveUp(all: boolean): void {
    for (const asked of this.#asked) {
      if (!all && asked.isPatient) continue;
      this.#asked.delete(asked);
      asked.reject(awayError('a call'));
    }
  }
}

/** Whether something was not done since nobody is there to do it. */
export function isAwayError(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'away';
}

function awayError(what: string): RpcError {
  return new RpcError('away', `${what}: the extension host does not answer`);
}
