import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type ConnectionFigures,
  type ConnectionModel,
  NO_FIGURES,
} from '../../../src/webview/connectionModel.ts';
import type { PersonModel } from '../../../src/webview/model.ts';
import {
  connectionTexts,
  formatBitRate,
  formatMilliseconds,
  formatShare,
  plainText,
  shownLevel,
} from '../../../src/webview/ui/connectionTexts.ts';
import { chromium, compare } from '../rtc/recordedStats.ts';

const { figures } = compare(chromium.before, chromium.after);
const model = (changes: Partial<ConnectionModel>, of: Partial<ConnectionFigures> = {}): ConnectionModel => ({
  level: 'good',
  causes: [],
  ...changes,
  figures: { ...figures, ...of },
});
const person: PersonModel = {
  id: 'b'.repeat(43),
  name: 'Bob',
  ordinal: 1,
  self: false,
  host: false,
  microphone: true,
  camera: true,
  hand: false,
  presenting: false,
  link: 'connected',
  quality: 'good',
  video: null,
  audio: null,
};

describe('what is said of a connection', () => {
  it('is the level, or why there is none', () => {
    assert.equal(shownLevel(person), 'good');
    assert.equal(shownLevel({ ...person, link: 'reconnecting' }), 'reconnecting');
    assert.equal(shownLevel({ ...person, quality: null }), 'measuring');
    assert.equal(shownLevel({ ...person, link: 'connecting' }), null);
    assert.equal(shownLevel({ ...person, self: true }), null);
  });

  it('has a row for all that travels', () => {
    const { rows } = connectionTexts('Bob', 'good', model({}));
    assert.deepEqual(
      rows.map(({ label }) => label),
      [
        'Round trip',
        'Route',
        'Your network',
        'Room to send',
        'Packets lost',
        'Voice',
        'Camera',
        'Screen',
        'All, with files',
      ],
    );
    const camera = rows.find(({ label }) => label === 'Camera');
    assert.match(camera?.values[0] ?? '', /^\d+ kbit\/s, VP8, 320 × 240, 20 fps$/u);
    assert.equal(rows.find(({ label }) => label === 'Screen')?.values[1], '–');
    assert.equal(rows.find(({ label }) => label === 'Route')?.values[0], 'Direct, on the local network');
  });

  it('says what a poor one comes from, and what to do', () => {
    const relayed = { route: { way: 'relayed', protocol: 'tcp' } } as const;
    const say = (changes: Partial<ConnectionModel>, of: Partial<ConnectionFigures>) => {
      const { sentence, advice } = connectionTexts('Bob', 'poor', model({ level: 'poor', ...changes }, of));
      return `${sentence} ${advice}`;
    };
    assert.match(
      say({ causes: ['loss-in'] }, { loss: { in: 0.08, out: 0 } }),
      /8 % of the packets from Bob are lost.*Wi-Fi/u,
    );
    assert.match(
      say({ causes: ['loss-out'] }, { loss: { in: 0, out: 0.123 } }),
      /12 % of your packets to Bob.*your camera/u,
    );
    assert.match(say({ causes: ['round-trip'] }, { roundTrip: 612 }), /take 612 ms.*VPN/u);
    assert.match(
      say({ causes: ['round-trip'] }, { roundTrip: 612, ...relayed }),
      /relayed through a TURN server.*nearer/u,
    );
    assert.match(say({ causes: ['room'] }, { room: 90_000 }), /only 90 kbit\/s.*camera off/u);
    assert.match(say({}, {}), /worse a few seconds ago/u);
    assert.match(say({ causes: ['loss-in'] }, relayed), /It is relayed through a TURN server/u);
    assert.match(say({}, { limited: 'cpu' }), /Your computer/u);
  });

  it('finds nothing wrong with a good one, and says when it is relayed or looked for', () => {
    assert.equal(
      connectionTexts('Bob', 'good', model({ causes: ['round-trip'] })).sentence,
      'Nothing is wrong with it.',
    );
    const relayed = connectionTexts('Bob', 'good', model({}, { route: { way: 'relayed', protocol: null } }));
    assert.equal(relayed.sentence, 'It is relayed through a TURN server.');
    const away = connectionTexts('Bob', 'reconnecting', { level: null, causes: [], figures: NO_FIGURES });
    assert.match(away.sentence, /Nothing is heard of Bob/u);
    assert.ok(away.rows.every(({ values }) => values.every((value) => value === '–')));
  });

  it('is copied as text, without an address', () => {
    const text = plainText('Bob', connectionTexts('Bob', 'good', model({})));
    assert.match(
      text,
      /^Connection to Bob: good\nNothing is wrong with it\.\nRound trip: 1 ms\nRoute: Direct/u,
    );
    assert.match(text, /\nPackets lost: from Bob 0 %; to Bob 0 %\n/u);
    assert.doesNotMatch(text, /192\.0\.2|fd00|::/u);
  });

  it('is written as people write it', () => {
    assert.deepEqual(
      [0, 400, 33_400, 999_499, 999_500, 1_230_000, 9_949_000, 12_600_000, null].map(formatBitRate),
      [
        '0 kbit/s',
        '0 kbit/s',
        '33 kbit/s',
        '999 kbit/s',
        '1.0 Mbit/s',
        '1.2 Mbit/s',
        '9.9 Mbit/s',
        '13 Mbit/s',
        '–',
      ],
    );
    assert.deepEqual([0, 0.0004, 0.004, 0.08, 0.123, 1, null].map(formatShare), [
      '0 %',
      '< 0.1 %',
      '0.4 %',
      '8 %',
      '12 %',
      '100 %',
      '–',
    ]);
    assert.deepEqual([0, 0.6, 1, 12.4, null].map(formatMilliseconds), [
      '< 1 ms',
      '< 1 ms',
      '1 ms',
      '12 ms',
      '–',
    ]);
  });
});
