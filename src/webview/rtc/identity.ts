import { fromBase64Url, toBase64Url } from '../../shared/base64url.ts';
import type { ParticipantId } from '../../shared/ids.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Who this person is for one meeting: an ECDSA P-256 key, named by the SHA-256 of its SPKI. */
export interface Identity {
  readonly id: ParticipantId;
  /** base64url of the SPKI. */
  readonly publicKey: string;
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** Makes an identity usable; the private key cannot be read back out of it. */
export async function importIdentity(
  id: ParticipantId,
  publicKey: string,
  privateKey: JsonWebKey,
): Promise<Identity> {
  const key = await crypto.subtle.importKey('jwk', privateKey, ECDSA, false, ['sign']);
  return {
    id,
    publicKey,
    sign: async (bytes) => toBase64Url(new Uint8Array(await crypto.subtle.sign(SIGNATURE, key, bytes))),
  };
}

/**
 * Checks that a signature was made with the key, and gives the id of the key's holder.
 * @returns `undefined` when the key is malformed or the signature is not its own.
 */
export async function verifyIdentity(
  publicKey: string,
  signature: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ParticipantId | undefined> {
  const spki = fromBase64Url(publicKey);
  const mark = fromBase64Url(signature);
  if (!spki || !mark) return undefined;
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('spki', spki, ECDSA, false, ['verify']);
  } catch (error) {
    // Bytes that are no P-256 key: DataError in every engine.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
  if (!(await crypto.subtle.verify(SIGNATURE, key, mark, bytes))) return undefined;
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
}
