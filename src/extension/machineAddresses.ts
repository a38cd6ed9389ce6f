import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type InterfaceAddress, reachableAddresses } from '../shared/machineAddresses.ts';

const LOOPBACK = '127.0.0.1';
/** A machine with many virtual networks would have each candidate sent as often as it has addresses. */
const MAX_ADDRESSES = 16;

/** The addresses of this machine for twins of a page's candidates, see `reachableAddresses`; loopback last. */
export function machineAddresses(
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>> = networkInterfaces(),
): string[] {
  return [...reachableAddresses(interfaces, MAX_ADDRESSES - 1), LOOPBACK];
}

/** Base URLs of a server that listens on all addresses of this machine, those it has now; loopback last. */
export function ownServerUrls(port: number, addresses: readonly string[] = machineAddresses()): string[] {
  return addresses.map((address) => `http://${isIPv6(address) ? `[${address}]` : address}:${String(port)}/`);
}
