import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { machineAddresses, ownServerUrls } from '../../../src/extension/machineAddresses.ts';
import type { InterfaceAddress } from '../../../src/shared/machineAddresses.ts';

/** As `os.networkInterfaces()` gives them, by the names of interfaces. */
function machine(table: Readonly<Record<string, readonly string[]>>): Record<string, InterfaceAddress[]> {
  const read = (address: string): InterfaceAddress => ({
    address,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    internal: address === '127.0.0.1' || address === '::1',
  });
  return Object.fromEntries(Object.entries(table).map(([name, list]) => [name, list.map(read)]));
}

const MACHINES: Readonly<Record<string, [Readonly<Record<string, readonly string[]>>, readonly string[]]>> = {
  'a laptop on Wi-Fi and cable': [
    {
      lo: ['127.0.0.1', '::1'],
      eth0: ['fe80::1', 'febf::1%eth0', '2001:db8::1%eth0', '192.168.1.5'],
      wlan0: ['10.0.0.2', '192.168.1.5', 'fd00::2'],
    },
    ['192.168.1.5', '10.0.0.2', '2001:db8::1', 'fd00::2'],
  ],
  'a laptop with a VPN and Docker': [
    {
      docker0: ['172.17.0.1', 'fe80::42'],
      'br-0123456789ab': ['172.18.0.1'],
      veth12ab: ['169.254.3.4'],
      virbr0: ['192.168.122.1'],
      wlp2s0: ['192.168.0.7', 'fe80::7'],
      tun0: ['10.8.0.6'],
      wg0: ['10.9.0.2', 'fd42::2'],
      tailscale0: ['100.64.0.9', 'fd7a:115c:a1e0::9'],
    },
    ['192.168.0.7', '10.8.0.6', '10.9.0.2', '100.64.0.9', 'fd42::2', 'fd7a:115c:a1e0::9'],
  ],
  'a server whose way out is a bridge': [{ br0: ['192.168.5.5'], docker0: ['172.17.0.1'] }, ['192.168.5.5']],
  'a machine with nothing but networks inside of it': [
    { docker0: ['172.17.0.1'], virbr0: ['192.168.122.1'] },
    ['172.17.0.1', '192.168.122.1'],
  ],
  'a container': [{ eth0: ['172.17.0.2'] }, ['172.17.0.2']],
  'a Mac': [
    {
      lo0: ['127.0.0.1', '::1', 'fe80::1%lo0'],
      en0: ['fe80::14%en0', '192.168.178.20', '2003:EA::20', '2003:ea::21', '2003:ea::22', 'fd11::20'],
      awdl0: ['fe80::b0%awdl0'],
      utun3: ['fe80::c1%utun3', '10.20.0.4'],
      bridge100: ['192.168.64.1'],
    },
    ['192.168.178.20', '10.20.0.4', '2003:ea::20', '2003:ea::21'],
  ],
  'a Windows PC with WSL': [
    {
      'Loopback Pseudo-Interface 1': ['127.0.0.1', '::1'],
      'vEthernet (WSL (Hyper-V firewall))': ['172.29.64.1', 'fe80::9'],
      'VirtualBox Host-Only Network': ['192.168.56.1'],
      'VMware Network Adapter VMnet8': ['192.168.200.1'],
      'Teredo Tunneling Pseudo-Interface': ['2001:0:2851:782c::1', '2001::1'],
      'vEthernet (External)': ['192.168.1.30'],
      'Wi-Fi': ['169.254.9.9'],
    },
    ['192.168.1.30', '169.254.9.9'],
  ],
  'two laptops on one cable': [{ eth0: ['169.254.77.1', 'fe80::5'] }, ['169.254.77.1']],
  'a machine with IPv6 alone': [{ eth0: ['2a01:4f8::2', 'fe80::2'] }, ['2a01:4f8::2']],
  'what no packet can be sent to': [
    { eth0: ['0.0.0.0', '224.0.0.1', '::', 'ff02::1', '::ffff:10.0.0.1'] },
    [],
  ],
  'a machine without a network': [{ lo: ['127.0.0.1', '::1'] }, []],
};

describe('the addresses of this machine', () => {
  for (const [name, [interfaces, addresses]] of Object.entries(MACHINES)) {
    it(`are those that others may reach: ${name}`, () => {
      assert.deepEqual(machineAddresses(machine(interfaces)), [...addresses, '127.0.0.1']);
    });
  }

  it('are no more than a few', () => {
    const many = Array.from({ length: 40 }, (_, n): [string, string[]] => [
      `eth${String(n)}`,
      [`10.0.0.${String(n)}`],
    ]);
    const found = machineAddresses(machine(Object.fromEntries(many)));
    assert.deepEqual([found.length, found.at(-1)], [16, '127.0.0.1']);
  });

  it('can be read', () => {
    assert.equal(machineAddresses().at(-1), '127.0.0.1');
  });

  it('make the addresses of a server that runs here', () => {
    assert.deepEqual(ownServerUrls(9_000, ['10.0.0.2', 'fd00::2', '127.0.0.1']), [
      'http://10.0.0.2:9000/',
      'http://[fd00::2]:9000/',
      'http://127.0.0.1:9000/',
    ]);
    assert.equal(ownServerUrls(9_000).at(-1), 'http://127.0.0.1:9000/');
  });
});
