import { HANDSHAKE_DEADLINE } from '../../shared/limits.ts';
import { HEARTBEAT_TIMES, type HeartbeatTimes } from '../rtc/heartbeat.ts';

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
  /** The longest pause between calls of somebody who was never met, though others reach them. */
  readonly patientPause: number;
  /** How long others reach somebody who was not met here until their elder calls them as well. */
  readonly unmetCall: number;
  /** The same until the person is told that somebody cannot be reached. */
  readonly unmetShown: number;
  /** How long such a person is remembered whom nobody tells of: who is on a poor network comes and goes in what is told. */
  readonly unmetKept: number;
  /** The same as `callPauses` while the server cannot be reached. */
  readonly serverPauses: readonly [first: number, most: number];
  /** How long the first link's negotiation of media may hold up the meeting's screen. */
  readonly mediaGrace: number;
  /** What a link's heartbeat goes by. */
  readonly heartbeat: HeartbeatTimes;
  /** How long the other side of a link may take to answer when this machine's addresses have changed. */
  readonly probe: number;
  /** How long who has moved with the server leaves it to the others to call: Chromium needs 1.8 s to see new addresses. */
  readonly called: number;
  /** From a link's silence to the first call for a new one: what ICE mends by itself is mended by then. */
  readonly redial: number;
  /** So much later the elder calls as well, who else waits to be called. */
  readonly elderPatience: number;
  /** How long a call for a link that was lost may take. */
  readonly recall: number;
  /**
   * How long the first such call may be without an answer, which doubles: who has lost the server, and is still known to it,
   * cannot hear it.
   */
  readonly answer: number;
  /** Between two looks at who is away. */
  readonly look: number;
  /** How long a member stays one whose link is gone. */
  readonly grace: number;
  /** The same for one whose page the server does not know either. */
  readonly absentGrace: number;
  /**
   * The same for one whose machine refuses connections to the server that ran there: their VS Code was killed. Their silence is
   * noticed later than that of a page which ends its links, and an extension host that is started again takes less.
   */
  readonly refusedGrace: number;
  /** The same for one whose page was unloaded: a reload takes less, and who closed the page is not to be a ghost. */
  readonly unloadGrace: number;
  /** How long nobody has to be here until the door is asked for the way back in. */
  readonly aloneAfter: number;
  /** How long who comes back calls those they were with before they go by the door as well. */
  readonly revisit: number;
  /** Between two looks at whether the door is held by somebody whom nobody here reaches. */
  readonly reunion: number;
  /** How long leaving may take to tell the others. */
  readonly leaveGrace: number;
}

/** The times of a real meeting. */
export const MESH_TIMES: MeshTimes = {
  knockPause: 1_000,
  welcome: 15_000,
  admission: HANDSHAKE_DEADLINE,
  callPauses: [500, 3_000],
  patientPause: 15_000,
  unmetCall: 6_000,
  unmetShown: 10_000,
  unmetKept: 3_000,
  // A server on a machine of the meeting is back within a second, and nobody can be let in until it is found again.
  serverPauses: [500, 2_000],
  mediaGrace: 500,
  heartbeat: HEARTBEAT_TIMES,
  probe: 500,
  called: 2_750,
  redial: 1_500,
  elderPatience: 1_500,
  recall: 6_000,
  answer: 1_000,
  look: 500,
  grace: 60_000,
  absentGrace: 7_500,
  refusedGrace: 6_500,
  unloadGrace: 7_500,
  aloneAfter: 5_000,
  revisit: 1_000,
  reunion: 5_000,
  leaveGrace: 300,
};
