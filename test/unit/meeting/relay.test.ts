import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ParticipantId } from '../../../src/shared/ids.ts';
import { MAX_RELAYED_PER_10_S } from '../../../src/shared/limits.ts';
import type { MemberAddress, RelayMessage } from '../../../src/shared/protocol.ts';
import { Relay } from '../../../src/webview/meeting/relay.ts';
import { BrokerError, type RawLink } from '../../../src/webview/rtc/broker.ts';
import { FakeConnection, turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';

const address = (name: string, ordinal: number): MemberAddress => ({
  id: name.padEnd(43, '-'),
  peer: name.padEnd(32, '-'),
  ordinal,
});
const [alice, bob, carol] = [address('alice', 0), address('bob', 1), address('carol', 2)];

/** People who reach each other as the pairs say; what is sent arrives a turn later. */
function room(pairs: readonly (readonly [MemberAddress, MemberAddress])[]) {
  const relays = new Map<ParticipantId, Relay>();
  const links = new Map<ParticipantId, RawLink[]>();
  const sent: { readonly from: ParticipantId; readonly to: ParticipantId; readonly message: RelayMessage }[] =
    [];
  const problems: string[] = [];
  const reach = (a: ParticipantId, b: ParticipantId): boolean =>
    pairs.some(([one, two]) => (one.id === a && two.id === b) || (one.id === b && two.id === a));
  for (const self of [alice, bob, carol]) {
    const own: RawLink[] = [];
    links.set(self.id, own);
    const relay = new Relay({
      self: () => self,
      connect: () => FakeConnection.alone() as unknown as RTCPeerConnection,
      addresses: [],
      send: (to, message) => {
        if (!reach(self.id, to)) return false;
        sent.push({ from: self.id, to, message });
        setImmediate(() => relays.get(to)?.receive(self.id, message));
        return true;
      },
      relaysTo: ({ id }) =>
        [alice, bob, carol].map((one) => one.id).filter((one) => reach(self.id, one) && reach(one, id)),
      onLink: (raw) => own.push(raw),
      patience: 60,
      onProblem: (what) => problems.push(what),
    });
    relays.set(self.id, relay);
  }
  const of = (one: MemberAddress): Relay => {
    const relay = relays.get(one.id);
    assert.ok(relay);
    return relay;
  };
  return { of, links, sent, problems };
}

const candidate = (from: MemberAddress, to: MemberAddress): RelayMessage => ({
  t: 'relay',
  from: from.id,
  to: to.id,
  call: 'x'.repeat(22),
  signal: { kind: 'candidate', candidate: { candidate: '', sdpMid: null, sdpMLineIndex: null } },
});

describe('Relay', () => {
  it('makes a connection through somebody whom both reach', async () => {
    const { of, links } = room([
      [alice, bob],
      [alice, carol],
    ]);
    const raw = await of(carol).call(bob);
    await until(() => links.get(bob.id)?.length === 1, 'Bob was called');
    const [theirs] = links.get(bob.id) ?? [];
    assert.deepEqual([raw.caller, raw.called, raw.channel.readyState], [true, bob.peer, 'open']);
    assert.deepEqual([theirs?.caller, theirs?.called], [false, bob.peer]);
    assert.equal(raw.channel.label, 'parley');
    for (const one of [alice, bob, carol]) of(one).dispose();
    assert.equal(raw.pc.connectionState, 'connected', 'what was handed out lives on');
  });

  it('calls nobody without a relay, and gives up on one that is silent', async () => {
    const none = room([[alice, bob]]);
    await assert.rejects(
      none.of(carol).call(bob),
      (error) => error instanceof BrokerError && error.problem === 'unreachable',
    );
    const { of, sent } = room([
      [alice, bob],
      [alice, carol],
    ]);
    of(alice).receive = () => undefined;
    await assert.rejects(
      of(carol).call(bob),
      (error) => error instanceof BrokerError && error.problem === 'timeout',
    );
    assert.ok(sent.every(({ to }) => to === alice.id));
  });

  it('hands on what its sender has written themselves, one hop and no further', async () => {
    const { of, sent, problems } = room([
      [alice, bob],
      [alice, carol],
    ]);
    of(alice).receive(carol.id, candidate(carol, bob));
    assert.deepEqual(
      sent.map(({ to }) => to),
      [bob.id],
    );
    of(alice).receive(carol.id, candidate(bob, bob));
    of(alice).receive(carol.id, candidate(carol, address('dave', 3)));
    await turn();
    assert.deepEqual([sent.length, problems.length], [1, 2]);
  });

  it('hands on no more than so much of one member', () => {
    const { of, sent, problems } = room([
      [alice, bob],
      [alice, carol],
    ]);
    for (let n = 0; n < MAX_RELAYED_PER_10_S + 5; n++) of(alice).receive(carol.id, candidate(carol, bob));
    of(alice).receive(bob.id, candidate(bob, carol));
    assert.deepEqual([sent.length, problems.length], [MAX_RELAYED_PER_10_S + 1, 5]);
  });

  it('takes a call by offers alone, from the relay that it came by', async () => {
    const { of, links } = room([
      [alice, bob],
      [alice, carol],
    ]);
    of(bob).receive(alice.id, candidate(carol, bob));
    of(bob).receive(alice.id, candidate(bob, bob));
    await turn();
    assert.deepEqual(links.get(bob.id), []);
  });
});
