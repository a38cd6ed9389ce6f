import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { twinsOf } from '../../../src/webview/rtc/candidateTwins.ts';

const NAME = '0a1b2c3d-0000-4000-8000-0123456789ab.local';
const line = (address: string, type = 'host', protocol = 'udp'): string =>
  `candidate:842163049 1 ${protocol} 1677729535 ${address} 51234 typ ${type} generation 0 ufrag abcd`;
const candidateOf = (candidate: string) => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 });

describe('twinsOf', () => {
  it('gives a hidden address the machine’s own ones, with all else as it was', () => {
    assert.deepEqual(twinsOf(candidateOf(line(NAME)), ['192.168.1.7', 'fd00::7']), [
      candidateOf(line('192.168.1.7')),
      candidateOf(line('fd00::7')),
    ]);
  });

  it('leaves everything else alone', () => {
    const none = [
      line('192.168.1.7'),
      line(NAME, 'srflx'),
      line(NAME, 'host', 'tcp'),
      line('evil.local'),
      '',
    ];
    for (const candidate of none) assert.deepEqual(twinsOf(candidateOf(candidate), ['10.0.0.1']), []);
    assert.deepEqual(twinsOf(candidateOf(line(NAME)), []), []);
  });
});
