import { toBase64Url } from '../../../src/shared/base64url.ts';
import { type Identity, importIdentity } from '../../../src/webview/rtc/identity.ts';

/** A person of their own. */
export async function makeIdentity(): Promise<Identity> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const id = toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
  return importIdentity(id, toBase64Url(spki), await crypto.subtle.exportKey('jwk', pair.privateKey));
}
