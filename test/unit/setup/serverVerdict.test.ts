import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { SetupServerResult } from '../../../src/shared/setupRpc.ts';
import { serverVerdict } from '../../../src/webview/setup/serverVerdict.ts';

const own: SetupServerResult = {
  is: 'own',
  port: 9_000,
  wanted: 9_000,
  inMeeting: false,
  addresses: ['192.168.1.23:9000'],
};
const fast = { milliseconds: 12.4 };

describe('what is said of the server', () => {
  it('is where others reach it', () => {
    const { state, sentence } = serverVerdict(own, fast);
    assert.equal(state, 'ok');
    assert.match(sentence, /port 9000, connected in 12 ms\. Others would reach it at 192\.168\.1\.23:9000\./);
    assert.match(
      serverVerdict({ is: 'team', host: 'meet.example.com' }, fast).sentence,
      /^meet\.example\.com answers/,
    );
  });

  it('warns of another port than the firewall may know, unless the own meeting has that', () => {
    const other: SetupServerResult = { ...own, port: 9_001 };
    assert.equal(serverVerdict(other, fast).state, 'warning');
    assert.match(serverVerdict(other, fast).sentence, /because 9000 is taken/);
    const beside = serverVerdict({ ...other, inMeeting: true }, fast);
    assert.equal(beside.state, 'ok');
    assert.match(beside.sentence, /beside that of your meeting/);
  });

  it('fails when the page cannot register, whoever runs it', () => {
    for (const server of [own, { is: 'team', host: 'meet.example.com' }] as const) {
      const { state, advice } = serverVerdict(server, { milliseconds: null });
      assert.equal(state, 'failed');
      assert.ok(advice);
    }
  });

  it('has a sentence and an advice of its own for each reason', () => {
    const reasons = [
      'bad-url',
      'refused',
      'unknown-host',
      'certificate',
      'timeout',
      'not-a-peer-server',
      'wrong-key',
      'network',
      'not-started',
    ] as const;
    const verdicts = reasons.map((reason) =>
      serverVerdict({ is: 'none', reason, host: 'meet.example.com' }, { milliseconds: null }),
    );
    assert.equal(new Set(verdicts.map(({ sentence }) => sentence)).size, reasons.length);
    for (const { state, advice, actions } of verdicts) {
      assert.equal(state, 'failed');
      assert.match(advice ?? '', /\.$/);
      assert.deepEqual(actions, ['server-settings']);
    }
  });
});
