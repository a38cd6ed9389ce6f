import * as v from 'valibot';
import type { ConnectionFigures, InterfaceKind, Route, StreamKind, Way } from '../connectionModel.ts';
import { roundTripOf } from './roundTrip.ts';
import { networkOf, routeOf } from './statsRoute.ts';
import { type Entry, type Report, count, parseEntry, selectedPair, text } from './statsReport.ts';

/** What a report says of one RTP stream: counters since it began, and what it is like now. */
export interface StreamReading {
  /** Unique in a report, and the same in the next. */
  readonly id: string;
  readonly kind: StreamKind;
  readonly way: Way;
  readonly bytes: number | null;
  readonly packets: number | null;
  /** In: packets that were lost since it began; it may go down when late ones arrive. */
  readonly lost: number | null;
  /** Out: the share that the other side lost, 0 to 1, by its last word on it. */
  readonly lostShare: number | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly frames: number | null;
  readonly limited: ConnectionFigures['limited'];
}

/** What is read of one report. */
export interface StatsReading {
  /** Milliseconds. */
  readonly roundTrip: number | null;
  readonly room: number | null;
  readonly route: Route | null;
  readonly network: InterfaceKind | null;
  /** Bytes over the connection's transport since it began. */
  readonly bytes: Readonly<Record<Way, number | null>>;
  readonly streams: readonly StreamReading[];
}

/** A link has eight; what is beyond that is not of this protocol. */
const MAX_STREAMS = 16;

const share = v.fallback(v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))), null);
const signed = v.fallback(v.nullable(v.pipe(v.number(), v.finite())), null);
const rtp = v.object({
  id: text,
  mid: text,
  codecId: text,
  bytesReceived: count,
  bytesSent: count,
  packetsReceived: count,
  packetsSent: count,
  packetsLost: signed,
  frameWidth: count,
  frameHeight: count,
  framesPerSecond: count,
  qualityLimitationReason: text,
});
const remoteInbound = v.object({ localId: text, fractionLost: share });
const codec = v.object({ mimeType: text });
const transport = v.object({ bytesReceived: count, bytesSent: count });
const pairFigures = v.object({ availableOutgoingBitrate: count });

/**
 * Reads a connection's statistics (W3C webrtc-stats). Whatever is missing, or is not what the standard says, is null:
 * other browsers leave out some of it, and the other side has a hand in much of it.
 * @param kindOf what is sent and received on a transceiver, by its `mid`.
 */
export function readStats(report: Report, kindOf: (mid: string) => StreamKind | undefined): StatsReading {
  const rtps: { readonly way: Way; readonly entry: Entry }[] = [];
  const shares = new Map<string, number>();
  report.forEach((entry: unknown) => {
    const type = parseEntry(entry)?.type;
    if (type === 'inbound-rtp') rtps.push({ way: 'in', entry });
    else if (type === 'outbound-rtp') rtps.push({ way: 'out', entry });
    else if (type === 'remote-inbound-rtp') {
      const parsed = v.safeParse(remoteInbound, entry);
      const { localId = null, fractionLost = null } = parsed.success ? parsed.output : {};
      if (localId !== null && fractionLost !== null) shares.set(localId, fractionLost);
    }
  });
  const { transport: carrier, pair } = selectedPair(report);
  const carried = v.safeParse(transport, carrier);
  const chosen = v.safeParse(pairFigures, pair);
  return {
    roundTrip: roundTripOf(report),
    room: chosen.success ? chosen.output.availableOutgoingBitrate : null,
    route: routeOf(report, pair),
    network: networkOf(report, pair),
    bytes: {
      in: carried.success ? carried.output.bytesReceived : null,
      out: carried.success ? carried.output.bytesSent : null,
    },
    streams: rtps
      .slice(0, MAX_STREAMS)
      .map(({ way, entry }) => readStream(report, way, entry, kindOf, shares))
      .filter((stream) => stream !== null),
  };
}

function readStream(
  report: Report,
  way: Way,
  entry: Entry,
  kindOf: (mid: string) => StreamKind | undefined,
  shares: ReadonlyMap<string, number>,
): StreamReading | null {
  const parsed = v.safeParse(rtp, entry);
  if (!parsed.success) return null;
  const { id, mid, codecId, frameWidth, frameHeight, framesPerSecond, ...rest } = parsed.output;
  const kind = mid === null ? undefined : kindOf(mid);
  if (id === null || kind === undefined) return null;
  const { qualityLimitationReason: reason } = rest;
  return {
    id,
    kind,
    way,
    bytes: way === 'in' ? rest.bytesReceived : rest.bytesSent,
    packets: way === 'in' ? rest.packetsReceived : rest.packetsSent,
    lost: way === 'in' ? rest.packetsLost : null,
    lostShare: way === 'in' ? null : (shares.get(id) ?? null),
    codec: codecId === null ? null : codecName(report.get(codecId)),
    width: frameWidth,
    height: frameHeight,
    frames: framesPerSecond,
    limited: reason === 'bandwidth' || reason === 'cpu' ? reason : null,
  };
}

/** `video/VP8` is VP8 to people, `audio/opus` Opus. */
function codecName(entry: unknown): string | null {
  const parsed = v.safeParse(codec, entry);
  const name = parsed.success
    ? /^(?:audio|video)\/([\w.-]{1,32})$/.exec(parsed.output.mimeType ?? '')?.[1]
    : null;
  if (name === null || name === undefined) return null;
  return name === 'opus' ? 'Opus' : name;
}
