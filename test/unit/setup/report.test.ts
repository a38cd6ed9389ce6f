import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { CheckRow } from '../../../src/webview/setup/check.ts';
import { reportText, shortenAddresses } from '../../../src/webview/setup/report.ts';

const row = (changes: Partial<CheckRow>): CheckRow => ({
  id: 'x',
  title: 'Camera',
  state: 'ok',
  sentence: 'Pictures come.',
  advice: '',
  actions: [],
  ...changes,
});
const report = (rows: readonly CheckRow[]): string =>
  reportText({
    rows,
    surroundings: ['Parley 1.2.3, VS Code 1.139.0 desktop, linux x64'],
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Code/1.139.0 Chrome/156.0.7300.12 Electron/41.2.0',
    at: Date.UTC(2026, 10, 20, 13, 5),
  });

describe('the report of the test', () => {
  it('tells each check, with what to do about it, and where it ran', () => {
    const text = report([
      row({}),
      row({ title: 'Throughput', state: 'failed', sentence: 'Slow.', advice: 'Wait.', actions: [] }),
      row({ title: 'STUN', state: 'waiting', sentence: '' }),
    ]);
    assert.deepEqual(text.split('\n'), [
      'Parley: Test My Setup',
      '2026-11-20 13:05 UTC',
      'Parley 1.2.3, VS Code 1.139.0 desktop, linux x64',
      'Browser: Chrome/156',
      'Addresses are shortened. Passwords, user names and invites are left out.',
      '',
      '[OK]      Camera: Pictures come.',
      '[Failed]  Throughput: Slow.',
      '          What to do: Wait.',
      '[Waiting] STUN',
      '',
    ]);
  });

  it('leaves of addresses no more than their kind, wherever they stand', () => {
    const text = report([
      row({
        title: 'TURN server 203.0.113.9:3478',
        sentence:
          'Others would reach it at 192.168.1.23:9000, [fd12:3456::1]:9000, 10.0.0.4, 2001:db8:1:2:3:4:5:6 and ::1.',
        advice: 'seen as 198.51.100.7, 5f6b4d0c-0d6d-4b8c-9d5b-0a1b2c3d4e5f.local',
      }),
    ]);
    for (const part of ['0.113.9', '168.1.23', '3456', '0.0.4', 'db8', '51.100', '5f6b4d0c'])
      assert.ok(!text.includes(part), `${part} is in ${text}`);
    assert.match(text, /TURN server 203\.x\.x\.x:3478/);
    assert.match(text, /192\.168\.x\.x:9000, \[fd12:…\]:9000, 10\.x\.x\.x, \[2001:…\] and \[…\]/);
  });

  it('lets no address of any form through', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.constantFrom('', ':9000', '.', ','),
        (address, after) => {
          const bracketed = address.includes(':') && after === ':9000' ? `[${address}]` : address;
          // What is no more than one word of it tells nothing.
          fc.pre(address.includes('.') || address.split(':').filter((group) => group !== '').length > 1);
          assert.ok(!shortenAddresses(`It is at ${bracketed}${after} now`).includes(address));
        },
      ),
    );
  });

  it('leaves words, versions, times and ports as they are', () => {
    const words =
      'VS Code 1.139.0, 13:05 UTC, 1280 × 720, turn.example.com:3478, 26.4 MB/s: open after 40 ms, e.g.';
    assert.equal(shortenAddresses(words), words);
  });
});
