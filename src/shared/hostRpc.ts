import * as v from 'valibot';
import { filePart, filesApi, ownOffer, streamUrl, takenOffer } from './filesRpc.ts';
import { bytes32Schema, participantIdSchema, peerIdSchema, tokenSchema } from './ids.ts';
import { serverUrls } from './invite.ts';
import { MAX_CHAT_LINES, MAX_MEMBERS, MAX_NAME, MAX_OFFERS } from './limits.ts';
import { chatEntry, memberList, nameSchema } from './protocol.ts';
import { method } from './rpc.ts';
import { chosenDevices, stagePurpose } from './stageRpc.ts';

// The boundary between the extension host and the panel, over postMessage. `hostApi` is served by the extension host,
// `pageApi` by the page. The page asks for its state when it is ready; nothing is pushed before that. What is said of
// files stands in filesRpc.ts.

const nothing = v.optional(v.null());

/** A chat entry with its author, as the page shows it and the host keeps it while a meeting lasts. */
export const chatRecord = v.object({
  author: participantIdSchema,
  authorName: v.pipe(v.string(), v.maxLength(MAX_NAME)),
  entry: chatEntry,
});
export type ChatRecord = v.InferOutput<typeof chatRecord>;

/** What a closed and reopened panel needs to be the same participant again. */
export const sessionRecord = v.object({
  name: nameSchema,
  ordinal: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** When the meeting began, milliseconds since 1970. */
  startedAt: v.number(),
  chat: v.pipe(v.array(chatRecord), v.maxLength(MAX_CHAT_LINES)),
  /** What this participant has on offer. */
  offers: v.pipe(v.array(ownOffer), v.maxLength(MAX_OFFERS)),
  taken: v.optional(v.pipe(v.array(takenOffer), v.maxLength(MAX_OFFERS)), []),
  /** Whom to call on coming back: their pages outlive this one. */
  members: v.optional(memberList, []),
  /** Lamport time of the claim to present, or null: it goes on with a share that another page captures. */
  presenting: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null),
  /** Last sign of life before a restart, milliseconds since 1970: the others let go of an old claim. Null without a restart. */
  aliveAt: v.optional(v.nullable(v.number()), null),
  hand: v.optional(v.boolean(), false),
  /** What was wanted of the devices: who was muted comes back muted. */
  devices: v.object({ microphone: v.boolean(), camera: v.boolean(), chosen: chosenDevices }),
});
export type SessionRecord = v.InferOutput<typeof sessionRecord>;

const machineAddressList = v.array(v.pipe(v.string(), v.maxLength(45)));

/** All that the page needs to be in a meeting; the answer to `open`. */
export const meetingBootstrap = v.object({
  role: v.picklist(['host', 'guest']),
  /** Peer id of the room's door. */
  room: peerIdSchema,
  secret: bytes32Schema,
  /** Participant id of the host. */
  hostId: participantIdSchema,
  hostName: v.pipe(v.string(), v.maxLength(MAX_NAME)),
  identity: v.object({
    id: participantIdSchema,
    /** base64url of the public key's SPKI. */
    publicKey: v.string(),
    /** The private key (P-256) as JWK. It lives as long as the meeting. */
    privateKey: v.object({
      kty: v.literal('EC'),
      crv: v.literal('P-256'),
      x: v.string(),
      y: v.string(),
      d: v.string(),
    }),
  }),
  /** The name to offer in "Your name". May be empty. */
  name: v.pipe(v.string(), v.maxLength(MAX_NAME)),
  /** Where PeerJS connects: always the gateway on loopback, which proxies to the meeting's server. `key` is the gateway's ticket. */
  broker: v.object({
    host: v.string(),
    port: v.number(),
    path: v.string(),
    secure: v.boolean(),
    key: v.string(),
  }),
  /** The STUN and TURN servers of every connection of the meeting, and no others. */
  iceServers: v.array(
    v.object({
      urls: v.array(v.string()),
      username: v.optional(v.string()),
      credential: v.optional(v.string()),
    }),
  ),
  /** `relay`: nothing but a TURN server may be gone through. */
  iceTransportPolicy: v.picklist(['all', 'relay']),
  /** Set when the panel was closed during the meeting: the page enters again at once, without asking for a name. */
  session: v.nullable(sessionRecord),
  /** A page before this one lost its extension host, and is in the meeting still: it knows better than `session`. */
  predecessor: v.optional(v.boolean(), false),
  /** Files shared from the explorer before the page was there. */
  offers: v.array(ownOffer),
  /** What can be gone on with. */
  parts: v.array(filePart),
  /** Stages that a page before this one opened and that are still good. */
  stages: v.array(v.object({ stage: tokenSchema, purpose: stagePurpose, connected: v.boolean() })),
  /** To be opened once, and closed: whether it can be says if files have a shorter way to this page. Null: there is none. */
  near: v.nullable(streamUrl),
  /** Addresses of this machine, for twins of the page's mDNS candidates: IPv4 and IPv6 without zone, loopback last. */
  addresses: machineAddressList,
  /** Base URLs of the meeting's server where it runs here, none otherwise: not all have heard of it where it moved. */
  servers: v.union([serverUrls, v.strictTuple([])]),
});
export type MeetingBootstrap = v.InferOutput<typeof meetingBootstrap>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What the status bar and the context keys are made of. */
export const meetingStatus = v.object({
  phase: v.picklist(['lobby', 'joining', 'in', 'left', 'failed']),
  /** People in the meeting, oneself included. */
  people: count,
  microphone: v.boolean(),
  camera: v.boolean(),
  /** The others in the meeting, for choosing whom a file goes to. */
  others: v.pipe(
    v.array(v.object({ id: participantIdSchema, name: v.pipe(v.string(), v.maxLength(MAX_NAME)) })),
    v.maxLength(MAX_MEMBERS),
  ),
  /** Name of who presents, or null. */
  presenter: v.nullable(v.pipe(v.string(), v.maxLength(MAX_NAME))),
  /** Whether that is oneself. */
  presenting: v.boolean(),
  /** What there is of others: chat lines so far, files and folders on offer, raised hands. */
  ofOthers: v.object({ lines: count, files: count, hands: count }),
});
export type MeetingStatus = v.InferOutput<typeof meetingStatus>;

/** A button of the bar that is a command of VS Code as well. */
const pressedControl = v.picklist(['microphone', 'camera', 'hand']);
export type PressedControl = v.InferOutput<typeof pressedControl>;

/**
 * What came of pressing a button. `pending`: it will be on, once the person has done what the hint says; `unavailable`:
 * nothing was done, for the reason in the hint; `out`: nothing was done, since the person is not in a meeting.
 */
const pressAnswer = v.object({
  outcome: v.picklist(['on', 'off', 'pending', 'unavailable', 'out']),
  hint: v.nullable(v.pipe(v.string(), v.maxLength(1_000))),
});
export type PressAnswer = v.InferOutput<typeof pressAnswer>;

/** An address of the web or of somebody's mail. */
const webLink = v.pipe(
  v.string(),
  v.maxLength(2_048),
  v.url(),
  v.regex(/^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/u),
);

/**
 * The server on a member's machine, as seen from here. `refused`: the machine lives and says that there is no server any
 * more; `silent`: nobody can tell, as when a cable was pulled.
 */
const serverState = v.picklist(['answers', 'refused', 'silent']);
export type ServerState = v.InferOutput<typeof serverState>;

/** The commands of VS Code's that links in the panel may run: they bring back an extension host that is gone. */
export const RECOVERY_COMMANDS = {
  restart: 'workbench.action.restartExtensionHost',
  reload: 'workbench.action.reloadWindow',
} as const;

/** Served by the extension host. */
export const hostApi = {
  /** The page is ready and asks for its meeting. */
  open: method(v.object({}), meetingBootstrap),
  /** Is answered, and nothing else: the page asks again and again whether anybody is there. */
  beat: method(v.object({}), nothing),
  /** A name to remember for the next time. */
  rememberName: method(v.object({ name: nameSchema }), nothing),
  reportStatus: method(meetingStatus, nothing),
  rememberSession: method(sessionRecord, nothing),
  /** Opens an address that somebody wrote, after the question that VS Code asks of addresses it does not know. */
  openLink: method(v.object({ href: webLink }), nothing, null),
  /** Brings the panel to the front: something is asked in it. */
  showPanel: method(v.object({}), nothing),
  /** Puts the invite on the clipboard and says so. */
  copyInvite: method(v.object({}), nothing),
  /**
   * Others say that the meeting's server is here now, or nobody has said anything and there is none. It is gone to when the one
   * that was gives no sign of life; `moved` says that it is elsewhere. Rejects when it is nowhere that is known of.
   */
  serversChanged: method(
    v.object({ servers: v.union([serverUrls, v.strictTuple([])]) }),
    v.object({ moved: v.boolean() }),
  ),
  /** Nothing is heard of a member who runs the meeting's server: how it stands with the server. */
  lookAtServer: method(v.object({ servers: serverUrls }), v.object({ state: serverState })),
  /** Runs a server for the meeting on this machine, in place of one that is gone for good; gives its addresses. */
  hostOn: method(v.object({}), v.object({ servers: serverUrls })),
  ...filesApi,
  /**
   * The person has left (or ended) the meeting, or gave up before entering: the host tidies up and closes the panel. With
   * `host-away` the page left by itself, since nobody had answered it for `KEPT_FOR`.
   */
  left: method(
    v.object({ how: v.picklist(['left', 'ended', 'ended-by-host', 'gave-up', 'host-away']) }),
    nothing,
  ),
  /** Shares an own offer as it is now, in its place and with the same people; it arrives by `pageApi.shareFiles`. */
  shareAgain: method(v.object({ offer: tokenSchema }), nothing, null),
  /**
   * Opens a stage in the system's browser. `opened` is false where there is none; the link can be copied then. The link
   * is good once and for a minute. `connected` says that its page has come before this answer. Browsers may take long.
   * `browser: 'system'` opens it there whatever the settings say, in the place of a page that is there and of no use.
   */
  openStage: method(
    v.object({ purpose: stagePurpose, browser: v.optional(v.literal('system')) }),
    v.object({ stage: tokenSchema, link: v.string(), opened: v.boolean(), connected: v.boolean() }),
    60_000,
  ),
  /** Puts a fresh link to a stage on the clipboard; the page that it opens takes over from one that is there. */
  copyStageLink: method(v.object({ stage: tokenSchema }), nothing),
  /** Hands a message of stageRpc on; lost when the stage is not connected. */
  toStage: method(v.object({ stage: tokenSchema, message: v.unknown() }), nothing),
  /** The stage is not needed any more: its link and session are good for nothing, its socket is closed. */
  closeStage: method(v.object({ stage: tokenSchema }), nothing),
  /** A line for the log channel; no chat text, names, secrets or SDP. */
  log: method(
    v.object({
      level: v.picklist(['trace', 'info', 'warn', 'error']),
      message: v.pipe(v.string(), v.maxLength(2_000)),
    }),
    nothing,
  ),
} as const;
export type HostApi = typeof hostApi;

/** Served by the page. */
export const pageApi = {
  /** Files shared from the explorer, an editor tab or the picker. */
  shareFiles: method(v.object({ offers: v.pipe(v.array(ownOffer), v.maxLength(MAX_OFFERS)) }), nothing),
  /** Own offers were taken back outside of the page; they are gone already. */
  withdrawn: method(v.object({ offers: v.pipe(v.array(tokenSchema), v.maxLength(MAX_OFFERS)) }), nothing),
  /** The meeting's server has other addresses now. `runsHere`: on this machine; it did until now where it does not. */
  serversMoved: method(v.object({ servers: serverUrls, runsHere: v.boolean() }), nothing),
  /** The machine has come to another network, and has these addresses now, for twins of candidates. */
  networkChanged: method(v.object({ addresses: machineAddressList }), nothing),
  /** "Leave Meeting" was run as a command: the page asks for confirmation as its own button does. */
  askToLeave: method(v.object({}), nothing),
  /** A button of the bar was pressed by a command; the panel may be out of sight. */
  press: method(v.object({ what: pressedControl }), pressAnswer),
  /** A stage's page came or went. */
  stageConnected: method(v.object({ stage: tokenSchema, connected: v.boolean() }), nothing),
  /** A message of stageRpc from a stage. */
  fromStage: method(v.object({ stage: tokenSchema, message: v.unknown() }), nothing),
  /** Leave now, without a question: VS Code is closing, or another meeting takes over. Answered once others were told. */
  leaveNow: method(v.object({ end: v.boolean() }), nothing, 2_000),
} as const;
export type PageApi = typeof pageApi;
