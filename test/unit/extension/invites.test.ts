import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { createIdentity, randomHex, randomToken } from '../../../src/extension/identity.ts';
import { inviteFromUri } from '../../../src/extension/inviteUri.ts';
import { guestFacts, hostFacts, inviteTo } from '../../../src/extension/meetingFacts.ts';
import { cleanName, plainName } from '../../../src/extension/personName.ts';
import { fromBase64Url, toBase64Url } from '../../../src/shared/base64url.ts';
import { meetingBootstrap } from '../../../src/shared/hostRpc.ts';
import { bytes32Schema, peerIdSchema, tokenSchema } from '../../../src/shared/ids.ts';
import { formatInvite, parseInvite } from '../../../src/shared/invite.ts';
import { nameSchema } from '../../../src/shared/protocol.ts';

const servers = ['http://192.168.1.5:9000/', 'http://127.0.0.1:9000/'];

describe('the identity of a participant', () => {
  it('is a key pair whose fingerprint is the id', async () => {
    const identity = v.parse(meetingBootstrap.entries.identity, await createIdentity());
    const spki = fromBase64Url(identity.publicKey);
    assert.ok(spki);
    assert.equal(toBase64Url(new Uint8Array(await webcrypto.subtle.digest('SHA-256', spki))), identity.id);
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const [publicKey, privateKey] = await Promise.all([
      webcrypto.subtle.importKey('spki', spki, algorithm, false, ['verify']),
      webcrypto.subtle.importKey('jwk', identity.privateKey, algorithm, false, ['sign']),
    ]);
    const signature = await webcrypto.subtle.sign(algorithm, privateKey, spki);
    assert.ok(await webcrypto.subtle.verify(algorithm, publicKey, signature, spki));
  });

  it('is never the same twice', async () => {
    const [one, two] = await Promise.all([createIdentity(), createIdentity()]);
    assert.notEqual(one.id, two.id);
  });

  it('comes with tokens and ids of the shapes that pages accept', () => {
    assert.ok(v.is(tokenSchema, randomToken(16)));
    assert.ok(v.is(bytes32Schema, randomToken(32)));
    assert.ok(v.is(peerIdSchema, randomHex()));
  });
});

describe('the invite of a meeting', () => {
  it('leads a guest to the same room', async () => {
    const host = await hostFacts('Alice', 'key');
    const text = formatInvite('vscode', inviteTo(host, servers, 2_000_000));
    const parsed = parseInvite(text, 1_000_000);
    assert.ok(parsed.ok);
    const guest = await guestFacts(parsed.invite);
    assert.equal(guest.room, host.room);
    assert.equal(guest.secret, host.secret);
    assert.equal(guest.hostId, host.identity.id);
    assert.notEqual(guest.identity.id, host.identity.id);
  });

  it('handed on by a guest ends when the host said', async () => {
    const host = await hostFacts('Alice', 'key');
    const guest = await guestFacts(inviteTo(host, servers, 2_000_000));
    assert.equal(inviteTo(guest, servers, 9_000_000).expires, 2_000_000);
    assert.equal(inviteTo(host, servers, 9_000_000).expires, 9_000_000);
  });

  it('survives being taken apart as a URI', async () => {
    const text = formatInvite('code-oss', inviteTo(await hostFacts('Ünï 🎈', 'key'), servers, 2_000_000));
    const [head = '', fragment = ''] = text.split('#');
    const url = new URL(head);
    const again = inviteFromUri({
      scheme: 'code-oss',
      authority: url.host,
      path: url.pathname,
      query: decodeURIComponent(url.search.slice(1)),
      fragment,
    });
    assert.equal(again, text);
    assert.ok(parseInvite(again, 1_000_000).ok);
  });
});

describe('a name', () => {
  it('loses what would mislead, and stays short', () => {
    assert.equal(cleanName('  Al\u202Eice\n '), 'Al ice');
    assert.equal(cleanName('a'.repeat(100)).length, 64);
    assert.ok(v.is(nameSchema, cleanName(`${'a'.repeat(63)}🎈`)));
    assert.doesNotMatch(cleanName(`${'a'.repeat(63)}🎈`), /\p{Cs}/u);
    assert.equal(cleanName(' \t'), '');
  });

  it('is no link in a notification', () => {
    assert.equal(plainName('[Alice](command:x)'), 'Alice (command:x)');
  });
});
