import * as v from 'valibot';

/**
 * A participant: base64url of the SHA-256 of their identity key's SPKI (43 characters). It says who a person is for
 * the whole meeting, whatever page, link or peer id they use; a link proves it with a signature.
 */
export const participantIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
export type ParticipantId = v.InferOutput<typeof participantIdSchema>;

/**
 * The address of a page (or of the room's door) on a PeerServer. Made of 16 random bytes in hex; what others claim
 * need only have the shape that PeerJS allows.
 */
export const peerIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{18,62}[A-Za-z0-9]$/));
export type PeerId = v.InferOutput<typeof peerIdSchema>;

/** A file on offer, or a transfer: base64url of 16 random bytes (22 characters). */
export const tokenSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/));

/** base64url of 32 bytes (43 characters): a nonce, an HMAC, a SHA-256, the meeting's secret. */
export const bytes32Schema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** Hex of random bytes, as a PeerJS id or token: its alphabet survives every URL. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
