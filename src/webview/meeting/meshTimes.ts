import { HANDSHAKE_DEADLINE } from '../../shared/limits.ts';

/** How long the mesh waits for what; milliseconds. */
export interface MeshTimes {
  /** Between two knocks, or two attempts to take the door. */
  readonly knockPause: number;
  /** How long the door may take from a proven link to its welcome. */
  readonly welcome: number;
  /** From a proven link to the knock, and from the welcome to the `enter`, of whoever is let in. */
  readonly admission: number;
  /** The pause after a first call that failed, which doubles, and the longest. */
  readonly callPauses: readonly [first: number, most: number];
  /** The same for an id that could not be registered with the server. */
  readonly serverPauses: readonly [first: number, most: number];
  /** How long the first link's negotiation of media may hold up the meeting's screen. */
  readonly mediaGrace: number;
  /** How long leaving may take to tell the others. */
  readonly leaveGrace: number;
}

/** The times of a real meeting. */
export const MESH_TIMES: MeshTimes = {
  knockPause: 1_000,
  welcome: 15_000,
  admission: HANDSHAKE_DEADLINE,
  callPauses: [500, 6_000],
  serverPauses: [500, 8_000],
  mediaGrace: 500,
  leaveGrace: 300,
};
