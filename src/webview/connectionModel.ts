import type { ParticipantId } from '../shared/ids.ts';

// How well a connection to somebody goes, as the page shows it. `meeting/connectionWatch.ts` measures, `ui/` shows.

/** The three steps that a person is shown. */
export type ConnectionLevel = 'good' | 'fair' | 'poor';

/**
 * How packets go. `lan`: between local addresses; `internet`: across a router that translates addresses; `unknown`: the
 * browser does not say, or both addresses are public. `protocol`: how this side speaks with its TURN server; null when
 * it is only the other side that uses one.
 */
export type Route =
  | { readonly way: 'direct'; readonly over: 'lan' | 'internet' | 'unknown' }
  | { readonly way: 'relayed'; readonly protocol: 'udp' | 'tcp' | 'tls' | null };

/** A kind of interface, as the browser names it: only what says something to a person. */
export type InterfaceKind = 'ethernet' | 'wifi' | 'cellular' | 'vpn' | 'bluetooth';

/** What travels: the tracks of a link. */
export type StreamKind = 'microphone' | 'camera' | 'screen' | 'screenAudio';

/** One way over a connection: from the other person, or to them. */
export type Way = 'in' | 'out';

/** Something that travels one way just now. Null is what is not known (yet). */
export interface StreamFigures {
  readonly kind: StreamKind;
  readonly way: Way;
  /** Bits a second. */
  readonly rate: number | null;
  /** As people call it: VP8, Opus. */
  readonly codec: string | null;
  /** Of a picture: pixels, and frames a second. */
  readonly width: number | null;
  readonly height: number | null;
  readonly frames: number | null;
}

/** What was measured of a connection. Null is what is not known (yet); nothing is negative or not a number. */
export interface ConnectionFigures {
  /** Milliseconds there and back. */
  readonly roundTrip: number | null;
  /** Share of packets that did not arrive, 0 to 1, over about the last ten seconds. */
  readonly loss: Readonly<Record<Way, number | null>>;
  /** Bits a second of all that travels, files included. */
  readonly rate: Readonly<Record<Way, number | null>>;
  readonly streams: readonly StreamFigures[];
  readonly route: Route | null;
  /** By which kind of interface this machine sends. */
  readonly network: InterfaceKind | null;
  /** Bits a second that the browser reckons it can send. */
  readonly room: number | null;
  /** What makes the browser send a worse picture than it could. */
  readonly limited: 'bandwidth' | 'cpu' | null;
}

/** What a connection that is not good suffers from. */
export type ConnectionCause = 'round-trip' | 'loss-in' | 'loss-out' | 'room';

/** A connection, at one time. */
export interface ConnectionModel {
  /** Null until something was measured. */
  readonly level: ConnectionLevel | null;
  readonly figures: ConnectionFigures;
  /** Worst first. Empty while it is good, and while it is on the way back to it. */
  readonly causes: readonly ConnectionCause[];
}

/** The connections as the views see them: beside the meeting's model, which is not to be drawn anew for every figure. */
export interface ConnectionsView {
  /** The last that was measured of the connection to somebody. */
  of(id: ParticipantId): ConnectionModel | null;
  /** Calls back after each measurement, about every two seconds; gives the way to stop. */
  subscribe(id: ParticipantId, listener: () => void): () => void;
}

/** Nothing is known. */
export const NO_FIGURES: ConnectionFigures = {
  roundTrip: null,
  loss: { in: null, out: null },
  rate: { in: null, out: null },
  streams: [],
  route: null,
  network: null,
  room: null,
  limited: null,
};
