import * as v from 'valibot';
import { participantIdSchema, tokenSchema } from './ids.ts';
import { MAX_FILE_NAME, MAX_FILE_SIZE, MAX_MEMBERS, MAX_NAME, MAX_OFFERS, MAX_TAKERS } from './limits.ts';
import { fileOffer } from './protocol.ts';
import { method } from './rpc.ts';

// What the extension host and the panel say to each other of files: part of the boundary of hostRpc.ts.

const nothing = v.optional(v.null());

/** A loopback WebSocket URL of the gateway, good for one connection within a minute. */
export const streamUrl = v.pipe(v.string(), v.maxLength(2_048), v.regex(/^wss?:\/\//));

/** An offer of one's own. */
export const ownOffer = v.object({
  offer: fileOffer,
  /** Who may see and take it; null for everybody. */
  to: v.nullable(v.pipe(v.array(participantIdSchema), v.maxLength(MAX_MEMBERS))),
});
export type OwnOffer = v.InferOutput<typeof ownOffer>;

/** Something that was received: its name where it lies, and what `showSaved` knows it by. */
const savedFile = v.object({ name: v.pipe(v.string(), v.maxLength(MAX_FILE_NAME)), target: tokenSchema });

/** What is on disk of a transfer: whoever offers the same again, it goes on from here, or is here already. */
export const filePart = v.object({
  kind: v.picklist(['file', 'folder']),
  /** As in the offer. */
  name: v.pipe(v.string(), v.maxLength(MAX_FILE_NAME)),
  size: v.number(),
  modified: v.number(),
  files: v.number(),
  /** Content bytes that are there. */
  bytes: v.number(),
  /** The person paused it: it goes on only when they say so. */
  paused: v.boolean(),
  /** It is whole and has its place: the name there, and what `showSaved` knows it by. */
  saved: v.optional(v.nullable(savedFile), null),
});
export type FilePart = v.InferOutput<typeof filePart>;

/** Who has taken what this participant offers. */
export const takenOffer = v.object({
  offer: tokenSchema,
  by: v.pipe(v.array(participantIdSchema), v.maxLength(MAX_TAKERS)),
});
export type TakenOffer = v.InferOutput<typeof takenOffer>;

/** What a file is taken for: kept in the workspace or elsewhere, looked at, or compared with the one at the same place here. */
export const takePurpose = v.picklist(['save', 'save-as', 'open', 'compare']);
export type TakePurpose = v.InferOutput<typeof takePurpose>;

const fileSize = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_SIZE));

/** Served by the extension host, as a part of `hostApi`: what the panel asks of files. */
export const filesApi = {
  /** Lets the person choose files or folders to share; they arrive by `pageApi.shareFiles`. */
  pickFiles: method(v.object({}), nothing, null),
  /** Shares what was dragged from the explorer or an editor tab onto the page, as the drop named it. */
  shareUris: method(
    v.object({ uris: v.pipe(v.array(v.pipe(v.string(), v.maxLength(4_096))), v.maxLength(MAX_OFFERS)) }),
    nothing,
    null,
  ),
  /**
   * A stream to write a file to that was dropped from outside of VS Code, whose path nobody knows: the page is its
   * source (frames of shared/transfer.ts). Once it is whole it is shared and arrives by `pageApi.shareFiles`.
   */
  openDrop: method(
    v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FILE_NAME)), size: fileSize }),
    v.object({ url: streamUrl }),
  ),
  /** Lets the person choose to whom an own offer goes; null when they thought better of it. */
  chooseReceivers: method(
    v.object({ offer: tokenSchema }),
    v.nullable(v.object({ to: ownOffer.entries.to })),
    null,
  ),
  /** The offer is withdrawn: open streams of it end, new ones are refused. */
  withdrawFile: method(v.object({ offer: tokenSchema }), nothing),
  /** A stream to read an offered file from (frames of shared/transfer.ts). */
  openSource: method(v.object({ offer: tokenSchema }), v.object({ url: streamUrl })),
  /** Whether the settings say to take this without being asked. */
  mayTake: method(v.object({ offer: fileOffer, fromHost: v.boolean() }), v.object({ take: v.boolean() })),
  /**
   * Asks, where it must, where an offer goes (`save`, `save-as`), or keeps it for a look (`open`, `compare`), which is
   * shown once it is whole. Null when the person thought better of it, or when it was here already and is shown. `bytes`
   * is what an earlier transfer left; the stream goes on from there. It appears under its name when the stream has ended well.
   */
  openTarget: method(
    v.object({
      offer: fileOffer,
      from: v.pipe(v.string(), v.maxLength(MAX_NAME)),
      purpose: takePurpose,
      /** Nobody clicked: an interrupted transfer goes on, or the settings said so. Asks nothing that can be answered by the settings. */
      unasked: v.boolean(),
      /** The same for all that one click takes: where they go is asked once. */
      batch: v.optional(tokenSchema),
    }),
    v.nullable(
      v.union([
        v.object({ url: streamUrl, target: tokenSchema, bytes: fileSize }),
        // It was saved before, though its end was not heard here.
        v.object({ saved: savedFile }),
      ]),
    ),
    null,
  ),
  /** Removes what an unfinished transfer has left. */
  discardPart: method(v.object({ offer: fileOffer }), nothing),
  /** Reveals what was saved in the explorer, or in the system's file manager. */
  showSaved: method(v.object({ target: tokenSchema, how: v.picklist(['open', 'reveal']) }), nothing),
} as const;
