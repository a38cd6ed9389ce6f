import * as v from 'valibot';
import { ownOffer } from '../shared/filesRpc.ts';
import { meetingBootstrap, sessionRecord, type SessionRecord } from '../shared/hostRpc.ts';
import { bytes32Schema, participantIdSchema, peerIdSchema, tokenSchema } from '../shared/ids.ts';
import { MAX_SERVERS } from '../shared/invite.ts';
import { MAX_NAME, MAX_OFFERS } from '../shared/limits.ts';
import { parseJson } from '../shared/parseJson.ts';
import { fileOffer } from '../shared/protocol.ts';
import { stagePurpose } from '../shared/stageRpc.ts';

/** Milliseconds in which it is gone on with unasked: as long as the others wait. After that nobody is put on camera without a click. */
export const UNASKED_FOR = 60_000;
/** Characters of chat that are kept, newest first: of what is older, others hand back what they wrote. */
const MAX_KEPT_CHAT = 1_000_000;
const MAX_STAGES = 8;

const name = v.pipe(v.string(), v.maxLength(MAX_NAME));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const url = v.pipe(v.string(), v.maxLength(2_048), v.regex(/^https?:\/\//));

/** As many as fit of what can be kept: one thing that cannot be is no reason to lose the meeting. */
function keepable<T>(each: v.GenericSchema<unknown, T>, most: number) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((list) =>
      list
        .flatMap((one) => {
          const parsed = v.safeParse(each, one);
          return parsed.success ? [parsed.output] : [];
        })
        .slice(0, most),
    ),
  );
}

const lists = {
  /** What was on offer, and the URI of where it lies. */
  offers: keepable(v.object({ own: ownOffer, uri: v.pipe(v.string(), v.maxLength(8_192)) }), MAX_OFFERS),
  /** What was saved, and the URI of where it lies. */
  saved: keepable(
    v.object({ offer: fileOffer, target: tokenSchema, uri: v.pipe(v.string(), v.maxLength(8_192)) }),
    MAX_OFFERS,
  ),
  /** Their pages, in a browser, may outlive all this. */
  stages: keepable(v.object({ stage: tokenSchema, purpose: stagePurpose, session: tokenSchema }), MAX_STAGES),
  /** How others reach the server. */
  addresses: keepable(url, MAX_SERVERS),
} as const;

/** What a restarted extension host needs to be the same participant of the same meeting again. */
export const keptMeeting = v.object({
  v: v.literal(1),
  facts: v.object({
    role: v.picklist(['host', 'guest']),
    room: peerIdSchema,
    secret: bytes32Schema,
    identity: meetingBootstrap.entries.identity,
    hostId: participantIdSchema,
    hostName: name,
    serverKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
    inviteExpires: v.nullable(v.number()),
  }),
  name,
  /** Null before the person has come in for the first time. */
  record: v.nullable(sessionRecord),
  /** `env.sessionId` of the window: it is another one when the window was loaded anew, not when its extension host was. */
  window: v.optional(v.pipe(v.string(), v.maxLength(128)), ''),
  /** Their panel was closed: they were in no room, and nothing puts them there unasked. */
  closed: v.boolean(),
  offers: lists.offers,
  saved: v.optional(lists.saved, []),
  gateway: v.object({ port, key: tokenSchema }),
  stages: lists.stages,
  server: v.object({
    /** Where it was reached from here. */
    url,
    addresses: lists.addresses,
    /** The port of a server of this meeting's own, which ended with its extension host; null for another's. */
    ownPort: v.nullable(port),
    /** How many servers the meeting has had before it. */
    term: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000)), 0),
    /** Of servers before it, newest first. */
    earlier: v.optional(v.pipe(v.array(url), v.maxLength(MAX_SERVERS)), []),
  }),
});
export type KeptMeeting = v.InferOutput<typeof keptMeeting>;

/** Reads what was written by `keptText`; `undefined` when it is anything else. */
export function parseKept(text: string): KeptMeeting | undefined {
  return parseJson(keptMeeting, text);
}

/** The text to keep of a meeting. A very long chat loses its beginning, and what could not be read again is left out. */
export function keptText(meeting: KeptMeeting): string {
  const { record, server } = meeting;
  return JSON.stringify({
    ...meeting,
    record: record && { ...record, chat: newestOf(record.chat) },
    offers: v.parse(lists.offers, meeting.offers),
    saved: v.parse(lists.saved, meeting.saved),
    stages: v.parse(lists.stages, meeting.stages),
    server: { ...server, addresses: v.parse(lists.addresses, server.addresses) },
  });
}

function newestOf(chat: SessionRecord['chat']): SessionRecord['chat'] {
  let left = MAX_KEPT_CHAT;
  let first = chat.length;
  while (first > 0) {
    left -= JSON.stringify(chat[first - 1]).length;
    if (left < 0) break;
    first--;
  }
  return chat.slice(first);
}
