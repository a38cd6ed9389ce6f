import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_LANES } from '../../shared/limits.ts';
import type { LaneMessage } from '../../shared/protocol.ts';
import { roundTripOf } from '../rtc/roundTrip.ts';
import { laneLabel } from './fileKeys.ts';
import { Lane } from './lane.ts';
import type { Ways, WaysFor } from './ways.ts';

/** The link to a member, as far as lanes need it. */
export interface LaneLink {
  send(message: LaneMessage): void;
  getStats(): Promise<Pick<RTCStatsReport, 'get' | 'forEach'>>;
}

/** What lanes need of the meeting, and whom they tell. */
export interface LanesOptions {
  /** A connection like those of the links: same certificate, same servers. */
  readonly connect: () => RTCPeerConnection;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  readonly link: (to: ParticipantId) => LaneLink | null;
  /** Whether something is on its way to them: nobody else has a reason to open lanes to us. */
  readonly givesTo: (to: ParticipantId) => boolean;
  /** A member opened a channel on a lane of theirs. */
  readonly onChannel: (from: ParticipantId, channel: RTCDataChannel) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Content below which lanes are not worth their while; bytes. */
const LARGE = 8 * 1024 * 1024;
/** A lane that no transfer uses is closed; milliseconds. */
const IDLE = 30_000;
/** Lanes that a member may open in any minute. */
const MAX_A_MINUTE = 12;

/**
 * How many lanes a round trip (milliseconds) asks for: one connection slows with distance, to 7.0 / 2.4 / 1.0 MB/s at
 * 20 / 50 / 100 ms (measured, Chromium 156), and side by side they add up.
 */
export function lanesFor(roundTrip: number | null): number {
  if (roundTrip === null || roundTrip < 8) return 0;
  return roundTrip < 20 ? 1 : MAX_LANES;
}

/** The lanes between us and one member. Those that one side opened are counted apart from the other's. */
interface Pool {
  readonly own: Map<number, Lane>;
  readonly theirs: Map<number, Lane>;
  /** Transfers that use ours. */
  readonly users: Set<string>;
  idle: ReturnType<typeof setTimeout> | undefined;
  watch: ReturnType<typeof setInterval> | undefined;
  /** When they opened their last ones. */
  readonly opened: number[];
}

/** Connections beside the links, for large files over long ways: opened by who receives, negotiated over the link. */
export class Lanes implements Ways {
  readonly #options: LanesOptions;
  readonly #pools = new Map<ParticipantId, Pool>();
  #disposed = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  open(to: ParticipantId, transfer: string, bytes: number): WaysFor {
    const count = bytes > LARGE ? this.#measure(to) : Promise.resolve(0);
    let over = false;
    return {
      start: (onChannel) => {
        void count.then((wanted) => {
          if (!over && wanted > 0) this.#use(to, transfer, wanted, onChannel);
        });
      },
      end: () => {
        over = true;
        this.#release(to, transfer);
      },
    };
  }

  /** Takes a message about a lane from the link to a member. */
  receive(from: ParticipantId, { lane: number, mine, signal }: LaneMessage): void {
    if (this.#disposed) return;
    // What is theirs to them is not ours.
    const known = this.#pools.get(from)?.[mine ? 'theirs' : 'own'].get(number);
    if (known) known.receive(signal);
    else if (mine && signal.kind === 'description' && signal.description.type === 'offer') {
      this.#accept(from, number)?.receive(signal);
    }
  }

  /** The link to a member is gone, or another one: its lanes go with it. */
  forget(member: ParticipantId): void {
    const pool = this.#pools.get(member);
    if (!pool) return;
    this.#pools.delete(member);
    clearTimeout(pool.idle);
    clearInterval(pool.watch);
    for (const lane of [...pool.own.values(), ...pool.theirs.values()]) lane.close();
  }

  dispose(): void {
    this.#disposed = true;
    for (const member of this.#pools.keys()) this.forget(member);
  }

  async #measure(to: ParticipantId): Promise<number> {
    try {
      const stats = await this.#options.link(to)?.getStats();
      return stats ? lanesFor(roundTripOf(stats)) : 0;
    } catch (error) {
      this.#options.onProblem('the round trip could not be measured', error);
      return 0;
    }
  }

  #use(
    to: ParticipantId,
    transfer: string,
    count: number,
    onChannel: (channel: RTCDataChannel) => void,
  ): void {
    if (this.#disposed || !this.#options.link(to)) return;
    const pool = this.#pool(to);
    clearTimeout(pool.idle);
    pool.users.add(transfer);
    for (let number = 1; number <= count; number++) {
      const lane = pool.own.get(number) ?? this.#make(to, pool, number, true);
      onChannel(lane.open(laneLabel(transfer)));
    }
  }

  #release(to: ParticipantId, transfer: string): void {
    const pool = this.#pools.get(to);
    if (!pool?.users.delete(transfer) || pool.users.size > 0) return;
    pool.idle = setTimeout(() => {
      for (const lane of pool.own.values()) lane.close();
    }, IDLE);
  }

  #accept(from: ParticipantId, number: number): Lane | null {
    const { givesTo, link } = this.#options;
    const pool = this.#pool(from);
    const now = performance.now();
    while ((pool.opened[0] ?? now) < now - 60_000) pool.opened.shift();
    if (!givesTo(from) || pool.opened.length >= MAX_A_MINUTE) {
      link(from)?.send({ t: 'lane', lane: number, mine: false, signal: { kind: 'close' } });
      return null;
    }
    pool.opened.push(now);
    this.#watch(from, pool);
    return this.#make(from, pool, number, false);
  }

  /** Who opened them closes them; if not, we do. */
  #watch(from: ParticipantId, pool: Pool): void {
    let idle = false;
    pool.watch ??= setInterval(() => {
      const used = this.#options.givesTo(from);
      if (!used && idle) for (const lane of pool.theirs.values()) lane.close();
      idle = !used;
      if (pool.theirs.size > 0) return;
      clearInterval(pool.watch);
      pool.watch = undefined;
    }, IDLE);
  }

  #make(member: ParticipantId, pool: Pool, number: number, mine: boolean): Lane {
    const { connect, addresses, link, onChannel, onProblem } = this.#options;
    const lanes = mine ? pool.own : pool.theirs;
    const lane: Lane = new Lane({
      pc: connect(),
      mine,
      addresses,
      send: (signal) => link(member)?.send({ t: 'lane', lane: number, mine, signal }),
      onChannel: (channel) => onChannel(member, channel),
      onEnd: () => {
        if (lanes.get(number) === lane) lanes.delete(number);
      },
      onProblem,
    });
    lanes.set(number, lane);
    return lane;
  }

  #pool(member: ParticipantId): Pool {
    let pool = this.#pools.get(member);
    if (!pool) {
      pool = {
        own: new Map(),
        theirs: new Map(),
        users: new Set(),
        idle: undefined,
        watch: undefined,
        opened: [],
      };
      this.#pools.set(member, pool);
    }
    return pool;
  }
}
