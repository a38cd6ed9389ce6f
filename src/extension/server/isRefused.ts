import { isLoopbackHost } from '../serverUrl.ts';
import type { TriedServer } from './findServer.ts';

/** Nobody was met at an address. What else may come back (a reset, another program's answer) is somebody's. */
const NOBODY = new Set([
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
]);

/**
 * Whether the machine of a server lives and the server does not: a system that runs refuses a connection to a port at which
 * nobody listens, at once, while behind a cable that was pulled nobody answers.
 * @param url where the server was reached before. It has to refuse: at another of its addresses another machine may live.
 */
export function isRefused(tried: readonly TriedServer[], url: string): boolean {
  // Loopback leads others to themselves; who reached the server by it is on its machine.
  const counted = tried.filter((one) => one.url === url || !isLoopback(one.url));
  const refusing = counted.filter(({ reason }) => reason === 'refused');
  const others = counted.filter((one) => one.reason !== 'refused' && !isNobody(one));
  return refusing.some((one) => one.url === url) && others.length === 0;
}

function isNobody({ reason, detail }: TriedServer): boolean {
  return reason === 'timeout' || reason === 'unknown-host' || (reason === 'network' && NOBODY.has(detail));
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
