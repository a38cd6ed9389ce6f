import { isIPv6 } from 'node:net';

/** Largest message of a client, in bytes. An offer with four m-lines and its candidates has 8 to 20 KiB. */
export const MAX_MESSAGE = 64 * 1024;
/**
 * Messages a client may send at once and per second from then on. Somebody who calls seven others with forty
 * candidates each, twins included, sends about 600 in a second or two.
 */
export const MESSAGE_BURST = 1_200;
export const MESSAGES_PER_SECOND = 60;
/** Bytes that may wait for a client that reads slowly; beyond that others cannot reach it. */
export const MAX_BACKLOG = 1024 * 1024;
/** Nesting of a message's payload. PeerJS needs three; a very deep one makes JSON.stringify throw. */
export const MAX_DEPTH = 16;
/** Milliseconds between the end of a client and the end of its connection, if it does not close by itself. */
export const CLOSE_DEADLINE = 2_000;
/** Clients of one server. */
export const MAX_CLIENTS = 5_000;

/** Allows `capacity` takes at once and `perSecond` in the long run. Times are milliseconds of a steady clock. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
    this.#at = now;
  }

  /** Takes one, when there is one. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#capacity;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}

interface Holder {
  held: number;
  readonly joins: TokenBucket;
}

/** How many addresses are remembered before those without a trace of activity are dropped. */
const PRUNE_ABOVE = 2_048;

/** What one address may do: connections at once, and attempts to join in a minute. */
export class AddressLimits {
  readonly #maxHeld: number;
  readonly #joinsPerMinute: number;
  readonly #holders = new Map<string, Holder>();

  constructor(maxHeld: number, joinsPerMinute: number) {
    this.#maxHeld = maxHeld;
    this.#joinsPerMinute = joinsPerMinute;
  }

  /** Counts an attempt to join, a failed one too: it bounds guesses at the key. */
  attempt(address: string, now: number): boolean {
    return this.#holder(address, now).joins.take(now);
  }

  /** Takes a place for a connection; gives the way to free it (once), or nothing when all are taken. */
  hold(address: string, now: number): (() => void) | undefined {
    const holder = this.#holder(address, now);
    if (holder.held >= this.#maxHeld) return undefined;
    holder.held += 1;
    let free = false;
    return () => {
      if (!free) holder.held -= 1;
      free = true;
    };
  }

  #holder(address: string, now: number): Holder {
    const group = addressGroup(address);
    const known = this.#holders.get(group);
    if (known) return known;
    if (this.#holders.size > PRUNE_ABOVE) {
      for (const [key, { held, joins }] of this.#holders)
        if (held === 0 && joins.isFull(now)) this.#holders.delete(key);
    }
    const fresh = { held: 0, joins: new TokenBucket(this.#joinsPerMinute, this.#joinsPerMinute / 60, now) };
    this.#holders.set(group, fresh);
    return fresh;
  }
}

/** Who counts as one: an IPv4 address (mapped into IPv6 or not), or the /64 that a customer of IPv6 is given. */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] ?? address;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
