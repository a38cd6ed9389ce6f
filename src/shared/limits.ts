/**
 * Every bound that a message, a name or a queue is held to, in one place, so that a reader can judge them together.
 * Sizes are in bytes and times in milliseconds unless a name says otherwise.
 */

/** The version of the invite and of the peer protocol. A higher number is refused with a sentence, never guessed at. */
export const PROTOCOL_VERSION = 1;

/** Largest JSON message on a control channel. dcSCTP carries at most 256 KiB a message; SDP of four m-lines is 8 to 14 KiB. */
export const MAX_CONTROL_MESSAGE = 128 * 1024;
/** Largest message accepted before a link is proven. */
export const MAX_HANDSHAKE_MESSAGE = 4 * 1024;
/** Messages accepted per link before it is proven: hello, proof, refuse. */
export const MAX_HANDSHAKE_MESSAGES = 3;
/** A link that is not proven by then is closed. */
export const HANDSHAKE_DEADLINE = 10_000;

/** Between two heartbeats on a link. */
export const HEARTBEAT_INTERVAL = 1_000;
/** Silence after which the other side counts as reconnecting: ICE alone needs 6-8 s for `disconnected`. */
export const HEARTBEAT_QUIET = 2_500;
/** Silence after which a link is dead: ICE never reports a killed peer, and may find its way again until then. */
export const HEARTBEAT_DEADLINE = 30_000;

/** Control messages a link may send in any ten seconds before it is closed as abusive. */
export const MAX_MESSAGES_PER_10_S = 1_000;

/** Messages for others that a member may have handed on, or for us by way of them, in any ten seconds. */
export const MAX_RELAYED_PER_10_S = 200;
/** Descriptions and candidates that are taken for one relayed call. */
export const MAX_SIGNALS = 100;
/** Largest session description that is handed on: one of a data channel alone has about 1 KiB, more with its candidates. */
export const MAX_RELAYED_SDP = 16 * 1024;

/** People in a room; a full mesh works to 6-8, the bound keeps a hostile roster from being called without end. */
export const MAX_MEMBERS = 32;
/** Links that have not proven themselves yet, per page. */
export const MAX_PENDING_LINKS = 16;

/** Unicode code units of a person's name, a chat text, a file name. */
export const MAX_NAME = 64;
export const MAX_CHAT_TEXT = 4_000;
export const MAX_FILE_NAME = 255;
/** Chat entries of one author that are kept and handed to who comes later. */
export const MAX_CHAT_ENTRIES = 500;
/** Chat entries of all authors that are kept: everybody who comes back is an author of their own. */
export const MAX_CHAT_LINES = 2_000;
/** Files and folders one person may have on offer. */
export const MAX_OFFERS = 200;
/** People who are remembered as having taken one. */
export const MAX_TAKERS = 200;
/** Files, and empty folders, in one folder on offer; bytes of the manifest that lists them. */
export const MAX_ENTRIES = 20_000;
export const MAX_MANIFEST = 8 * 1024 * 1024;
/** Code units of a relative path, and its segments. */
export const MAX_PATH = 1_024;
export const MAX_PATH_DEPTH = 64;
/** Largest file size that is announced: beyond it, numbers lose integers. */
export const MAX_FILE_SIZE = Number.MAX_SAFE_INTEGER;

/** Payload of one binary frame of a transfer. Measured: 16 to 256 KiB make no difference to the rate of a data channel. */
export const FILE_CHUNK = 64 * 1024;
/** What stands before the payload (shared/chunk.ts). */
export const CHUNK_HEADER = 16;
/** Digests in one text frame. */
export const MAX_DIGESTS = 64;
/** Bytes a receiver lets be on the way. It bounds every buffer between the two disks; the data channel of Chromium refuses more than 16 MiB. */
export const FILE_WINDOW = 8 * 1024 * 1024;
/** Text frames of a transfer are small; the largest are the digests. */
export const MAX_TRANSFER_FRAME = 4 * 1024;
/** A target to which nothing comes for so long, while it waits for content, takes the way to be lost. */
export const STALL_DEADLINE = 60_000;
/** The same before the manifest is there: a source may have to copy a file from far away, or to hash half of a large one. */
export const PREPARE_DEADLINE = 30 * 60_000;
/** Transfers that may run at once on one page, both ways. */
export const MAX_TRANSFERS = 32;
/** Of them, how many one person takes at once; the others wait their turn. */
export const MAX_TAKING = 3;
/** Connections beside the link that one side may open to the other for large files. */
export const MAX_LANES = 3;

/** An RPC between page and extension host that has no answer by then is rejected. */
export const RPC_TIMEOUT = 30_000;

/**
 * Milliseconds after its last sign of life in which a meeting can be gone on with by another extension host; a page to which
 * none has answered for longer leaves.
 */
export const KEPT_FOR = 10 * 60_000;
