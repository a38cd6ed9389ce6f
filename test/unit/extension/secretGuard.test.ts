import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mayHoldSecret, secretByContent, secretByName } from '../../../src/extension/files/secretGuard.ts';

describe('what looks like a secret', () => {
  const byName: readonly (readonly [string, string | undefined])[] = [
    ['.env', 'environment'],
    ['app/.ENV', 'environment'],
    ['.env.local', 'environment'],
    ['.env.production', 'environment'],
    ['.env-staging', 'environment'],
    ['.envrc', 'environment'],
    ['.env.example', undefined],
    ['.env.local.sample', undefined],
    ['.env.template', undefined],
    ['.environment', undefined],
    ['env.ts', undefined],
    ['id_rsa', 'private-key'],
    ['.ssh/id_ed25519', 'private-key'],
    ['id_rsa.pub', undefined],
    ['server.pem', 'private-key'],
    ['tls.KEY', 'private-key'],
    ['keys.ts', undefined],
    ['key', undefined],
    ['cert.p12', 'key-store'],
    ['cert.pfx', 'key-store'],
    ['release.jks', 'key-store'],
    ['mine.kdbx', 'key-store'],
    ['.npmrc', 'credentials'],
    ['.pypirc', 'credentials'],
    ['.netrc', 'credentials'],
    ['_netrc', 'credentials'],
    ['.git-credentials', 'credentials'],
    ['.aws/credentials', 'credentials'],
    ['home/.aws/credentials', 'credentials'],
    ['docs/credentials', undefined],
    ['.docker/config.json', 'credentials'],
    ['config.json', undefined],
    ['.kube/config', 'credentials'],
    ['kubeconfig', 'credentials'],
    ['prod.kubeconfig', 'credentials'],
    ['README.md', undefined],
  ];
  for (const [path, reason] of byName)
    it(`is ${reason ?? 'not'} ${path}`, () => assert.equal(secretByName(path), reason));

  const byContent: readonly (readonly [string, string | undefined])[] = [
    ['-----BEGIN PRIVATE KEY-----\nMIIE', 'private-key'],
    ['-----BEGIN RSA PRIVATE KEY-----', 'private-key'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'private-key'],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----', 'private-key'],
    ['-----BEGIN ENCRYPTED PRIVATE KEY-----', 'private-key'],
    ['\r\n-----BEGIN EC PRIVATE KEY-----', 'private-key'],
    ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----', 'private-key'],
    ['PuTTY-User-Key-File-3: ssh-ed25519', 'private-key'],
    ['-----BEGIN CERTIFICATE-----', undefined],
    ['-----BEGIN PUBLIC KEY-----', undefined],
    ["const header = '-----BEGIN PRIVATE KEY-----';", undefined],
    ['{ "type": "service_account", "project_id": "x" }', 'service-account'],
    ['{ "type": "service" }', undefined],
    ['', undefined],
  ];
  for (const [content, reason] of byContent)
    it(`is ${reason ?? 'not'} what begins with ${JSON.stringify(content.slice(0, 50))}`, () =>
      assert.equal(secretByContent(Buffer.from(content)), reason));

  it('is looked for, far away, where a name gives a reason to', () => {
    for (const path of ['a/deploy-key.json', 'token.txt', 'a.b/LICENSE'])
      assert.equal(mayHoldSecret(path), true);
    for (const path of ['a/index.ts', 'keys/index.ts']) assert.equal(mayHoldSecret(path), false);
  });
});
