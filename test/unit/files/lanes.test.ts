import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { MAX_LANES } from '../../../src/shared/limits.ts';
import type { LaneMessage } from '../../../src/shared/protocol.ts';
import { lanesFor } from '../../../src/webview/files/lanes.ts';
import { FakeConnection, LaneEnd } from './fakeLanes.ts';
import { turn, until } from '../../support/turn.ts';

const ANN = 'A'.repeat(43);
const BOB = 'B'.repeat(43);
const TRANSFER = 't'.repeat(22);
const LARGE = 9 * 1024 * 1024;

describe('Lanes', () => {
  let ann: LaneEnd;
  let bob: LaneEnd;
  beforeEach(() => {
    FakeConnection.all.clear();
    [ann, bob] = [new LaneEnd(ANN, BOB), new LaneEnd(BOB, ANN)];
    [ann.other, bob.other] = [bob, ann];
    ann.gives = true;
  });
  afterEach(() => {
    for (const end of [ann, bob]) end.lanes.dispose();
  });

  /** Bob takes something from Ann. */
  async function take(bytes = LARGE, transfer = TRANSFER) {
    const got: RTCDataChannel[] = [];
    const ways = bob.lanes.open(ANN, transfer, bytes);
    ways.start((channel) => got.push(channel));
    for (let turns = 0; turns < 3; turns++) await turn();
    return { ways, got };
  }

  const offer = (lane: number): LaneMessage => ({
    t: 'lane',
    lane,
    mine: true,
    signal: { kind: 'description', description: { type: 'offer', sdp: 'from nowhere' } },
  });

  it('are as many as the round trip says', () => {
    assert.deepEqual([null, 0, 7.9, 8, 19.9, 20, 500].map(lanesFor), [0, 0, 0, 1, 1, MAX_LANES, MAX_LANES]);
  });

  it('are opened by who receives a large file, with twins of their candidates', async () => {
    const { got } = await take();
    await until(() => ann.channels.length === MAX_LANES);
    assert.equal(got.length, MAX_LANES);
    assert.deepEqual(
      ann.channels.map(({ label }) => label),
      Array.from({ length: MAX_LANES }, () => `lane/${TRANSFER}`),
    );
    assert.deepEqual([bob.made.length, ann.made.length], [MAX_LANES, MAX_LANES]);
    await until(() => ann.made.every(({ candidates }) => candidates === 3));
    assert.ok(bob.sent.every(({ mine }) => mine) && ann.sent.every(({ mine }) => !mine));
  });

  it('are not opened for small files, over short ways, or once it is over', async () => {
    assert.equal((await take(8 * 1024 * 1024)).got.length, 0);
    bob.roundTrip = 2;
    assert.equal((await take()).got.length, 0);
    bob.roundTrip = 10;
    assert.equal((await take()).got.length, 1);
    const ways = bob.lanes.open(ANN, 'u'.repeat(22), LARGE);
    ways.start(() => assert.fail('it is over'));
    ways.end();
    await turn();
  });

  it('serve the next transfer as well', async () => {
    const { ways } = await take();
    await until(() => ann.channels.length === MAX_LANES);
    ways.end();
    await take(LARGE, 'u'.repeat(22));
    assert.deepEqual([bob.made.length, ann.channels.length], [MAX_LANES, 2 * MAX_LANES]);
  });

  it('tell their channels when they end, on both sides, however they do', async () => {
    await take();
    await until(() => ann.channels.length === MAX_LANES);
    const lost: string[] = [];
    for (const [n, channel] of ann.channels.entries()) channel.onclose = () => lost.push(`Ann ${String(n)}`);
    for (const [n, channel] of bob.made.flatMap(({ channels }) => channels).entries())
      channel.onclose = () => lost.push(`Bob ${String(n)}`);
    bob.made[1]?.become('disconnected');
    assert.deepEqual(lost, ['Bob 1']);
    await until(() => lost.length === 2);
    assert.deepEqual([lost[1], bob.open.length, ann.open.length], ['Ann 1', 2, 2]);
    ann.lanes.forget(BOB);
    await until(() => lost.length === 6);
    assert.deepEqual([bob.open.length, ann.open.length], [0, 0]);
  });

  it('are not accepted when nothing is on its way to who opens them', async () => {
    ann.gives = false;
    ann.lanes.receive(BOB, offer(1));
    assert.equal(ann.made.length, 0);
    assert.deepEqual(ann.sent, [{ t: 'lane', lane: 1, mine: false, signal: { kind: 'close' } }]);
  });

  it('are given up when the other side offers without end, and not opened again and again', async () => {
    for (let n = 0; n < 300; n++) {
      ann.lanes.receive(BOB, {
        ...offer(1),
        signal: { kind: 'candidate', candidate: { candidate: 'x', sdpMid: null, sdpMLineIndex: null } },
      });
    }
    assert.equal(ann.made.length, 0, 'candidates open nothing');
    for (let n = 0; n < 300; n++) ann.lanes.receive(BOB, offer(1));
    assert.ok(ann.made.length <= 2, 'one until it is given up');
    for (let n = 0; n < 300; n++) {
      ann.lanes.receive(BOB, offer(1 + (n % MAX_LANES)));
      ann.lanes.receive(BOB, { ...offer(1 + (n % MAX_LANES)), signal: { kind: 'close' } });
    }
    assert.ok(ann.made.length <= 12, String(ann.made.length));
    assert.equal(ann.open.length, 0);
  });

  it('end with who says too much about one, or offers media on it', async () => {
    const candidate = { candidate: 'x', sdpMid: null, sdpMLineIndex: null };
    ann.lanes.receive(BOB, offer(1));
    for (let n = 0; n < 300; n++)
      ann.lanes.receive(BOB, { ...offer(1), signal: { kind: 'candidate', candidate } });
    assert.deepEqual([ann.made.length, ann.open.length], [1, 0]);
    ann.lanes.receive(BOB, offer(2));
    const [, lane] = ann.made;
    assert.ok(lane && !lane.closed);
    lane.media = [{}];
    await turn();
    await turn();
    assert.ok(lane.closed);
    assert.ok(!ann.sent.some((message) => message.lane === 2 && message.signal.kind === 'description'));
  });

  it('stay within bounds whatever is said of them', async () => {
    const messages: fc.Arbitrary<LaneMessage> = fc.record({
      t: fc.constant('lane' as const),
      lane: fc.integer({ min: 1, max: MAX_LANES }),
      mine: fc.boolean(),
      signal: fc.oneof(
        fc.constant({ kind: 'close' as const }),
        fc.record({
          kind: fc.constant('description' as const),
          description: fc.record({
            type: fc.constantFrom('offer' as const, 'answer' as const),
            sdp: fc.string(),
          }),
        }),
        fc.record({
          kind: fc.constant('candidate' as const),
          candidate: fc.record({
            candidate: fc.string(),
            sdpMid: fc.constant(null),
            sdpMLineIndex: fc.constant(0),
          }),
        }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { maxLength: 40 }), async (all) => {
        const end = new LaneEnd(ANN, BOB);
        end.other = new LaneEnd(BOB, ANN);
        end.gives = true;
        for (const message of all) {
          end.lanes.receive(BOB, message);
          assert.ok(end.open.length <= MAX_LANES);
          assert.ok(end.sent.every(({ mine }) => !mine));
        }
        await turn();
        assert.equal(end.channels.length, 0);
        end.lanes.dispose();
        assert.equal(end.open.length, 0);
      }),
      { numRuns: 200 },
    );
  });
});
