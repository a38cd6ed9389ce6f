import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, it } from 'mocha';
import { machineAddresses } from '../../../src/extension/machineAddresses.ts';

describe('the addresses of this machine', () => {
  const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({
    family: 'IPv4',
    address,
    internal,
    netmask: '',
    mac: '',
    cidr: null,
  });
  const v6 = (address: string, internal = false): NetworkInterfaceInfo => ({
    ...v4(address, internal),
    family: 'IPv6',
    scopeid: 0,
  });

  it('are those that others may reach, IPv4 first, and loopback last', () => {
    const interfaces = {
      lo: [v4('127.0.0.1', true), v6('::1', true)],
      eth0: [v6('fe80::1'), v6('febf::1%eth0'), v6('2001:db8::1%eth0'), v4('192.168.1.5')],
      wlan0: [v4('10.0.0.2'), v4('192.168.1.5'), v6('fd00::2')],
    };
    assert.deepEqual(machineAddresses(interfaces), [
      '192.168.1.5',
      '10.0.0.2',
      '2001:db8::1',
      'fd00::2',
      '127.0.0.1',
    ]);
  });

  it('are loopback alone without a network, and no more than a few', () => {
    assert.deepEqual(machineAddresses({}), ['127.0.0.1']);
    const many = Array.from({ length: 40 }, (_, n) => v4(`10.0.0.${String(n)}`));
    const found = machineAddresses({ many });
    assert.deepEqual([found.length, found.at(-1)], [16, '127.0.0.1']);
  });

  it('can be read', () => {
    assert.equal(machineAddresses().at(-1), '127.0.0.1');
  });
});
