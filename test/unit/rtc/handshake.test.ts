import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { toBase64Url } from '../../../src/shared/base64url.ts';
import { fingerprintsOf } from '../../../src/webview/rtc/fingerprints.ts';
import { Handshake, HandshakeError, type HandshakeFacts } from '../../../src/webview/rtc/handshake.ts';
import { makeIdentity } from './identities.ts';

const ROOM = '0'.repeat(32);
const SECRET = toBase64Url(new Uint8Array(32).fill(7));
const OTHER_SECRET = toBase64Url(new Uint8Array(32).fill(8));
const CALLER = 'a'.repeat(32);
const CALLEE = 'b'.repeat(32);

type Frame = Record<string, unknown>;
/** Two ends wired to each other; `tamper` sits in the middle. */
async function meet(
  change: { caller?: Partial<HandshakeFacts>; callee?: Partial<HandshakeFacts> },
  tamper: (frame: Frame, from: 'caller' | 'callee') => Frame | null = (frame) => frame,
  onCalleeDone: () => void = () => undefined,
) {
  const [alice, bob] = [await makeIdentity(), await makeIdentity()];
  const shared = { room: ROOM, secret: SECRET, called: CALLEE };
  const carry = (frame: object, from: 'caller' | 'callee', to: () => Handshake): void => {
    const tampered = tamper(structuredClone(frame) as Frame, from);
    if (tampered) queueMicrotask(() => to().receive(JSON.stringify(tampered)));
  };
  const caller: Handshake = new Handshake(
    {
      ...shared,
      caller: true,
      identity: alice,
      peer: CALLER,
      localFingerprint: 'A',
      remoteFingerprint: 'B',
      ...change.caller,
    },
    (frame) => carry(frame, 'caller', () => callee),
  );
  const callee: Handshake = new Handshake(
    {
      ...shared,
      caller: false,
      identity: bob,
      peer: CALLEE,
      localFingerprint: 'B',
      remoteFingerprint: 'A',
      ...change.callee,
    },
    (frame) => carry(frame, 'callee', () => caller),
  );
  caller.start();
  callee.start();
  callee.done.then(onCalleeDone, () => undefined);
  const [first, second] = await Promise.allSettled([caller.done, callee.done]);
  return { first, second, alice, bob };
}

function reasonOf(result: PromiseSettledResult<unknown>): string {
  assert.equal(result.status, 'rejected');
  const { reason } = result;
  assert.ok(reason instanceof HandshakeError);
  return reason.reason;
}

describe('handshake', () => {
  it('proves each to the other, and who they are', async () => {
    const { first, second, alice, bob } = await meet({});
    assert.deepEqual(first, { status: 'fulfilled', value: { id: bob.id, peer: CALLEE } });
    assert.deepEqual(second, { status: 'fulfilled', value: { id: alice.id, peer: CALLER } });
  });

  it('is not done before the own proof is on its way, however long it takes: what follows would come before it', async () => {
    const identity = await makeIdentity();
    const sign: typeof identity.sign = async (data) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return identity.sign(data);
    };
    const order: unknown[] = [];
    const note = (frame: Frame, from: string): Frame => {
      if (from === 'callee') order.push(frame['t']);
      return frame;
    };
    const { second } = await meet({ callee: { identity: { ...identity, sign } } }, note, () =>
      order.push('done'),
    );
    assert.equal(second.status, 'fulfilled');
    assert.deepEqual(order, ['hello', 'proof', 'done']);
  });

  it('refuses another secret, on both sides', async () => {
    const { first, second } = await meet({ caller: { secret: OTHER_SECRET } });
    assert.equal(reasonOf(first), 'secret');
    assert.equal(reasonOf(second), 'secret');
  });

  it('finds out fingerprints that were swapped on the way', async () => {
    const { first, second } = await meet({
      caller: { remoteFingerprint: 'M' },
      callee: { remoteFingerprint: 'M' },
    });
    assert.equal(reasonOf(first), 'secret');
    assert.equal(reasonOf(second), 'secret');
  });

  it('binds the room, the id that was called and the peer ids', async () => {
    const changes: Partial<HandshakeFacts>[] = [{ room: '1'.repeat(32) }, { called: 'c'.repeat(32) }];
    for (const change of changes) assert.equal(reasonOf((await meet({ caller: change })).second), 'secret');
    const { second } = await meet({}, (frame, from) =>
      frame['t'] === 'hello' && from === 'caller' ? { ...frame, peer: 'd'.repeat(32) } : frame,
    );
    assert.equal(reasonOf(second), 'secret');
  });

  it('cannot be answered with its own proof', async () => {
    const own: Record<string, Frame> = {};
    const { first } = await meet({}, (frame, from) => {
      if (from === 'caller') own[String(frame['t'])] = frame;
      return from === 'callee' && frame['t'] !== 'refuse' ? (own[String(frame['t'])] ?? frame) : frame;
    });
    assert.equal(first.status, 'rejected');
  });

  it('refuses an identity that is not the key’s, or not the one that was called', async () => {
    const stranger = await makeIdentity();
    const forged = await meet({}, (frame, from) =>
      frame['t'] === 'proof' && from === 'callee' ? { ...frame, key: stranger.publicKey } : frame,
    );
    assert.equal(reasonOf(forged.first), 'identity');
    const called = await meet({ caller: { expected: stranger.id } });
    assert.equal(reasonOf(called.first), 'identity');
  });

  it('refuses another version', async () => {
    const { first, second } = await meet({}, (frame, from) =>
      frame['t'] === 'hello' && from === 'caller' ? { ...frame, v: 2 } : frame,
    );
    assert.equal(reasonOf(second), 'version');
    assert.equal(reasonOf(first), 'version');
  });

  it('takes nothing but its own messages, in their order, and few of them', async () => {
    const hello = { t: 'hello', v: 1, nonce: 'n'.repeat(43), peer: CALLER };
    const noise: unknown[][] = [
      ['no json'],
      [new ArrayBuffer(8)],
      [JSON.stringify({ t: 'chat', entry: {} })],
      ['x'.repeat(5_000)],
      [JSON.stringify({ t: 'proof', mac: 'm'.repeat(43), key: 'k'.repeat(122), signature: 's'.repeat(86) })],
      [JSON.stringify(hello), JSON.stringify(hello)],
      [JSON.stringify({ ...hello, nonce: 'short' })],
    ];
    for (const frames of noise) {
      const sent: object[] = [];
      const facts = {
        caller: false,
        room: ROOM,
        secret: SECRET,
        called: CALLEE,
        identity: await makeIdentity(),
      };
      const end = new Handshake(
        { ...facts, peer: CALLEE, localFingerprint: 'B', remoteFingerprint: 'A' },
        (frame) => sent.push(frame),
      );
      for (const frame of frames) end.receive(frame);
      const [result] = await Promise.allSettled([end.done]);
      assert.equal(reasonOf(result), 'malformed', String(frames[0]).slice(0, 40));
    }
  });

  it('says what it found, though the other side has closed while it looked', async () => {
    for (const [secret, reason] of [
      [OTHER_SECRET, 'secret'],
      [SECRET, 'closed'],
    ] as const) {
      const [alice, bob] = [await makeIdentity(), await makeIdentity()];
      const fromBob: object[] = [];
      const shared = { room: ROOM, called: CALLEE };
      const caller = new Handshake(
        {
          ...shared,
          secret,
          caller: true,
          identity: alice,
          peer: CALLER,
          localFingerprint: 'A',
          remoteFingerprint: 'B',
        },
        (frame) => callee.receive(JSON.stringify(frame)),
      );
      const callee: Handshake = new Handshake(
        {
          ...shared,
          secret: SECRET,
          caller: false,
          identity: bob,
          peer: CALLEE,
          localFingerprint: 'B',
          remoteFingerprint: 'A',
        },
        (frame) => fromBob.push(frame),
      );
      void callee.done.catch(() => undefined);
      caller.start();
      callee.start();
      while (fromBob.length < 2) await new Promise(setImmediate);
      for (const frame of fromBob.slice(0, 2)) caller.receive(JSON.stringify(frame));
      caller.abort('closed');
      const [result] = await Promise.allSettled([caller.done]);
      assert.equal(reasonOf(result), reason);
    }
  });

  it('gives up when told to', async () => {
    const facts = {
      caller: true,
      room: ROOM,
      secret: SECRET,
      called: CALLEE,
      identity: await makeIdentity(),
    };
    const end = new Handshake(
      { ...facts, peer: CALLER, localFingerprint: 'A', remoteFingerprint: 'B' },
      () => undefined,
    );
    end.abort('deadline');
    const [result] = await Promise.allSettled([end.done]);
    assert.equal(reasonOf(result), 'deadline');
  });
});

describe('fingerprints', () => {
  it('are read from every section, each once, in one order', () => {
    const sdp =
      'v=0\r\na=fingerprint:sha-256 bb:CC\r\nm=audio\r\na=fingerprint:SHA-256 AA:01\r\na=fingerprint:sha-256 BB:cc\r\n';
    assert.equal(fingerprintsOf(sdp), 'sha-256 AA:01,sha-256 BB:CC');
    assert.equal(fingerprintsOf('v=0\r\n'), undefined);
  });
});
