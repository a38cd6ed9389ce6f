import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseIceServers, passwordKey, relays } from '../../../src/extension/iceServers.ts';

describe('the setting parley.iceServers', () => {
  const problems = (value: unknown): string[] =>
    parseIceServers(value).bad.map(({ place, problem }) => `${String(place)} ${problem}`);

  it('is empty when it is not set', () => {
    for (const value of [undefined, []]) assert.deepEqual(parseIceServers(value), { servers: [], bad: [] });
  });

  it('takes STUN and TURN servers, by one address or several', () => {
    const { servers, bad } = parseIceServers([
      { urls: 'stun:stun.example.com' },
      { urls: 'stun:[2001:db8::1]:3478', username: 'nobody asks' },
      { urls: ['turn:10.0.0.1:3478?transport=udp', 'turns:t.example:443?transport=tcp'], username: ' team ' },
    ]);
    assert.deepEqual(bad, []);
    assert.deepEqual(servers, [
      { urls: ['stun:stun.example.com'] },
      { urls: ['stun:[2001:db8::1]:3478'] },
      { urls: ['turn:10.0.0.1:3478?transport=udp', 'turns:t.example:443?transport=tcp'], username: 'team' },
    ]);
    assert.deepEqual(servers.map(relays), [false, false, true]);
  });

  it('names what it cannot use and takes the rest', () => {
    const good = { urls: 'stun:a.example' };
    const { servers, bad } = parseIceServers([
      { urls: 'http://a.example' },
      good,
      { urls: 'turn:b.example' },
    ]);
    assert.deepEqual(servers, [{ urls: ['stun:a.example'] }]);
    assert.deepEqual(bad, [
      { place: 1, address: 'http://a.example', problem: 'address' },
      { place: 3, address: 'turn:b.example', problem: 'username' },
    ]);
  });

  it('takes no address that Chromium would refuse', () => {
    const wrong = [
      'stun:',
      'stun://a.example',
      'stuns:a.example',
      'stun:a.example?transport=udp',
      'turn:a.example?transport=sctp',
      'turn:a.example:0',
      'turn:a.example:65536',
      'turn:user@a.example',
      'turn:a b',
      'stun:-a',
      'stun:[::1',
      'stun:[1:2]',
      `stun:${'a'.repeat(400)}`,
    ];
    for (const urls of wrong) assert.deepEqual(problems([{ urls, username: 'u' }]), ['1 address'], urls);
  });

  it('takes nothing that is not of its shape', () => {
    for (const value of [null, 'stun:a', [3], [null], [{}], [{ urls: 4 }], [{ urls: [4] }]]) {
      assert.deepEqual(problems(value), ['1 shape'], JSON.stringify(value));
    }
    assert.deepEqual(problems([{ urls: [] }]), ['1 address']);
    assert.deepEqual(problems([{ urls: 'stun:a', username: 7 }]), ['1 username']);
  });

  it('takes no password: others may read the settings', () => {
    for (const name of ['credential', 'password']) {
      assert.deepEqual(problems([{ urls: 'turn:a', username: 'u', [name]: 'secret' }]), ['1 password']);
    }
  });

  it('is bounded', () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ urls: `stun:s${String(n)}` }));
    const { servers, bad } = parseIceServers(many);
    assert.deepEqual([servers.length, bad.length, bad[0]?.problem], [8, 24, 'too-many']);
    assert.deepEqual(problems([{ urls: Array.from({ length: 9 }, () => 'stun:a') }]), ['1 address']);
  });

  it('keeps a password for a user at certain hosts, whatever the port and the way there', () => {
    const key = passwordKey({ urls: ['turn:T.example'], username: 'team' });
    const same = ['turns:t.example:5349?transport=tcp', 'stun:s.example', 'turn:t.example'];
    assert.equal(passwordKey({ urls: same, username: 'team' }), key);
    for (const other of [
      { urls: ['turn:t.example'], username: 'other' },
      { urls: ['turn:t.example', 'turn:evil.example'], username: 'team' },
      { urls: ['turn:evil.example'], username: 'team' },
    ]) {
      assert.notEqual(passwordKey(other), key);
    }
  });
});
