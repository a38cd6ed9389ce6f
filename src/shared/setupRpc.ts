import * as v from 'valibot';
import { hostApi, meetingBootstrap, pageApi } from './hostRpc.ts';
import { method } from './rpc.ts';

// The boundary between the extension host and the page of "Test My Setup", over postMessage. Stages are asked for and
// spoken with exactly as in a meeting.

const nothing = v.optional(v.null());
const address = v.pipe(v.string(), v.maxLength(300));

/** Longest report that is put on the clipboard. */
export const MAX_REPORT = 64 * 1024;

/** A STUN or TURN server as the test needs it. User name and password serve to connect and are shown nowhere. */
export const setupServer = v.object({
  kind: v.picklist(['stun', 'turn']),
  urls: v.array(address),
  /** Of a TURN server: null when no password is kept for it. */
  access: v.nullable(v.object({ username: v.string(), credential: v.string() })),
});
export type SetupServer = v.InferOutput<typeof setupServer>;

/** What is known of this machine's addresses. */
export const addressesKnown = v.picklist([
  /** Others are told them. */
  'told',
  /** `parley.shareAddresses` is off. */
  'hidden',
  /** The extension runs on another machine than the panel, whose addresses it does not know. */
  'elsewhere',
  /** There are none that others could reach. */
  'none',
]);

/** All that a page needs for one run. */
export const setupPlan = v.object({
  broker: meetingBootstrap.entries.broker,
  iceServers: meetingBootstrap.entries.iceServers,
  iceTransportPolicy: meetingBootstrap.entries.iceTransportPolicy,
  addresses: meetingBootstrap.entries.addresses,
  addressesKnown,
  servers: v.array(setupServer),
  /** Entries of `parley.iceServers` that cannot be used, each as a sentence. */
  badEntries: v.array(v.string()),
  /** What the report says of the surroundings, line by line; no names of people, folders or machines. */
  surroundings: v.array(v.string()),
});
export type SetupPlan = v.InferOutput<typeof setupPlan>;

/** How the meeting's server was started or found. */
export const setupServerResult = v.variant('is', [
  v.object({
    is: v.literal('own'),
    port: v.number(),
    /** The one that the settings name; another is used where it is taken. */
    wanted: v.number(),
    /** A meeting is on in this window, which may have it. */
    inMeeting: v.boolean(),
    /** How others reach it: `host:port`, best first. */
    addresses: v.array(address),
  }),
  v.object({ is: v.literal('team'), host: address }),
  v.object({
    is: v.literal('none'),
    reason: v.picklist([
      'bad-url',
      'refused',
      'unknown-host',
      'certificate',
      'timeout',
      'not-a-peer-server',
      'wrong-key',
      'network',
      'not-started',
    ]),
    /** Where it was looked for; empty for a server of one's own. */
    host: address,
  }),
]);
export type SetupServerResult = v.InferOutput<typeof setupServerResult>;

/** Something outside of the page that a person may do about a check. */
export const setupAction = v.picklist([
  'server-settings',
  'ice-settings',
  'address-settings',
  'turn-password',
]);
export type SetupAction = v.InferOutput<typeof setupAction>;

/** Served by the extension host. */
export const setupHostApi = {
  /** The page is ready and asks what to test. */
  open: method(v.object({}), setupPlan),
  /** Starts the server as a meeting would, or looks for the team's; the gateway leads to it afterwards. */
  startServer: method(v.object({}), setupServerResult),
  openStage: hostApi.openStage,
  copyStageLink: hostApi.copyStageLink,
  toStage: hostApi.toStage,
  closeStage: hostApi.closeStage,
  /** All is tested: server, gateway and stages end. */
  done: method(v.object({}), nothing),
  /** Tests everything once more, in a page that is loaded anew. */
  again: method(v.object({}), nothing),
  /** Puts the report on the clipboard; false when that does not work. */
  copyReport: method(
    v.object({ text: v.pipe(v.string(), v.maxLength(MAX_REPORT)) }),
    v.object({ copied: v.boolean() }),
  ),
  act: method(v.object({ action: setupAction }), nothing),
  log: hostApi.log,
} as const;
export type SetupHostApi = typeof setupHostApi;

/** Served by the page. */
export const setupPageApi = {
  stageConnected: pageApi.stageConnected,
  fromStage: pageApi.fromStage,
  /** Ends the test: a meeting needs what it holds. */
  stop: method(v.object({}), nothing),
} as const;
export type SetupPageApi = typeof setupPageApi;
