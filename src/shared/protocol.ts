import * as v from 'valibot';
import { bytes32Schema, participantIdSchema, peerIdSchema, tokenSchema } from './ids.ts';
import { serverUrls } from './invite.ts';
import {
  MAX_CHAT_TEXT,
  MAX_ENTRIES,
  MAX_FILE_NAME,
  MAX_FILE_SIZE,
  MAX_LANES,
  MAX_MEMBERS,
  MAX_NAME,
  MAX_OFFERS,
  MAX_RELAYED_SDP,
} from './limits.ts';
import { relativePath } from './manifest.ts';

// What two pages say to each other on the control channel of their link: JSON, one message a frame. docs/protocol.md
// tells the story; this file is the law. Before a link is proven only `handshakeMessage` is read, after it only
// `linkMessage`. A message that does not fit closes nothing: it is dropped, counted and logged.

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/** A name as people see it: no control, bidirectional or invisible characters, nothing but spaces refused. */
export const nameSchema = v.pipe(
  v.string(),
  v.maxLength(MAX_NAME),
  v.regex(/\S/u),
  v.regex(/^[^\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]*$/u),
);

const refusal = v.object({
  t: v.literal('refuse'),
  reason: v.picklist(['secret', 'version', 'identity', 'full', 'ended', 'not-the-door']),
});
/** Why a link was refused, as told to the other side. */
export type RefusalReason = v.InferOutput<typeof refusal>['reason'];

export const handshakeMessage = v.variant('t', [
  v.object({ t: v.literal('hello'), v: count, nonce: bytes32Schema, peer: peerIdSchema }),
  v.object({
    t: v.literal('proof'),
    /** HMAC-SHA256 under the meeting's secret over the transcript. */
    mac: bytes32Schema,
    /** base64url of the identity key's SPKI (P-256: 91 bytes). */
    key: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{100,200}$/)),
    /** ECDSA P-256 / SHA-256 over the same transcript, 64 bytes. */
    signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
  }),
  refusal,
]);
export type HandshakeMessage = v.InferOutput<typeof handshakeMessage>;

/** A file or folder that its owner hands to who asks. */
export const fileOffer = v.object({
  id: tokenSchema,
  kind: v.picklist(['file', 'folder']),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FILE_NAME)),
  /** Bytes; of a folder, of all its files together. */
  size: v.pipe(count, v.maxValue(MAX_FILE_SIZE)),
  /** Files in a folder; 1 for a file. */
  files: v.pipe(count, v.maxValue(MAX_ENTRIES)),
  /** When it was changed last, milliseconds since 1970; of a folder, the latest of its files. With name and size it tells whether a part goes on. */
  modified: count,
  /** Where it lies in its owner's workspace, to be compared with the same place elsewhere; null outside of one. */
  path: v.nullable(relativePath),
});
export type FileOffer = v.InferOutput<typeof fileOffer>;

/** What a participant says of themselves; always sent whole, believed only from their own link. */
export const participantState = v.object({
  name: nameSchema,
  microphone: v.boolean(),
  camera: v.boolean(),
  hand: v.boolean(),
  /** Lamport time at which they began to present, or null. The smallest (time, id) presents. */
  presenting: v.nullable(count),
  offers: v.pipe(v.array(fileOffer), v.maxLength(MAX_OFFERS)),
});
export type ParticipantState = v.InferOutput<typeof participantState>;

/** A member as others tell of them: enough to call them, nothing that they say of themselves. */
export const memberAddress = v.object({ id: participantIdSchema, peer: peerIdSchema, ordinal: count });
export type MemberAddress = v.InferOutput<typeof memberAddress>;

/** A chat entry as its author sends it. `seq` counts the author's entries from 1; `lamport` orders all entries. */
export const chatEntry = v.object({
  seq: count,
  lamport: count,
  /** The author's clock, milliseconds since 1970: shown, never used to order. */
  sentAt: count,
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_CHAT_TEXT)),
});
export type ChatEntry = v.InferOutput<typeof chatEntry>;

/** A member as another one tells of them: by the name that they go by there, for who has not met them. */
const toldMember = v.object({ ...memberAddress.entries, name: v.optional(nameSchema) });
export type ToldMember = v.InferOutput<typeof toldMember>;
/** Members of one meeting. */
export const memberList = v.pipe(v.array(memberAddress), v.maxLength(MAX_MEMBERS));
const sdpText = v.pipe(v.string(), v.maxLength(64 * 1024));

const sessionDescription = v.object({ type: v.picklist(['offer', 'answer']), sdp: sdpText });
const iceCandidate = v.object({
  candidate: v.pipe(v.string(), v.maxLength(1_024)),
  sdpMid: v.nullable(v.pipe(v.string(), v.maxLength(16))),
  sdpMLineIndex: v.nullable(v.pipe(count, v.maxValue(64))),
});

/** A session description of a negotiation that goes on inside a link. */
export const descriptionMessage = v.object({
  t: v.literal('description'),
  description: sessionDescription,
});
export type DescriptionMessage = v.InferOutput<typeof descriptionMessage>;

/** An ICE candidate of such a negotiation. */
export const candidateMessage = v.object({ t: v.literal('candidate'), candidate: iceCandidate });
export type CandidateMessage = v.InferOutput<typeof candidateMessage>;

/**
 * The negotiation of a lane: a connection of its own beside the link, for file content alone. The side that opens it
 * counts its lanes; `mine` says that the sender of this message is that side. The descriptions come over the proven
 * link, so the fingerprints in them are the other side's.
 */
export const laneMessage = v.object({
  t: v.literal('lane'),
  lane: v.pipe(count, v.minValue(1), v.maxValue(MAX_LANES)),
  mine: v.boolean(),
  signal: v.variant('kind', [
    v.object({ kind: v.literal('description'), description: sessionDescription }),
    v.object({ kind: v.literal('candidate'), candidate: iceCandidate }),
    v.object({ kind: v.literal('close') }),
  ]),
});
export type LaneMessage = v.InferOutput<typeof laneMessage>;

/**
 * Signalling of a call between two members who have lost each other, handed on by one whom both still reach: from its
 * writer to the relay, and unchanged from there to whom it is for. A relay never hands on what was handed to it.
 */
export const relayMessage = v.object({
  t: v.literal('relay'),
  from: participantIdSchema,
  to: participantIdSchema,
  /** Tells one attempt from another. */
  call: tokenSchema,
  signal: v.variant('kind', [
    v.object({
      kind: v.literal('description'),
      description: v.object({
        type: sessionDescription.entries.type,
        sdp: v.pipe(v.string(), v.maxLength(MAX_RELAYED_SDP)),
      }),
    }),
    v.object({ kind: v.literal('candidate'), candidate: iceCandidate }),
  ]),
});
export type RelayMessage = v.InferOutput<typeof relayMessage>;

export const linkMessage = v.variant('t', [
  /** Newcomer to door: let me in. */
  v.object({ t: v.literal('knock'), name: nameSchema }),
  /** Door to newcomer: your place in the order of arrival, and whom to call. */
  v.object({ t: v.literal('welcome'), ordinal: count, members: memberList, startedAt: count }),
  /**
   * Member to member, first on every link: who I am, and how much of your chat I have. `anew`: you are no member to this page,
   * since it has not met you, or has given you up.
   */
  v.object({
    t: v.literal('enter'),
    ordinal: count,
    state: participantState,
    chatSeen: count,
    anew: v.optional(v.literal(true)),
  }),
  v.object({ t: v.literal('state'), state: participantState }),
  /** Whom the sender reaches, itself included, and whether it holds the door. */
  v.object({
    t: v.literal('members'),
    members: v.pipe(v.array(toldMember), v.maxLength(MAX_MEMBERS)),
    door: v.optional(v.boolean()),
  }),
  v.object({ t: v.literal('chat'), entry: chatEntry }),
  descriptionMessage,
  candidateMessage,
  laneMessage,
  relayMessage,
  /** From who runs the meeting's server: where it is now. `elsewhere`: from who ran it until now, and does not any more. */
  v.object({ t: v.literal('servers'), urls: serverUrls, elsewhere: v.optional(v.literal(true)) }),
  v.object({ t: v.literal('ping'), n: count }),
  v.object({ t: v.literal('pong'), n: count }),
  /** From the door: you proved the secret, but may not come in. */
  refusal,
  /** `unload`: the page goes, and nobody knows whether another one comes for it. */
  v.object({ t: v.literal('leave'), reason: v.optional(v.literal('unload')) }),
  /** The host ends the meeting for all; ignored from anybody else. */
  v.object({ t: v.literal('end') }),
]);
export type LinkMessage = v.InferOutput<typeof linkMessage>;
