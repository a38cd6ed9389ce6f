import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MeetingStatus, SessionRecord } from '../../../src/shared/hostRpc.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import { HostReporter } from '../../../src/webview/meeting/hostReporter.ts';

const session = (name: string, microphone = true): SessionRecord => ({
  name,
  ordinal: 0,
  startedAt: 1,
  chat: [],
  offers: [],
  taken: [],
  members: [],
  presenting: null,
  aliveAt: null,
  hand: false,
  devices: { microphone, camera: true, chosen: { microphone: '', camera: '', speaker: '' } },
});
const status: MeetingStatus = {
  phase: 'in',
  people: 1,
  microphone: true,
  camera: true,
  others: [],
  presenter: null,
  presenting: false,
  ofOthers: { lines: 0, files: 0, hands: 0 },
};

describe('what the extension host is told of the meeting', () => {
  it('is told at once when somebody mutes, though something was told just before', () => {
    const told: unknown[] = [];
    const call = (method: string, record: { name: string; devices: { microphone: boolean } }) => {
      if (method === 'rememberSession') told.push([record.name, record.devices.microphone]);
      return Promise.resolve(null);
    };
    const reporter = new HostReporter({ call } as unknown as HostClient, (error) =>
      assert.fail(String(error)),
    );
    reporter.report(status, session('Bob'));
    reporter.report(status, session('Bobby'));
    assert.deepEqual(told, [['Bob', true]], 'one after the other waits a little');
    reporter.report(status, session('Bobby', false));
    assert.deepEqual(told.slice(1), [['Bobby', false]]);
    reporter.dispose();
  });
});
