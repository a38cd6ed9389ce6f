import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { ConnectionFigures } from '../../../src/webview/connectionModel.ts';
import { freshLevel, nextLevel } from '../../../src/webview/rtc/connectionLevel.ts';
import { changed, chromium, compare, type Recorded, type StatsEntry } from './recordedStats.ts';

const { before, after } = chromium;
const figuresOf = (first: Recorded | null, second: Recorded): ConnectionFigures =>
  compare(first, second).figures;
const number = (entry: StatsEntry, key: string): number => Number(entry[key]);

describe('figures of a connection', () => {
  it('are read from what Chromium says', () => {
    const figures = figuresOf(before, after);
    assert.equal(figures.roundTrip, 1);
    assert.deepEqual(figures.loss, { in: 0, out: 0 });
    assert.deepEqual(figures.route, { way: 'direct', over: 'lan' });
    assert.equal(figures.network, 'ethernet');
    assert.equal(figures.room, 1_304_000);
    assert.equal(figures.limited, 'bandwidth');
    assert.deepEqual(
      figures.streams.map(({ kind, way, codec, width, height }) => [kind, way, codec, width, height]),
      [
        ['microphone', 'in', 'Opus', null, null],
        ['microphone', 'out', 'Opus', null, null],
        ['camera', 'in', 'VP8', 320, 240],
        ['camera', 'out', 'VP8', 320, 240],
        ['screen', 'in', 'VP8', 480, 270],
      ],
      'the slots that are empty are left out',
    );
  });

  it('count bits a second between two reports', () => {
    const bytes = (report: Recorded, id: string) =>
      number(report.stats.find((entry) => entry['id'] === id) ?? {}, 'bytesReceived');
    const perSecond = (bytes: number) => (bytes * 8_000) / (after.at - before.at);
    const { rate, streams } = figuresOf(before, after);
    assert.equal(rate.in, perSecond(bytes(after, 'T01') - bytes(before, 'T01')));
    const camera = streams.find(({ kind, way }) => kind === 'camera' && way === 'in');
    const of = 'IT01V265548411';
    assert.equal(camera?.rate, perSecond(bytes(after, of) - bytes(before, of)));
    assert.ok(camera.rate > 100_000, String(camera.rate));
  });

  it('have no rate and no loss after one report alone', () => {
    const { rate, loss, streams, roundTrip } = figuresOf(null, after);
    assert.deepEqual([rate, loss, streams], [{ in: null, out: null }, { in: null, out: null }, []]);
    assert.equal(roundTrip, 1);
  });

  it('count packets that were lost either way', () => {
    const lossy = changed(
      changed(after, 'inbound-rtp', (entry) => ({ packetsLost: number(entry, 'packetsReceived') })),
      'remote-inbound-rtp',
      () => ({ fractionLost: 0.25 }),
    );
    const { loss } = figuresOf(before, lossy);
    // All that arrived since the beginning is as much as was lost in two seconds: five times of what arrived in them.
    assert.ok((loss.in ?? 0) > 0.7 && (loss.in ?? 2) < 1, String(loss.in));
    assert.equal(loss.out, 0.25);
  });

  it('take a counter that went back for one that began anew', () => {
    const restarted = changed(after, 'inbound-rtp', () => ({
      bytesReceived: 5,
      packetsReceived: 1,
      packetsLost: -3,
    }));
    const { streams, loss } = figuresOf(before, restarted);
    assert.deepEqual(
      streams.map(({ way }) => way),
      ['out', 'out'],
    );
    assert.equal(loss.in, null);
    const anew = changed(after, 'transport', () => ({ bytesReceived: 5 }));
    const { rate } = figuresOf(before, anew);
    assert.deepEqual([rate.in, (rate.out ?? 0) > 0], [null, true]);
  });

  it('make nothing of reports that are an hour, no time or less than that apart', () => {
    for (const away of [3_600_000, 0, -5_000, 100]) {
      const { rate, loss } = figuresOf(before, { ...after, at: before.at + away });
      assert.deepEqual([rate.in, rate.out, loss.in, loss.out], [null, null, null, null], String(away));
    }
  });

  it('start from zero for what began between two reports', () => {
    const without = { ...before, stats: before.stats.filter(({ type }) => type !== 'inbound-rtp') };
    const screen = figuresOf(without, after).streams.find(({ kind }) => kind === 'screen');
    assert.ok((screen?.rate ?? 0) > 0);
  });

  it('tell what goes through a relay, and how', () => {
    const relayed = (protocol: string) =>
      changed(after, 'local-candidate', () => ({ candidateType: 'relay', relayProtocol: protocol }));
    for (const protocol of ['udp', 'tcp', 'tls'])
      assert.deepEqual(figuresOf(null, relayed(protocol)).route, { way: 'relayed', protocol });
    assert.deepEqual(figuresOf(null, relayed('carrier pigeon')).route, { way: 'relayed', protocol: null });
    const theirs = changed(after, 'remote-candidate', () => ({ candidateType: 'relay' }));
    assert.deepEqual(figuresOf(null, theirs).route, { way: 'relayed', protocol: null });
  });

  it('tell a local network from the internet as far as addresses and routers say', () => {
    const over = (local: StatsEntry, remote: StatsEntry) => {
      const report = changed(
        changed(after, 'local-candidate', () => local),
        'remote-candidate',
        () => remote,
      );
      const { route } = figuresOf(null, report);
      return route?.way === 'direct' ? route.over : route;
    };
    const host = (address: unknown) => ({ candidateType: 'host', address });
    const seen = (address: unknown) => ({ candidateType: 'prflx', address });
    const lan = [
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.20',
      '169.254.3.4',
      'fd12::1',
      'fe80::1',
      undefined,
      'x.local',
    ];
    for (const address of lan) assert.equal(over(host('10.0.0.1'), host(address)), 'lan', String(address));
    assert.equal(over(host(undefined), seen('192.168.1.20')), 'lan');
    assert.equal(over(host('10.0.0.1'), host('198.51.100.7')), 'unknown');
    assert.equal(over(host('10.0.0.1'), seen(undefined)), 'unknown');
    assert.equal(over(host('10.0.0.1'), seen('198.51.100.7')), 'internet');
    assert.equal(over({ candidateType: 'srflx' }, host('198.51.100.7')), 'internet');
  });

  it('are unknown where a browser says nothing', () => {
    const { figures } = compare(null, { at: 0, stats: [] });
    assert.deepEqual(
      Object.values(figures).filter((value) => value !== null).length,
      3,
      'loss, rate and streams',
    );
    assert.deepEqual([figures.loss.in, figures.rate.out, figures.streams], [null, null, []]);
  });
});

describe('figures of odd statistics', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      NaN,
      Infinity,
      -Infinity,
      -1,
      0,
      1e308,
      Number.MAX_SAFE_INTEGER,
      '12',
      null,
      undefined,
      [],
      {},
    ),
    fc.double(),
    fc.integer(),
    fc.string({ maxLength: 400 }),
  );
  const keys = [...new Set(after.stats.flatMap((entry) => Object.keys(entry)))];
  const damaged = fc
    .array(fc.tuple(fc.nat(after.stats.length - 1), fc.constantFrom(...keys, 'mid', 'address'), odd), {
      maxLength: 30,
    })
    .map((changes) => {
      const stats = structuredClone(after.stats);
      for (const [at, key, value] of changes) Object.assign(stats[at] ?? {}, { [key]: value });
      return stats;
    });
  const time = fc.oneof(fc.integer({ min: -10_000, max: 20_000 }), fc.constantFrom(NaN, Infinity, -Infinity));
  const taken = fc.record({ at: time, stats: damaged });

  it('are never negative, no number, or more than all', () => {
    fc.assert(
      fc.property(fc.array(taken, { minLength: 2, maxLength: 6 }), (reports) => {
        let state = freshLevel();
        let last: Recorded | null = null;
        for (const report of reports) {
          const comparison = compare(last, report);
          const next = nextLevel(state, comparison);
          for (const figures of [comparison.figures, next.figures]) assertSane(figures);
          assert.ok(['good', 'fair', 'poor'].includes(String(next.state.level)));
          state = next.state;
          last = report;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are none where entries are not even objects', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.anything())), (entries) => {
        const stats = entries.map(([id, value]) => ({ id, type: 'inbound-rtp', value }));
        assertSane(compare({ at: 0, stats: [] }, { at: 2_000, stats }).figures);
      }),
    );
  });

  function assertSane(figures: ConnectionFigures): void {
    const { roundTrip, loss, rate, room, streams } = figures;
    const numbers = [roundTrip, rate.in, rate.out, room];
    for (const stream of streams) numbers.push(stream.rate, stream.width, stream.height, stream.frames);
    for (const value of numbers)
      assert.ok(value === null || (Number.isFinite(value) && value >= 0), String(value));
    for (const share of [loss.in, loss.out])
      assert.ok(share === null || (share >= 0 && share <= 1), String(share));
    for (const { codec } of streams) assert.ok(codec === null || codec.length <= 32);
  }
});
