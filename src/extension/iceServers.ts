import { isIPv6 } from 'node:net';
import * as v from 'valibot';

/** A STUN or TURN server as the settings name it: never with a password. */
export interface NamedServer {
  readonly urls: readonly string[];
  /** Set exactly when there is a TURN address among the urls. */
  readonly username?: string;
}

/** Why an entry of `parley.iceServers` was left out. */
export type EntryProblem = 'shape' | 'address' | 'username' | 'password' | 'too-many';

/** An entry that was left out: its place in the list, from 1, and its first address where it has one. */
export interface BadEntry {
  readonly place: number;
  readonly address: string;
  readonly problem: EntryProblem;
}

/** What `parley.iceServers` says. */
export interface IceServerList {
  readonly servers: readonly NamedServer[];
  readonly bad: readonly BadEntry[];
}

/** Chromium warns from five on and refuses none; each one costs every connection its requests. */
export const MAX_ICE_SERVERS = 8;
const MAX_URLS = 8;
/** Entries that are told apart; who writes more has pasted something else. */
const MAX_TOLD = 32;

/** RFC 7064 and RFC 7065. Chromium refuses to make any connection at all with an address that is not of this form. */
const ADDRESS =
  /^(?:stun|turns?):(?<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?<port>\d{1,5}))?(?<query>\?transport=(?:udp|tcp))?$/i;

const address = v.pipe(v.string(), v.maxLength(300), v.check(isAddress));
const entry = v.object({
  urls: v.union([
    v.pipe(
      address,
      v.transform((url) => [url]),
    ),
    v.pipe(v.array(address), v.minLength(1), v.maxLength(MAX_URLS)),
  ]),
  username: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(256))),
});
const looseEntry = v.looseObject({ urls: v.union([v.string(), v.array(v.string())]) });

/** Reads the setting, whatever a person has written there: what makes sense is taken, the rest is named. */
export function parseIceServers(value: unknown): IceServerList {
  const servers: NamedServer[] = [];
  const bad: BadEntry[] = [];
  const entries: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  for (const [index, given] of entries.slice(0, MAX_TOLD).entries()) {
    const read = readEntry(given);
    const problem = 'problem' in read ? read.problem : servers.length >= MAX_ICE_SERVERS ? 'too-many' : null;
    if (problem !== null) bad.push({ place: index + 1, address: firstAddress(given), problem });
    else if (!('problem' in read)) servers.push(read);
  }
  return { servers, bad };
}

/** Whether an address is one of a relay. */
export function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}

/** Whether a server relays, and so needs a password. */
export function relays(server: NamedServer): boolean {
  return server.username !== undefined;
}

/**
 * Under which key the password of a TURN server is kept: user name and hosts, so that a password never goes to a host
 * it was not given for, and stays when a port or a transport is changed.
 */
export function passwordKey({ urls, username = '' }: NamedServer): string {
  const hosts = urls.filter(isTurn).map((url) => ADDRESS.exec(url)?.groups?.['host']?.toLowerCase() ?? '');
  return `parley.turnPassword ${JSON.stringify([username, ...new Set(hosts.toSorted())])}`;
}

function readEntry(given: unknown): NamedServer | { readonly problem: EntryProblem } {
  const loose = v.safeParse(looseEntry, given);
  if (!loose.success) return { problem: 'shape' };
  if ('credential' in loose.output || 'password' in loose.output) return { problem: 'password' };
  const parsed = v.safeParse(entry, given);
  if (!parsed.success) {
    return {
      problem: parsed.issues.some(({ path }) => path?.[0].key === 'username') ? 'username' : 'address',
    };
  }
  const { urls, username = '' } = parsed.output;
  if (!urls.some(isTurn)) return { urls };
  // Chromium refuses to make any connection with a relay without a user name.
  return username === '' ? { problem: 'username' } : { urls, username };
}

function isAddress(url: string): boolean {
  const { host = '', port = '1', query } = ADDRESS.exec(url)?.groups ?? {};
  if (host === '' || (query !== undefined && !isTurn(url))) return false;
  if (host.startsWith('[') && !isIPv6(host.slice(1, -1))) return false;
  return Number(port) >= 1 && Number(port) <= 65_535;
}

function firstAddress(given: unknown): string {
  const loose = v.safeParse(looseEntry, given);
  if (!loose.success) return '';
  const { urls } = loose.output;
  return (typeof urls === 'string' ? urls : (urls[0] ?? '')).slice(0, 100);
}
