import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_WINDOW, MAX_TAKING } from '../../../src/shared/limits.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { samenessOf } from '../../../src/shared/sameness.ts';
import { Pump } from '../../../src/webview/files/pump.ts';
import { Desk, OLGA, PETE } from './desk.ts';
import { turn } from '../../support/turn.ts';
import {
  chunkOf,
  credit,
  DIGESTS,
  FakeChannel,
  fakeSockets,
  FakeSocket,
  MANIFEST,
  offerOf,
  SAVED,
  START,
} from './support.ts';

const SIZE = 3 * FILE_WINDOW;
const anyBytes = fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: FILE_WINDOW }));
const anyAt = fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: SIZE + 10 }));
const frames: fc.Arbitrary<TransferFrame> = fc.oneof(
  fc.constantFrom<TransferFrame>(START, MANIFEST, DIGESTS, SAVED, { t: 'error', problem: 'disk-full' }),
  fc.record({ t: fc.constant('credit' as const), bytes: anyBytes }),
  fc.record({ t: fc.constant('again' as const), at: anyAt, bytes: fc.integer({ min: 1, max: 65_536 }) }),
  fc.record({ t: fc.constant('back' as const), at: anyAt, round: fc.integer({ min: 1, max: 3 }) }),
);
const chunks = fc
  .record({
    at: anyAt,
    bytes: fc.integer({ min: 0, max: 65_537 }),
    round: fc.constantFrom(0, 0, 0, 1),
    kind: fc.constantFrom('content', 'content', 'manifest' as const),
  })
  .map(({ at, bytes, round, kind }) => chunkOf(at, bytes, { round, kind }));
const side = fc.constantFrom('host', 'peer', 'lane' as const);
type Step = readonly ['host' | 'peer' | 'lane', TransferFrame | ArrayBuffer | string];
const anything = fc.tuple(side, fc.oneof(frames, chunks, fc.string())) as fc.Arbitrary<Step>;

/** Mostly by the book, so that what is not meets transfers in every state. */
function mostlyGood(direction: 'send' | 'receive'): fc.Arbitrary<Step> {
  const [source, target] = direction === 'send' ? (['host', 'peer'] as const) : (['peer', 'host'] as const);
  const good: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(
      fc.constant(target),
      anyBytes.map((bytes) => credit(Math.min(bytes, 100_000))),
    ),
    fc.tuple(
      fc.constantFrom(source, direction === 'send' ? source : ('lane' as const)),
      fc
        .tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 20_000 }))
        .map(([at, n]) => chunkOf(at, n)),
    ),
  );
  return fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: anything });
}

describe('Whatever is sent', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  for (const direction of ['send', 'receive'] as const) {
    it(`a pump that is to ${direction} lets through no byte without credit, and nothing in the wrong direction`, async () => {
      const begin: Step[] = [
        [direction === 'send' ? 'peer' : 'host', START],
        [direction === 'send' ? 'peer' : 'host', credit(100_000)],
        [direction === 'send' ? 'host' : 'peer', MANIFEST],
      ];
      const steps = fc
        .tuple(
          fc.boolean(),
          fc.array(mostlyGood(direction), { maxLength: 60 }),
          fc.array(anything, { maxLength: 8 }),
        )
        .map(([begun, ...rest]) => (begun ? begin : []).concat(...rest));
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const peer = new FakeChannel();
          const lane = new FakeChannel('lane');
          const pump = new Pump({
            direction,
            channel: peer.asChannel,
            url: Promise.resolve('ws://127.0.0.1/x'),
            size: SIZE,
            onProgress: () => undefined,
          });
          await turn();
          const host = FakeSocket.made.at(-1)?.open() ?? assert.fail();
          pump.addLane(lane.asChannel);
          const wires = { host, peer, lane };
          const [source, target] = direction === 'send' ? [host, peer] : [peer, host];
          let given = 0;
          let seen = 0;
          for (const [name, data] of all) {
            wires[name].receive(data);
            // Books of our own, from what came out on the source's side and on the target's.
            for (const frame of source.frames.slice(seen)) {
              assert.ok(
                !['manifest', 'digests'].includes(frame.t),
                'what a source says never comes back to it',
              );
              if (frame.t === 'credit' || frame.t === 'again') given += frame.bytes;
            }
            seen = source.frames.length;
            const passed = target.bytes + (direction === 'send' ? lane.bytes : 0);
            assert.ok(passed <= given, 'no byte without credit');
            assert.ok(given - passed <= FILE_WINDOW, 'no more credit than the window');
            assert.ok(pump.bytes >= 0 && pump.bytes <= SIZE);
          }
          assert.equal(source.chunks.length, 0, 'content goes one way');
          assert.ok(target.frames.every(({ t }) => ['manifest', 'digests', 'error', 'saved'].includes(t)));
          for (const chunk of [...target.chunks, ...lane.chunks]) {
            const header = readChunkHeader(new Uint8Array(chunk)) ?? assert.fail('no chunk');
            const end = header.at + chunk.byteLength - CHUNK_HEADER;
            assert.ok(end <= (header.kind === 'manifest' ? 10 : SIZE));
          }
          pump.cancel();
          for (const wire of [host, peer, lane]) wire.lose();
          await pump.done;
          for (const wire of [host, peer, lane]) {
            assert.deepEqual([wire.onmessage, wire.onclose], [null, null]);
          }
        }),
        { numRuns: 300 },
      );
    });
  }
});

const OFFERS: readonly (readonly [string, FileOffer])[] = [
  [OLGA, offerOf('a')],
  [OLGA, offerOf('b')],
  [OLGA, offerOf('c')],
  [OLGA, offerOf('d')],
  [PETE, offerOf('e')],
  // The same as Olga's first.
  [PETE, offerOf('f', { name: 'a.txt' })],
];

type Move =
  | { readonly do: 'take' | 'pause' | 'cancel'; readonly which: number }
  | {
      readonly do: 'offers' | 'answer' | 'refuse' | 'content' | 'saved' | 'lost' | 'fails';
      readonly which: number;
    }
  | { readonly do: 'all' };

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), which: fc.nat(7) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'cancel' as const), which: fc.nat(7) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('offers' as const), which: fc.nat(2 ** OFFERS.length - 1) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom('answer', 'answer', 'refuse', 'content', 'saved', 'lost', 'fails' as const),
      which: fc.nat(7),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'all' } as const) },
);

/** An exchange whose person, host and members do anything at any time. */
class Play {
  readonly desk: Desk;
  readonly #asked: ((answer: unknown) => void)[] = [];
  #urls = 0;

  constructor() {
    this.desk = new Desk({
      openTarget: () => new Promise((answer) => this.#asked.push(answer)),
    });
    this.desk.addPart(offerOf('p'), { bytes: 2 });
    this.desk.addPart(offerOf('b'), { bytes: 3, paused: true });
  }

  async make(move: Move): Promise<void> {
    const { exchange } = this.desk;
    if (move.do === 'all') exchange.takeAll();
    else if (move.do === 'offers') this.offer(move.which);
    else if (move.do === 'take' || move.do === 'pause' || move.do === 'cancel') {
      const { id } = this.desk.models[move.which % this.desk.models.length] ?? {};
      if (id === undefined) return;
      if (move.do === 'take') exchange.take(id, 'save');
      else exchange[move.do](id);
    } else if (move.do === 'answer' || move.do === 'refuse') this.#answer(move);
    else this.#happens(move.do, move.which);
    await this.settle();
  }

  /** The members and offers of a bit each are here. */
  offer(bits: number): void {
    for (const owner of [OLGA, PETE]) {
      const here = OFFERS.filter(([who], n) => who === owner && bits & (1 << n)).map(([, offer]) => offer);
      if (here.length === 0) this.desk.leaves(owner);
      else this.desk.offers(owner, ...here);
    }
  }

  get asked(): number {
    return this.#asked.length;
  }

  #answer({ do: how, which }: { readonly do: string; readonly which: number }): void {
    const [answer] = this.#asked.splice(which % Math.max(1, this.#asked.length), 1);
    const url = `ws://127.0.0.1/${String(++this.#urls)}`;
    answer?.(how === 'refuse' ? null : { target: 't'.repeat(22), url, bytes: 0 });
  }

  /** Transfers that are under way, as their two ends see them. */
  get running() {
    return FakeSocket.made.flatMap((host, n) => {
      const peer = this.desk.channels[n];
      return peer && !peer.closed && !host.closed && !over(host) ? [{ host, peer }] : [];
    });
  }

  #happens(what: string, which: number): void {
    const wires = this.running[which % Math.max(1, this.running.length)];
    if (!wires) return;
    const { host, peer } = wires;
    if (host.readyState === 0) host.open();
    if (host.sent.length === 0) {
      host.receive(START);
      host.receive(credit(100));
      peer.receive(MANIFEST);
    }
    if (what === 'content' || what === 'saved') peer.receive(chunkOf(0, 4));
    if (what === 'saved') host.receive(SAVED);
    if (what === 'lost') peer.lose();
    if (what === 'fails') peer.receive({ t: 'error', problem: which % 2 ? 'source-unreadable' : 'too-many' });
  }

  /** Both other sides do what they have to, and what follows from that happens. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) {
      await turn();
      for (const [n, host] of FakeSocket.made.entries()) {
        const peer = this.desk.channels[n];
        if (!peer?.closed && !over(host)) continue;
        if (!peer?.closed) peer?.lose();
        if (host.readyState !== FakeSocket.CLOSED) host.lose();
      }
    }
  }

  check(): void {
    const { models } = this.desk;
    const running = models.filter(({ transfer }) => transfer?.status === 'running');
    assert.ok(this.running.length <= MAX_TAKING, 'the queue’s bound');
    assert.equal(this.running.length, running.length, 'what is shown to run runs, and nothing else does');
    const busy = models.filter(({ transfer }) => ['asking', 'running'].includes(transfer?.status ?? ''));
    assert.ok(busy.length <= MAX_TAKING);
    const same = busy.map((model) => samenessOf({ ...model, modified: 1 }));
    assert.equal(new Set(same).size, same.length, 'of one thing only one');
    assert.equal(new Set(models.map(({ id }) => id)).size, models.length);
    for (const { transfer, gone, size } of models) {
      if (gone) assert.ok(transfer, 'what is gone is shown for a reason');
      if (!transfer) continue;
      assert.ok(transfer.bytes <= size);
      if (transfer.status === 'queued') {
        assert.ok(!gone, 'nothing waits for its turn that cannot come');
        assert.equal(busy.length > 0, true, 'nothing waits for nothing');
      }
      assert.equal(transfer.status === 'saved', transfer.savedAs !== null);
      assert.equal(transfer.status === 'failed' && transfer.problem === null, false);
      if (transfer.status === 'saved' || transfer.bytes === 0) assert.equal(transfer.kept, false);
    }
  }
}

function over(host: FakeSocket): boolean {
  return host.onmessage === null || host.frames.some(({ t }) => t === 'error');
}

describe('Whatever happens', function () {
  this.timeout(30_000);
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  it('an exchange shows what is so, keeps its bounds, and comes to an end of all that may go on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { maxLength: 50 }), async (all) => {
        FakeSocket.made = [];
        const play = new Play();
        for (const move of all) {
          await play.make(move);
          play.check();
        }
        // Everybody is here, the person wants all, and every host and link does its work.
        play.offer(2 ** OFFERS.length - 1);
        for (let rounds = 0; rounds < 40; rounds++) {
          await play.make({ do: 'all' });
          for (let n = play.asked; n > 0; n--) await play.make({ do: 'answer', which: 0 });
          for (let n = play.running.length; n > 0; n--) await play.make({ do: 'saved', which: 0 });
          play.check();
        }
        for (const { transfer, gone, name } of play.desk.models) {
          if (!gone) assert.equal(transfer?.status, 'saved', name);
        }
        play.desk.exchange.dispose();
        await play.settle();
        assert.equal(play.running.length, 0);
      }),
      { numRuns: 150 },
    );
  });
});
