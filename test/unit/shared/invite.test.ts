import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { findInvite, formatInvite, type Invite, parseInvite } from '../../../src/shared/invite.ts';

const NOW = Date.UTC(2026, 10, 20);
const invite: Invite = {
  room: 'ab'.repeat(16),
  servers: ['http://192.168.1.5:9000/', 'https://[fe80::1]:9000/peer/'],
  key: 'k3y_-',
  secret: 's'.repeat(43),
  host: 'h'.repeat(43),
  hostName: 'Zoë 👩‍💻 & friends',
  expires: NOW + 3_600_000,
};

/** An invite with another body. */
function withBody(body: unknown): string {
  return `vscode://parley.parley/join?v=1#${Buffer.from(JSON.stringify(body)).toString('base64url')}`;
}

describe('invite', () => {
  it('survives writing and reading', () => {
    const text = formatInvite('vscode', invite);
    assert.match(text, /^vscode:\/\/parley\.parley\/join\?v=1#[A-Za-z0-9_-]+$/);
    assert.deepEqual(parseInvite(text, NOW), { ok: true, invite });
  });

  it('keeps the secret, the room and the addresses out of the query', () => {
    const query = formatInvite('vscode', invite).split('#')[0] ?? '';
    assert.equal(query, 'vscode://parley.parley/join?v=1');
  });

  it('is found in a message, of any product, with punctuation around it', () => {
    for (const scheme of ['vscode', 'vscode-insiders', 'vscodium', 'cursor', 'code-oss']) {
      const uri = formatInvite(scheme, invite);
      for (const text of [`Join me: ${uri}`, `<${uri}>`, `(${uri}).`, `"${uri}"`, `\n  ${uri}\n`]) {
        const result = parseInvite(text, NOW);
        assert.ok(result.ok, text);
        assert.equal(result.invite.room, invite.room);
      }
    }
  });

  it('survives the re-encoding of its query by VS Code', () => {
    const uri = formatInvite('vscode', invite).replace('?v=1', '?v%3D1');
    assert.ok(parseInvite(uri, NOW).ok);
  });

  it('says what is wrong', () => {
    const good = formatInvite('vscode', invite);
    const problems: [string, string][] = [
      ['', 'not-an-invite'],
      ['https://meet.example/abc', 'not-an-invite'],
      ['vscode://other.extension/join?v=1#AAAA', 'not-an-invite'],
      [good.slice(0, -20), 'damaged'],
      [good.replace('?v=1', ''), 'damaged'],
      [good.replace(/#.*/, ''), 'damaged'],
      [withBody('text'), 'damaged'],
      [withBody({ r: 'short' }), 'damaged'],
      [good.replace('v=1', 'v=2'), 'newer-version'],
      [good.replace('v=1', 'v=0'), 'older-version'],
      [formatInvite('vscode', { ...invite, expires: NOW }), 'expired'],
      [formatInvite('vscode', { ...invite, servers: ['javascript:alert(1)'] }), 'damaged'],
      [formatInvite('vscode', { ...invite, servers: [] }), 'damaged'],
      [formatInvite('vscode', { ...invite, secret: 'short' }), 'damaged'],
    ];
    for (const [text, problem] of problems) {
      assert.deepEqual(parseInvite(text, NOW), { ok: false, problem }, text.slice(0, 60));
    }
  });

  it('never throws, whatever is pasted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (noise) => {
        for (const text of [noise, `vscode://parley.parley/join?v=1#${noise}`])
          assert.ok(!parseInvite(text, NOW).ok);
      }),
    );
    assert.equal(findInvite('x'.repeat(100_000)), undefined);
  });
});
