import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { TriedServer } from '../../../src/extension/server/findServer.ts';
import { isRefused } from '../../../src/extension/server/isRefused.ts';

const [LAN, VPN, LOOPBACK] = ['http://10.0.0.1:9000/', 'http://10.8.0.1:9000/', 'http://127.0.0.1:9000/'];
const tried = (url: string, reason: TriedServer['reason'], detail = ''): TriedServer => ({
  url,
  reason,
  detail,
});

describe('whether a machine refuses connections to the server that ran there', () => {
  it('is so when it does where the server was, and nobody answers elsewhere', () => {
    assert.ok(isRefused([tried(LAN, 'refused')], LAN));
    for (const other of [
      tried(VPN, 'refused'),
      tried(VPN, 'timeout'),
      tried(VPN, 'unknown-host'),
      tried(VPN, 'network', 'EHOSTUNREACH'),
    ])
      assert.ok(isRefused([tried(LAN, 'refused'), other], LAN), JSON.stringify(other));
  });

  it('is not so when nobody says anything where it was: there the cable was pulled', () => {
    assert.ok(!isRefused([tried(LAN, 'timeout'), tried(VPN, 'timeout')], LAN));
    assert.ok(
      !isRefused([tried(LAN, 'timeout'), tried(VPN, 'refused')], LAN),
      'another machine may live there',
    );
    assert.ok(!isRefused([tried(VPN, 'refused')], LAN), 'it was never there');
    assert.ok(!isRefused([], LAN));
  });

  it('is not so when anything answers at one of the addresses', () => {
    for (const other of [
      tried(VPN, 'not-a-peer-server'),
      tried(VPN, 'wrong-key'),
      tried(VPN, 'certificate'),
      tried(VPN, 'network', 'ECONNRESET'),
    ])
      assert.ok(!isRefused([tried(LAN, 'refused'), other], LAN), JSON.stringify(other));
  });

  it('asks nothing of loopback, which is this machine, unless the server was there', () => {
    assert.ok(isRefused([tried(LAN, 'refused'), tried(LOOPBACK, 'wrong-key')], LAN));
    assert.ok(!isRefused([tried(LAN, 'timeout'), tried(LOOPBACK, 'refused')], LAN));
    assert.ok(isRefused([tried(LAN, 'refused'), tried(LOOPBACK, 'refused')], LOOPBACK));
  });
});
