import assert from 'node:assert/strict';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readChunkHeader } from '../../../src/shared/chunk.ts';
import { FILE_CHUNK } from '../../../src/shared/limits.ts';
import { crc32 } from '../../../src/webview/files/crc32.ts';
import { DropSource, type Readable } from '../../../src/webview/files/dropSource.ts';
import { closeInTime } from '../../../src/webview/files/lastWord.ts';
import { addSample, paceOf, type Sample } from '../../../src/webview/files/rate.ts';
import { roundTripOf } from '../../../src/webview/rtc/roundTrip.ts';
import { until } from '../../support/turn.ts';
import { credit, FakeChannel, fakeSockets, FakeSocket, START } from './support.ts';

describe('crc32', () => {
  it('is that of zlib', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(crc32(bytes), zlibCrc32(bytes))));
  });
});

describe('The pace of a transfer', () => {
  const run = (...points: readonly (readonly [number, number])[]) =>
    points.reduce<readonly Sample[]>((samples, [at, bytes]) => addSample(samples, { at, bytes }), []);

  it('is not told before there is one', () => {
    assert.deepEqual(paceOf([], 0, 100), { rate: null, left: null });
    assert.deepEqual(paceOf(run([0, 0], [400, 50]), 400, 100), { rate: null, left: null });
    const young = run([0, 0], [1_000, 50]);
    assert.deepEqual(paceOf(young, 1_900, 100).left, null, 'the rate leaps about at first');
    assert.deepEqual(paceOf(young, 2_000, 100), { rate: 25, left: 2 });
  });

  it('is that of the last three seconds', () => {
    const samples = run([0, 0], [1_000, 0], [2_000, 1_000], [3_000, 2_000], [4_000, 3_000]);
    assert.deepEqual(paceOf(samples, 4_000, 6_000), { rate: 1_000, left: 3 });
    assert.ok(
      run(...Array.from({ length: 100 }, (_, n) => [n * 250, n] as const)).length < 16,
      'and no more is kept',
    );
  });

  it('falls while nothing comes, and has no end then', () => {
    const samples = run([0, 0], [1_000, 1_000]);
    assert.deepEqual(paceOf(samples, 2_000, 2_000), { rate: 500, left: 2 });
    assert.deepEqual(paceOf(samples, 5_000, 2_000), { rate: 0, left: null });
  });

  it('begins anew when something is fetched once more', () => {
    assert.deepEqual(run([0, 0], [1_000, 1_000], [2_000, 500]), [{ at: 2_000, bytes: 500 }]);
  });
});

describe('The round trip of a connection', () => {
  it('is that of the route in use', () => {
    const stats = new Map<string, object>([
      ['T', { type: 'transport', selectedCandidatePairId: 'P' }],
      ['Q', { type: 'candidate-pair', currentRoundTripTime: 9 }],
      ['P', { type: 'candidate-pair', currentRoundTripTime: 0.05 }],
    ]);
    assert.equal(roundTripOf(stats), 50);
    stats.set('P', { type: 'candidate-pair' });
    assert.equal(roundTripOf(stats), null);
    assert.equal(roundTripOf(new Map()), null);
    stats.set('P', { type: 'candidate-pair', currentRoundTripTime: -1 });
    assert.equal(roundTripOf(stats), null, 'what cannot be');
  });
});

describe('The last word', () => {
  it('is followed by a close from this side when the other does not', async () => {
    const channels = [new FakeChannel('1'), new FakeChannel('2')];
    closeInTime(
      channels.map(({ asChannel }) => asChannel),
      false,
      20,
    );
    assert.ok(channels.every(({ closed }) => !closed));
    await until(() => channels.every(({ closed }) => closed));
  });

  it('closes all channels with the first', () => {
    const [first, second] = [new FakeChannel('1'), new FakeChannel('2')];
    closeInTime([first.asChannel, second.asChannel], false);
    first.lose();
    assert.ok(second.closed);
  });
});

describe('A dropped file', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  function drop(file: Readable) {
    const source = new DropSource(file, 'a.bin', 'ws://127.0.0.1/x');
    const host = FakeSocket.made.at(-1)?.open() ?? assert.fail();
    return { source, host };
  }

  it('is sent by credit, a stretch again, and all again', async () => {
    const { source, host } = drop(new File([new Uint8Array(200_000).fill(7)], 'a.bin'));
    host.receive(START);
    host.receive(credit(70_000));
    await until(() => host.bytes === 70_000);
    host.receive({ t: 'again', at: 10, bytes: 20 });
    await until(() => host.bytes === 70_020);
    const stretch = readChunkHeader(new Uint8Array(host.chunks.at(-1) ?? assert.fail()));
    assert.equal(stretch?.at, 10, 'its credit is not spent on anything else');
    host.receive(credit(300_000));
    const manifest = host.frames.find((frame) => frame.t === 'manifest') ?? assert.fail();
    await until(() => host.frames.some(({ t }) => t === 'digests'));
    assert.equal(host.bytes, manifest.bytes + 200_020);
    host.receive({ t: 'back', at: 0, round: 1 });
    host.receive(credit(200_000));
    await until(() => host.frames.filter(({ t }) => t === 'digests').length === 2);
    const [first, second] = host.frames.filter((frame) => frame.t === 'digests');
    assert.deepEqual(first, second);
    assert.ok(host.chunks.every(({ byteLength }) => byteLength <= FILE_CHUNK + 16));
    host.receive({ t: 'saved', name: 'a.bin' });
    host.lose();
    assert.deepEqual(await source.done, { saved: 'a.bin' });
  });

  for (const [name, problem] of [
    ['NotReadableError', 'source-changed'],
    ['NotFoundError', 'source-gone'],
  ] as const) {
    it(`ends with ${problem} at a ${name}`, async () => {
      const { source, host } = drop({
        size: 10,
        slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('no', name)) }),
      });
      host.receive(START);
      host.receive(credit(1_000));
      await until(() => host.frames.some(({ t }) => t === 'error'));
      assert.deepEqual(host.frames.at(-1), { t: 'error', problem });
      host.lose();
      assert.deepEqual(await source.done, { problem });
    });
  }

  it('ends at what a target may not say', async () => {
    for (const frame of [{ ...START, at: 1 }, { t: 'saved', name: 'x' } as const, credit(1), 'x']) {
      const { source, host } = drop(new File(['0123456789'], 'a.bin'));
      host.receive(frame);
      assert.equal(host.frames.at(-1)?.t, 'error');
      host.lose();
      assert.ok('problem' in (await source.done));
    }
  });
});
