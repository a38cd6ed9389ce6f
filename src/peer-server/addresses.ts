import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { reachableAddresses } from '../shared/machineAddresses.ts';

/** An invite takes no more servers than this (shared/invite.ts). */
const MAX_ADDRESSES = 32;
const ANY = new Set(['::', '0.0.0.0']);

/** Every address of this machine by which others may reach it, see `reachableAddresses`. */
export function machineAddresses(): string[] {
  return reachableAddresses(networkInterfaces(), MAX_ADDRESSES);
}

/**
 * The base URLs at which a server answers, best first and loopback last.
 * @param bound the address it listens on.
 * @param machine see `machineAddresses`; left out of account when the server listens on one address only.
 */
export function serverAddresses(
  bound: string,
  port: number,
  path: string,
  secure: boolean,
  machine: readonly string[],
): string[] {
  const hosts = ANY.has(bound)
    ? [
        ...machine.filter((address) => bound === '::' || isIPv4(address)).slice(0, MAX_ADDRESSES - 1),
        '127.0.0.1',
      ]
    : [bound];
  return hosts.map(
    (host) => `${secure ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${String(port)}${path}`,
  );
}
