import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Gathered } from '../../../src/webview/setup/gather.ts';
import {
  addressesVerdict,
  loopbackVerdict,
  stunVerdict,
  throughputVerdict,
  turnVerdict,
} from '../../../src/webview/setup/networkVerdicts.ts';

// What Chromium 156 gives: `host` without an address of its own is a name of mDNS.
const NAME = '5f6b4d0c-0d6d-4b8c-9d5b-0a1b2c3d4e5f.local';
const hidden = { type: 'host', address: NAME } as const;
const open = { type: 'host', address: '192.168.1.23' } as const;
const seen = { type: 'srflx', address: '203.0.113.9' } as const;
const relay = { type: 'relay', address: '198.51.100.7' } as const;
const gathered = (changes: Partial<Gathered> = {}): Gathered => ({
  candidates: [],
  errors: [],
  complete: true,
  ...changes,
});
const silent = gathered({ candidates: [hidden], complete: false });

describe('what is said of the addresses', () => {
  const told = { addresses: ['192.168.1.23', 'fd12::1', '127.0.0.1'], addressesKnown: 'told' } as const;
  const all = { iceTransportPolicy: 'all' } as const;
  const without = (addressesKnown: 'hidden' | 'elsewhere' | 'none') =>
    ({ addresses: ['127.0.0.1'], addressesKnown, ...all }) as const;

  it('names those that others are told, and how, when the browser hides them', () => {
    const { state, sentence } = addressesVerdict({ candidates: [hidden] }, { ...told, ...all });
    assert.equal(state, 'ok');
    assert.match(sentence, /at 192\.168\.1\.23, fd12::1\. The browser hides them/);
    assert.doesNotMatch(addressesVerdict({ candidates: [open] }, { ...told, ...all }).sentence, /hides/);
  });

  it('fails without a single candidate', () => {
    assert.equal(addressesVerdict({ candidates: [] }, { ...told, ...all }).state, 'failed');
  });

  it('warns of names alone, and says why it is so', () => {
    const why = [/shareAddresses is off.*mDNS/, /another machine.*mDNS/, /no address/] as const;
    for (const [index, known] of (['hidden', 'elsewhere', 'none'] as const).entries()) {
      const { state, sentence, advice } = addressesVerdict({ candidates: [hidden] }, without(known));
      assert.equal(state, 'warning');
      assert.match(sentence, why[index] ?? /^$/);
      assert.ok(advice);
    }
  });

  it('counts what a page that may capture tells by itself', () => {
    const { state, sentence } = addressesVerdict({ candidates: [open, open] }, without('hidden'));
    assert.deepEqual([state, sentence], ['ok', 'Others on your network find you at 192.168.1.23.']);
  });

  it('does not matter where all goes through a relay', () => {
    const plan = { ...told, iceTransportPolicy: 'relay' } as const;
    assert.equal(addressesVerdict({ candidates: [] }, plan).state, 'skipped');
  });
});

describe('what is said of a STUN server', () => {
  const url = 'stun:stun.example.com:3478';

  it('is how it sees this machine', () => {
    const verdict = stunVerdict([
      { url, gathered: gathered({ candidates: [hidden, seen], complete: false }) },
    ]);
    assert.deepEqual(
      [verdict.state, verdict.sentence],
      ['ok', 'It answers: from there you are seen as 203.0.113.9.'],
    );
  });

  it('is well when it has nothing new to say', () => {
    assert.equal(stunVerdict([{ url, gathered: gathered({ candidates: [open] }) }]).state, 'ok');
  });

  it('is which one does not answer, and what to do', () => {
    const error = gathered({ candidates: [open], errors: [{ code: 701 }] });
    for (const answer of [silent, error]) {
      const { state, sentence, advice } = stunVerdict([{ url, gathered: answer }]);
      assert.equal(state, 'failed');
      assert.equal(sentence, 'stun.example.com:3478 does not answer within 8 s.');
      assert.ok(advice);
    }
  });

  it('warns when one of its addresses is silent', () => {
    const { state, sentence } = stunVerdict([
      { url, gathered: gathered({ candidates: [seen] }) },
      { url: 'stun:other.example.com', gathered: silent },
    ]);
    assert.equal(state, 'warning');
    assert.match(sentence, /seen as 203\.0\.113\.9\. other\.example\.com does not answer/);
  });
});

describe('what is said of a TURN server', () => {
  const access = { username: 'crew', credential: 'hush' };
  const udp = 'turn:turn.example.com:3478';
  const tcp = 'turn:turn.example.com:3478?transport=tcp';
  const tls = 'turns:turn.example.com:443?transport=tcp';
  const relays = gathered({ candidates: [relay] });
  const failing = (code: number): Gathered => gathered({ errors: [{ code }] });

  it('is by what ways it relays', () => {
    const verdict = turnVerdict(
      access,
      [udp, tcp, tls].map((url) => ({ url, gathered: relays })),
    );
    assert.deepEqual([verdict.state, verdict.sentence], ['ok', 'It relays, over UDP and TCP and TLS.']);
  });

  it('warns of a way that does not work', () => {
    const { state, sentence } = turnVerdict(access, [
      { url: udp, gathered: silent },
      { url: tcp, gathered: relays },
    ]);
    assert.equal(state, 'warning');
    assert.match(
      sentence,
      /^It relays over TCP, but not over UDP\. turn\.example\.com:3478 over UDP does not answer/,
    );
  });

  it('is why it refuses', () => {
    const refusals = [
      [401, /user name and password/, 'turn-password'],
      [441, /user name and password/, 'turn-password'],
      [486, /no room/, undefined],
      [403, /STUN error 403/, undefined],
      [701, /over UDP does not answer within 8 s/, 'ice-settings'],
    ] as const;
    for (const [code, words, action] of refusals) {
      const { state, sentence, advice, actions } = turnVerdict(access, [
        { url: udp, gathered: failing(code) },
      ]);
      assert.equal(state, 'failed');
      assert.match(sentence, words);
      assert.ok(advice);
      assert.equal(actions?.[0], action);
    }
  });

  it('is that its password is missing', () => {
    const { state, sentence, actions } = turnVerdict(null, []);
    assert.deepEqual([state, actions], ['failed', ['turn-password']]);
    assert.match(sentence, /No password/);
  });

  it('never repeats user name or password', () => {
    for (const answer of [relays, silent, failing(401), failing(403)]) {
      const words = JSON.stringify(turnVerdict(access, [{ url: udp, gathered: answer }]));
      assert.doesNotMatch(words, /crew|hush/);
    }
  });
});

describe('what is said of two connections', () => {
  const works = { opened: 40.4, roundTrip: 0.61, relayed: false };

  it('is how long it took, and which way', () => {
    assert.deepEqual(loopbackVerdict(works, 'all'), {
      state: 'ok',
      sentence: 'Data comes and goes directly: open after 40 ms, there and back in 0.6 ms.',
    });
    assert.match(loopbackVerdict({ ...works, relayed: true }, 'relay').sentence, /through the relay/);
  });

  it('tells a connection that does not come about from one that is mute', () => {
    const none = loopbackVerdict({ opened: null, roundTrip: null, relayed: false }, 'all');
    const mute = loopbackVerdict({ ...works, roundTrip: null }, 'all');
    assert.deepEqual([none.state, mute.state], ['failed', 'failed']);
    assert.notEqual(none.sentence, mute.sentence);
    assert.match(
      loopbackVerdict({ opened: null, roundTrip: null, relayed: false }, 'relay').sentence,
      /relay only/,
    );
  });

  it('is their rate, with a warning when it is low', () => {
    assert.match(throughputVerdict(26_400_000, false).sentence, /^26\.4 MB\/s between two connections/);
    assert.equal(throughputVerdict(26_400_000, false).state, 'ok');
    assert.equal(throughputVerdict(400_000, false).state, 'warning');
    assert.match(throughputVerdict(400_000, true).advice ?? '', /relay/);
    assert.equal(throughputVerdict(null, false).state, 'skipped');
  });
});
