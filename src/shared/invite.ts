import * as v from 'valibot';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { bytes32Schema, participantIdSchema, peerIdSchema } from './ids.ts';
import { MAX_NAME, PROTOCOL_VERSION } from './limits.ts';

/** The longest text that is looked at for an invite; a real one has 300 to 900 characters. */
const MAX_INVITE = 8_192;
/** Addresses of servers in one invite. */
export const MAX_SERVERS = 32;

/** Where a PeerServer may be reached: base URLs with path, tried together. */
export const serverUrls = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(300), v.regex(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/))),
  v.minLength(1),
  v.maxLength(MAX_SERVERS),
);

const inviteSchema = v.object({
  /** Peer id of the room's door. */
  r: peerIdSchema,
  u: serverUrls,
  /** The PeerServer's key. */
  k: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  /** The meeting's secret. */
  s: bytes32Schema,
  /** Who holds the host's powers. */
  h: participantIdSchema,
  /** The host's name, to ask the newcomer with. */
  n: v.pipe(v.string(), v.maxLength(MAX_NAME)),
  /** When the invite ends, in seconds since 1970. */
  x: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/** What an invite says. It proves membership: whoever holds it is in, so it is never logged. */
export interface Invite {
  /** Peer id of the room's door on the PeerServer. */
  readonly room: string;
  /** Base URLs of the PeerServer, each with its path, e.g. `http://192.168.1.5:9000/`. */
  readonly servers: readonly string[];
  /** The PeerServer's API key. */
  readonly key: string;
  /** base64url of 32 random bytes that no server sees. */
  readonly secret: string;
  /** Participant id of the host: the fingerprint of the host's identity key. */
  readonly host: string;
  /** The host's name as a hint for people; it proves nothing. */
  readonly hostName: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Why a text is no invite that can be used. */
export type InviteProblem = 'not-an-invite' | 'damaged' | 'newer-version' | 'older-version' | 'expired';

export type InviteResult =
  { readonly ok: true; readonly invite: Invite } | { readonly ok: false; readonly problem: InviteProblem };

/**
 * Writes an invite as a URI of this product: `<scheme>://parley.parley/join?v=1#<base64url of JSON>`. Everything but
 * the version stands in the fragment, as one word of URL-safe letters: VS Code decodes and re-encodes the parts of a
 * URI on its way to the extension, and one word survives that.
 */
export function formatInvite(scheme: string, invite: Invite): string {
  const wire: v.InferOutput<typeof inviteSchema> = {
    r: invite.room,
    u: [...invite.servers],
    k: invite.key,
    s: invite.secret,
    h: invite.host,
    n: invite.hostName,
    x: Math.floor(invite.expires / 1000),
  };
  const body = toBase64Url(new TextEncoder().encode(JSON.stringify(wire)));
  return `${scheme}://parley.parley/join?v=${PROTOCOL_VERSION}#${body}`;
}

/** Finds the part of a pasted text that looks like an invite of any VS Code product, if there is one. */
export function findInvite(text: string): string | undefined {
  return /[a-z][a-z0-9+.-]*:\/\/parley\.parley\/join[^\s<>"'`]*/i.exec(text.slice(0, MAX_INVITE))?.[0];
}

/**
 * Reads an invite out of a text (a URI, or a message that contains one).
 * @param now milliseconds since 1970, against which the end of the invite is held.
 */
export function parseInvite(text: string, now: number): InviteResult {
  const uri = findInvite(text);
  if (uri === undefined) return { ok: false, problem: 'not-an-invite' };
  const parts = /\/join\/?\?v(?:=|%3D)(\d{1,6})#([A-Za-z0-9_-]+)[)\].,;:!]*$/i.exec(uri);
  if (!parts) return { ok: false, problem: 'damaged' };
  const version = Number(parts[1]);
  if (version > PROTOCOL_VERSION) return { ok: false, problem: 'newer-version' };
  if (version < PROTOCOL_VERSION) return { ok: false, problem: 'older-version' };
  const wire = v.safeParse(inviteSchema, decodeBody(parts[2] ?? ''));
  if (!wire.success) return { ok: false, problem: 'damaged' };
  const { r, u, k, s, h, n, x } = wire.output;
  if (x * 1000 <= now) return { ok: false, problem: 'expired' };
  return {
    ok: true,
    invite: { room: r, servers: u, key: k, secret: s, host: h, hostName: n, expires: x * 1000 },
  };
}

function decodeBody(body: string): unknown {
  const bytes = fromBase64Url(body);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // Not UTF-8 or not JSON: the one thing a caller can do with either is to call the invite damaged.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
