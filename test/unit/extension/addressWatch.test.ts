import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, it } from 'mocha';
import type { WebSocket } from 'ws';
import { AddressWatch, watchMoves } from '../../../src/extension/addressWatch.ts';
import { endWithAddress } from '../../../src/extension/gateway/localAddress.ts';
import { until } from '../rtc/until.ts';

describe('the machine’s addresses', () => {
  it('are told when they have changed, and only then', async () => {
    let now: readonly string[] = ['10.0.0.1', '127.0.0.1'];
    let looks = 0;
    const told: (readonly string[])[] = [];
    const watch = new AddressWatch(
      () => {
        looks++;
        return now;
      },
      (addresses) => told.push(addresses),
      1,
    );
    now = ['127.0.0.1', '10.0.0.1'];
    await until(() => looks > 3, 'it looks');
    assert.deepEqual(told, [], 'another order is no news');
    now = ['10.0.0.7', '127.0.0.1'];
    await until(() => told.length > 0, 'it tells');
    watch.dispose();
    now = [];
    const before = looks;
    let others = 0;
    const other = new AddressWatch(
      () => [String(others++)],
      () => undefined,
      1,
    );
    await until(() => others > 3, 'another looks');
    other.dispose();
    assert.deepEqual([told, looks], [[['10.0.0.7', '127.0.0.1']], before]);
  });

  it('are watched also where the page may know none of them', async () => {
    let now = ['10.0.0.1', '127.0.0.1'];
    const told: string[] = [];
    const make = (port: number | null): AddressWatch =>
      watchMoves(
        {
          addresses: () => ['127.0.0.1'],
          server: { ownPort: () => port },
          tellPage: (addresses) => told.push(addresses.join()),
          tellServers: () => told.push('servers'),
        },
        () => now,
        1,
      );
    const watches = [make(9000), make(null)];
    now = ['127.0.0.1'];
    await until(() => told.length > 1, 'both tell');
    now = ['10.0.0.7', '127.0.0.1'];
    await until(() => told.length > 4, 'both tell again');
    for (const watch of watches) watch.dispose();
    const all = ['127.0.0.1', '127.0.0.1', '127.0.0.1', 'servers', '127.0.0.1'];
    assert.deepEqual(told, all, 'loopback alone leads nobody to a server');
  });

  it('take a connection along that was made from one of them', async () => {
    const entry = (address: string): NetworkInterfaceInfo => ({
      address,
      family: 'IPv4',
      netmask: '255.255.255.0',
      mac: '00:00:00:00:00:00',
      internal: false,
      cidr: null,
    });
    let interfaces = { eth0: [entry('10.0.0.1'), entry('10.0.0.2')] };
    class Socket extends EventEmitter {
      ended = false;
      terminate(): void {
        this.ended = true;
        this.emit('close');
      }
    }
    const sockets = new Map<string, Socket>();
    for (const address of ['10.0.0.1', '10.0.0.2', 'fe80::1%eth0']) {
      const socket = new Socket();
      sockets.set(address, socket);
      endWithAddress(socket as unknown as WebSocket, address, () => interfaces, 1);
    }
    interfaces = { eth0: [entry('10.0.0.2')] };
    await until(() => sockets.get('10.0.0.1')?.ended === true, 'it is ended');
    assert.deepEqual(
      [...sockets.values()].map(({ ended }) => ended),
      [true, false, false],
    );
    sockets.get('10.0.0.2')?.emit('close');
  });
});
