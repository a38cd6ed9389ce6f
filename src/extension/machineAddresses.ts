import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

const LOOPBACK = '127.0.0.1';
/** A machine with many virtual networks would have each candidate sent as often as it has addresses. */
const MAX_ADDRESSES = 16;

/**
 * The addresses of this machine for twins of a page's candidates: IPv4, then IPv6, loopback last. Link-local IPv6 is
 * left out: without a zone it leads nowhere, and a zone means nothing on another machine.
 */
export function machineAddresses(
  interfaces: NodeJS.Dict<readonly NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  const found = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address.replace(/%.*$/, ''));
  const usable = found.filter((address) => isIPv6(address) && !/^fe[89ab]/i.test(address));
  const all = [...found.filter(isIPv4), ...usable].filter((address) => address !== LOOPBACK);
  return [...new Set(all)].slice(0, MAX_ADDRESSES - 1).concat(LOOPBACK);
}
