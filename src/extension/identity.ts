import { webcrypto } from 'node:crypto';
import { toBase64Url } from '../shared/base64url.ts';
import type { MeetingBootstrap } from '../shared/hostRpc.ts';
import { toHex } from '../shared/ids.ts';

/** Who this participant is for one meeting: an ECDSA P-256 key pair, and its fingerprint as the participant id. */
export type Identity = MeetingBootstrap['identity'];

/** Makes a new identity. The private key stays in this process and in the meeting's page. */
export async function createIdentity(): Promise<Identity> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  );
  const [spki, jwk] = await Promise.all([
    webcrypto.subtle.exportKey('spki', publicKey),
    webcrypto.subtle.exportKey('jwk', privateKey),
  ]);
  const { x, y, d } = jwk;
  if (x === undefined || y === undefined || d === undefined) throw new Error('the exported key is not whole');
  return {
    id: toBase64Url(new Uint8Array(await webcrypto.subtle.digest('SHA-256', spki))),
    publicKey: toBase64Url(new Uint8Array(spki)),
    privateKey: { kty: 'EC', crv: 'P-256', x, y, d },
  };
}

/** base64url of random bytes: 32 for a meeting's secret, 16 for the id of a file on offer. */
export function randomToken(bytes: 16 | 32): string {
  return toBase64Url(webcrypto.getRandomValues(new Uint8Array(bytes)));
}

/** Hex of 16 random bytes: the peer id of a room's door, the key of a server. */
export function randomHex(): string {
  return toHex(webcrypto.getRandomValues(new Uint8Array(16)));
}
