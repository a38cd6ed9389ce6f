import type { PeerId } from '../../shared/ids.ts';

/** Only this many are remembered: none of them lives for long. */
const MAX = 100;

/** Pages that another page of the same person has taken the place of. */
export class SupersededPages {
  /** Oldest first. */
  readonly #pages = new Set<PeerId>();

  add(peer: PeerId): void {
    this.#pages.add(peer);
    const [oldest] = this.#pages;
    if (this.#pages.size > MAX && oldest !== undefined) this.#pages.delete(oldest);
  }

  has(peer: PeerId): boolean {
    return this.#pages.has(peer);
  }
}
