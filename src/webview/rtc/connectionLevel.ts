import type { ConnectionCause, ConnectionFigures, ConnectionLevel } from '../connectionModel.ts';
import { type Comparison, lossOf, type Tally } from './connectionFigures.ts';

/** Where a figure makes a connection fair, and where poor. */
interface Limits {
  readonly fair: number;
  readonly poor: number;
}

/**
 * Milliseconds there and back. ITU-T G.114 has 150 ms from mouth to ear acceptable to nearly all, and 400 ms never to be
 * exceeded. Devices, codec and jitter buffer take about 75 of them: 150 ms of round trip are G.114's 150, and 400 ms are
 * 275 from mouth to ear, half-way to where nobody can talk. Google Meet calls up to 120 ms of round trip ideal.
 */
const ROUND_TRIP: Limits = { fair: 150, poor: 400 };
/** Google Meet has quality degrade above 3 % of lost packets; above 8 % Jitsi Meet shows one bar of five. */
const LOSS: Limits = { fair: 0.03, poor: 0.08 };
/** Bits a second, while the browser says that it sends less than it would: for voice (40) and a small picture, or not even that. */
const ROOM: Limits = { fair: 250_000, poor: 100_000 };

/** To be called better again a figure has to stay this much clear of the limit that it was beyond. */
const CLEARANCE = 0.8;
/**
 * So many looks in a row, two seconds apart, have to agree before the level falls or rises. ICE measures a round trip
 * every 2.5 s: a single slow one is not enough.
 */
const WORSE_AFTER = 3;
const BETTER_AFTER = 5;
/** What is kept of a tally from one look to the next: a loss is forgotten by half in five seconds. */
const MEMORY = 0.75;
/** Packets below which a share of them says nothing; voice alone is 50 a second. */
const FEWEST_PACKETS = 50;

const LEVELS: readonly ConnectionLevel[] = ['good', 'fair', 'poor'];
const rank = (level: ConnectionLevel): number => LEVELS.indexOf(level);

/** What is remembered of a connection from one look to the next. */
export interface LevelState {
  readonly level: ConnectionLevel | null;
  /** The last looks that agree on the level being too high, or too low. */
  readonly pending: readonly ConnectionLevel[];
  readonly tally: Readonly<Record<'in' | 'out', Tally>>;
}

/** Nothing was looked at yet, or what was is not to count any more; the level stays until others say otherwise. */
export function freshLevel(level: ConnectionLevel | null = null): LevelState {
  const none = { packets: 0, lost: 0 };
  return { level, pending: [], tally: { in: none, out: none } };
}

/** What follows from one more look. `figures` are those of the comparison, with the loss of the last ten seconds. */
export interface LevelStep {
  readonly state: LevelState;
  readonly figures: ConnectionFigures;
  readonly causes: readonly ConnectionCause[];
}

/** Takes in one more look. */
export function nextLevel(state: LevelState, { figures: latest, tally: counted }: Comparison): LevelStep {
  const tally = { in: remember(state.tally.in, counted.in), out: remember(state.tally.out, counted.out) };
  const figures = {
    ...latest,
    loss: { in: lossOf(tally.in, FEWEST_PACKETS), out: lossOf(tally.out, FEWEST_PACKETS) },
  };
  const [level, pending] = settle(state, figures);
  return { state: { level, pending, tally }, figures, causes: causesOf(figures) };
}

function settle(
  { level, pending }: LevelState,
  figures: ConnectionFigures,
): readonly [ConnectionLevel, readonly ConnectionLevel[]] {
  let wanted = worstOf(figures, 1);
  if (level === null) return [wanted, []];
  if (rank(wanted) < rank(level)) wanted = worstOf(figures, CLEARANCE);
  const way = Math.sign(rank(wanted) - rank(level));
  if (way === 0) return [level, []];
  const agreeing = pending.filter((earlier) => Math.sign(rank(earlier) - rank(level)) === way);
  const looks = [...(agreeing.length === pending.length ? pending : []), wanted];
  if (looks.length < (way > 0 ? WORSE_AFTER : BETTER_AFTER)) return [level, looks];
  // As far as all of them go, and no farther.
  const ranks = looks.map(rank);
  return [LEVELS[way > 0 ? Math.min(...ranks) : Math.max(...ranks)] ?? level, []];
}

function worstOf(figures: ConnectionFigures, clearance: number): ConnectionLevel {
  const ranks = severities(figures, clearance).map(([, level]) => rank(level));
  return LEVELS[Math.max(...ranks)] ?? 'good';
}

function causesOf(figures: ConnectionFigures): ConnectionCause[] {
  return severities(figures, 1)
    .filter(([, level]) => level !== 'good')
    .toSorted(([, one], [, other]) => rank(other) - rank(one))
    .map(([cause]) => cause);
}

function severities(
  figures: ConnectionFigures,
  clearance: number,
): readonly (readonly [ConnectionCause, ConnectionLevel])[] {
  const { roundTrip, loss, room, limited } = figures;
  const above = (value: number | null, { fair, poor }: Limits): ConnectionLevel =>
    value === null || value < fair * clearance ? 'good' : value < poor * clearance ? 'fair' : 'poor';
  const short = limited === 'bandwidth' && room !== null;
  // Less is worse: the limits are as much higher as those above are lower.
  const roomLevel = (value: number): ConnectionLevel =>
    value > ROOM.fair / clearance ? 'good' : value > ROOM.poor / clearance ? 'fair' : 'poor';
  return [
    ['loss-in', above(loss.in, LOSS)],
    ['loss-out', above(loss.out, LOSS)],
    ['round-trip', above(roundTrip, ROUND_TRIP)],
    ['room', short ? roomLevel(room) : 'good'],
  ];
}

function remember(before: Tally, counted: Tally): Tally {
  return {
    packets: before.packets * MEMORY + counted.packets,
    lost: before.lost * MEMORY + counted.lost,
  };
}
