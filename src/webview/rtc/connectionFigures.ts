import type { ConnectionFigures, StreamFigures, StreamKind, Way } from '../connectionModel.ts';
import type { StatsReading, StreamReading } from './statsReading.ts';

/** A reading and when it was taken: milliseconds of a clock that only goes forward. */
export interface TimedReading {
  readonly at: number;
  readonly reading: StatsReading;
}

/** Packets that were on their way in some time, and how many of them were lost. */
export interface Tally {
  readonly packets: number;
  readonly lost: number;
}

/** What lies between two readings. `figures.loss` is of this time alone. */
export interface Comparison {
  readonly figures: ConnectionFigures;
  readonly tally: Readonly<Record<Way, Tally>>;
}

/** Between two readings, milliseconds: in less there is nothing to count, in more (sleep, a hidden page) too much happened. */
const SHORTEST = 500;
const LONGEST = 10_000;
const KINDS: readonly StreamKind[] = ['microphone', 'camera', 'screen', 'screenAudio'];

/**
 * What a connection does, from two readings of it. Rates and loss are null without a reading before, and when the time
 * between both is not one to count in. Counters that went back belong to something new and count for nothing.
 */
export function compareReadings(before: TimedReading | null, now: TimedReading): Comparison {
  const { reading } = now;
  const elapsed = before === null ? 0 : now.at - before.at;
  const earlier = before !== null && elapsed >= SHORTEST && elapsed <= LONGEST ? before.reading : null;
  const rateOf = (from: number | null | undefined, to: number | null): number | null => {
    const bytes = earlier === null ? null : grown(from ?? null, to);
    return bytes === null ? null : (bytes * 8_000) / elapsed;
  };
  const streams = reading.streams.map((stream) => {
    const previous = earlier?.streams.find(({ id }) => id === stream.id);
    // What began in between counts from zero, unless this is the first look.
    return { stream, previous, rate: rateOf(previous ? previous.bytes : 0, stream.bytes) };
  });
  const tally = {
    in: tallyOf(streams, 'in', earlier !== null),
    out: tallyOf(streams, 'out', earlier !== null),
  };
  return {
    tally,
    figures: {
      roundTrip: reading.roundTrip,
      loss: { in: lossOf(tally.in), out: lossOf(tally.out) },
      rate: {
        in: rateOf(earlier?.bytes.in, reading.bytes.in),
        out: rateOf(earlier?.bytes.out, reading.bytes.out),
      },
      streams: flowing(streams),
      route: reading.route,
      network: reading.network,
      room: reading.room,
      limited: limitOf(streams),
    },
  };
}

/** The share that was lost, 0 to 1; null when there is too little to tell it from. */
export function lossOf({ packets, lost }: Tally, fewest = 1): number | null {
  return packets >= fewest ? lost / packets : null;
}

interface Compared {
  readonly stream: StreamReading;
  readonly previous: StreamReading | undefined;
  readonly rate: number | null;
}

/** Out, the other side's share is taken for what was sent meanwhile: its word comes less often than we look. */
function tallyOf(streams: readonly Compared[], way: Way, counts: boolean): Tally {
  let [packets, lost] = [0, 0];
  for (const { stream, previous } of counts ? streams : []) {
    if (stream.way !== way) continue;
    const went = grown(previous ? previous.packets : 0, stream.packets);
    if (went === null) continue;
    if (way === 'out') {
      if (stream.lostShare === null) continue;
      packets += went;
      lost += went * stream.lostShare;
    } else {
      const missing = grown(previous ? previous.lost : 0, stream.lost) ?? 0;
      packets += went + missing;
      lost += missing;
    }
  }
  return { packets, lost };
}

/** What is on its way, by kind; a slot without a device sends nothing and is left out, as is one that has fallen silent. */
function flowing(streams: readonly Compared[]): StreamFigures[] {
  return KINDS.flatMap((kind) =>
    (['in', 'out'] as const).flatMap((way) => {
      const own = streams.filter(
        ({ stream, rate }) =>
          stream.kind === kind && stream.way === way && (rate === null ? false : rate > 0),
      );
      // Of several encodings the largest is the one that is spoken of.
      const main = own.toSorted((one, other) => (other.stream.width ?? 0) - (one.stream.width ?? 0))[0];
      if (!main) return [];
      const { codec, width, height, frames } = main.stream;
      return [
        {
          kind,
          way,
          rate: own.reduce((sum, { rate }) => sum + (rate ?? 0), 0),
          codec,
          width,
          height,
          frames,
        },
      ];
    }),
  );
}

/** Of what is sent just now: a slot that is empty keeps what it had last. */
function limitOf(streams: readonly Compared[]): ConnectionFigures['limited'] {
  const limits = new Set(
    streams.map(({ stream, rate }) => (rate !== null && rate > 0 ? stream.limited : null)),
  );
  return limits.has('cpu') ? 'cpu' : limits.has('bandwidth') ? 'bandwidth' : null;
}

/** By how much a counter grew; null when it is not known, or went back. */
function grown(from: number | null, to: number | null): number | null {
  return from === null || to === null || to < from ? null : to - from;
}
