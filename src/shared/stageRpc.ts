import * as v from 'valibot';
import { MAX_CONTROL_MESSAGE } from './limits.ts';
import { candidateMessage, descriptionMessage } from './protocol.ts';
import { method, type Params } from './rpc.ts';

// The boundary between the panel and a stage: a page of the system browser that captures and plays for a panel that
// may not. Both speak the RPC of rpc.ts; the gateway and the extension host between them hand the messages on unread.
// Wishes live in the panel, what is lives in the stage: the panel says what it wants, whole, and is told what came of it.

const nothing = v.optional(v.null());

/** What a stage is for. Screens have a page of their own, because picking one needs a click in the page that asks. */
export const stagePurpose = v.picklist(['devices', 'screen']);
export type StagePurpose = v.InferOutput<typeof stagePurpose>;

/** Why capture gave nothing. `not-allowed-here`: that page may not capture at all (desktop VS Code). */
export const captureProblem = v.picklist([
  'not-allowed-here',
  'denied',
  'missing',
  'busy',
  'ended',
  'unknown',
]);
export type CaptureProblem = v.InferOutput<typeof captureProblem>;

/** One device as it is. */
const deviceReport = v.object({
  status: v.picklist(['off', 'starting', 'on', 'failed']),
  problem: v.nullable(captureProblem),
});
export type DeviceReport = v.InferOutput<typeof deviceReport>;

export const deviceKind = v.picklist(['microphone', 'camera', 'speaker']);
export type DeviceKind = v.InferOutput<typeof deviceKind>;

const deviceId = v.pipe(v.string(), v.maxLength(512));

/** A device that can be chosen. */
export const deviceChoice = v.object({
  kind: deviceKind,
  id: deviceId,
  label: v.pipe(v.string(), v.maxLength(256)),
});
export type DeviceChoice = v.InferOutput<typeof deviceChoice>;

/** The chosen device of each kind; null for the system's default. */
export const chosenDevices = v.object({
  microphone: v.nullable(deviceId),
  camera: v.nullable(deviceId),
  speaker: v.nullable(deviceId),
});
export type ChosenDevices = v.InferOutput<typeof chosenDevices>;

/** One connection of a panel to its stage; chance makes it, since a panel that is loaded anew knows of none before. */
const connection = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

/** An answer that was on its way when the connection was made anew would be taken for one to it, and nothing come of either. */
const signal = method(
  v.object({ connection, message: v.variant('t', [descriptionMessage, candidateMessage]) }),
  nothing,
);

/** Served by the stage. */
export const stageApi = {
  /** A (new) page is at the other end: the stage starts a fresh connection and waits for the panel's offer. */
  attach: method(v.object({ title: v.pipe(v.string(), v.maxLength(200)), connection }), nothing),
  /** What the panel wants, whole. Answered at once; what comes of it is told by `report`. */
  want: method(
    v.object({
      microphone: v.boolean(),
      camera: v.boolean(),
      chosen: chosenDevices,
      /** No panel is there: devices are not only off but let go of. */
      nobody: v.optional(v.boolean()),
    }),
    nothing,
  ),
  signal,
  /** Stop capturing and say good-bye: the meeting is over, or the share was stopped in the panel. */
  finish: method(v.object({ reason: v.picklist(['left', 'stopped']) }), nothing),
} as const;
export type StageApi = typeof stageApi;

/**
 * A message that has a stage for devices capture nothing, for whoever speaks in the place of a panel that is gone. Its
 * answer is nobody's: no endpoint gives a request the number 0.
 */
export function wantNothing(): object {
  const params: Params<StageApi['want']> = {
    microphone: false,
    camera: false,
    chosen: { microphone: null, camera: null, speaker: null },
    nobody: true,
  };
  return { kind: 'request', id: 0, method: 'want', params };
}

/** The query of the address under which VS Code's integrated browser opens a stage: there a refusal may be nobody's. */
export const IN_VSCODE = 'in=vscode';

/** What the stage has, whole. */
export const stageReport = v.object({
  /** False until the person has clicked there. */
  started: v.boolean(),
  /** The page is one in VS Code's integrated browser, which may not be one that may capture. */
  integrated: v.optional(v.boolean()),
  microphone: deviceReport,
  camera: deviceReport,
  screen: deviceReport,
  /** The browser plays nothing without another click in the stage: until then the panel plays. */
  soundBlocked: v.boolean(),
  /** Devices that can be chosen, with names; empty before a permission was given. */
  choices: v.pipe(v.array(deviceChoice), v.maxLength(100)),
});
export type StageReport = v.InferOutput<typeof stageReport>;

/** Served by the panel. */
export const panelApi = {
  report: method(stageReport, nothing),
  signal,
  /** A device was chosen, or a button pressed, in the stage: the panel makes it its wish. */
  wish: method(
    v.object({
      microphone: v.optional(v.boolean()),
      camera: v.optional(v.boolean()),
      chosen: v.optional(chosenDevices),
    }),
    nothing,
  ),
  /** Something went wrong in the stage that no report tells; for the log. */
  problem: method(v.object({ what: v.pipe(v.string(), v.maxLength(500)) }), nothing),
  /** "Leave" was pressed in the stage: the panel asks, as its own button does. */
  leave: method(v.object({}), nothing),
} as const;
export type PanelApi = typeof panelApi;

/** What a stage sends on its socket: first this, to say who it is, then only RPC messages. */
export const stageGreeting = v.variant('t', [
  /** The one-time code of its address. */
  v.object({ t: v.literal('code'), code: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)) }),
  /** After a reload: what it was given for its code. */
  v.object({ t: v.literal('session'), session: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)) }),
]);

/** The gateway's answer to a greeting. */
export const stageWelcome = v.object({
  t: v.literal('welcome'),
  /** For the greeting after a reload; good as long as the stage, kept in the tab alone. */
  session: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)),
  purpose: stagePurpose,
});

/** Why the gateway closes a stage's socket (WebSocket close codes). */
export const STAGE_CLOSE = {
  /** The code or session is not, or no longer, good. */
  refused: 4001,
  /** Another tab of the same stage has taken over. */
  takenOver: 4002,
  /** The meeting is over for this participant. */
  over: 4003,
} as const;

/** Longest message on a stage's socket; a description of a dozen media is 20 to 40 KiB. */
export const MAX_STAGE_MESSAGE = MAX_CONTROL_MESSAGE;
