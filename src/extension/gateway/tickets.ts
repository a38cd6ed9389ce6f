import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Milliseconds in which a ticket has to be used. */
const TICKET_LIFETIME = 60_000;

/** 16 random bytes as base64url: nobody guesses one. */
export function randomTicket(): string {
  return randomBytes(16).toString('base64url');
}

/** Compares in a time that tells nothing about where two texts differ, or about their lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

interface Entry<T> {
  readonly value: T;
  readonly timer: NodeJS.Timeout;
}

/** Tickets that are good once, for a while. */
export class Tickets<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #lifetime: number;
  readonly #onLost: (value: T, ticket: string) => void;

  /** @param onLost told of each value whose ticket was not used in time. */
  constructor(onLost: (value: T, ticket: string) => void, lifetime = TICKET_LIFETIME) {
    this.#onLost = onLost;
    this.#lifetime = lifetime;
  }

  issue(value: T): string {
    const ticket = randomTicket();
    const timer = setTimeout(() => this.#lose(ticket), this.#lifetime);
    this.#entries.set(ticket, { value, timer });
    return ticket;
  }

  /** Whether a ticket stands for something. */
  has(ticket: string): boolean {
    return this.#entries.has(ticket);
  }

  /** What a ticket stands for; from then on it stands for nothing. */
  redeem(ticket: string): T | undefined {
    const entry = this.#entries.get(ticket);
    if (!entry) return undefined;
    clearTimeout(entry.timer);
    this.#entries.delete(ticket);
    return entry.value;
  }

  dispose(): void {
    for (const ticket of this.#entries.keys()) this.#lose(ticket);
  }

  #lose(ticket: string): void {
    const value = this.redeem(ticket);
    if (value !== undefined) this.#onLost(value, ticket);
  }
}
