import type { OwnOffer } from '../../shared/filesRpc.ts';
import { MAX_OFFERS } from '../../shared/limits.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { BundleSource, SourceBundle } from '../gateway/sendBundle.ts';
import { randomToken } from '../identity.ts';
import type { KeptOffer } from './offersBack.ts';

/** Something that can be put on offer, as it is at that time. */
export interface Offering {
  /** What was chosen: the same again has the same key. */
  readonly key: string;
  /** What others are told. */
  readonly facts: Omit<FileOffer, 'id'>;
  /** Finds the files on disk; called for each stream. @throws {TransferFailure} */
  readonly open: () => Promise<SourceBundle>;
  /** Called when it is not on offer any more, and every stream of it was told to end. */
  readonly dispose: () => void;
}

interface Entry {
  readonly offering: Offering;
  readonly abort: AbortController;
  own: OwnOffer;
}

/** Which files and folders this participant hands to whom. Others learn what is in the offer, never the path. */
export class OfferBook {
  readonly #entries = new Map<string, Entry>();

  get offers(): readonly OwnOffer[] {
    return Array.from(this.#entries.values(), ({ own }) => own);
  }

  /** What is on offer and where it lies, for going on with it after a restart. */
  get kept(): readonly KeptOffer[] {
    return Array.from(this.#entries.values(), ({ own, offering }) => ({ own, uri: offering.key }));
  }

  /** How many more there may be. */
  get room(): number {
    return MAX_OFFERS - this.#entries.size;
  }

  /** Whether the same is on offer already, and has not changed since. */
  has({ key, facts }: Offering): boolean {
    for (const { offering } of this.#entries.values()) {
      const { modified, size, files } = offering.facts;
      const unchanged = modified === facts.modified && size === facts.size && files === facts.files;
      if (offering.key === key && unchanged) return true;
    }
    return false;
  }

  /** Ids of what is on offer of the same place, whatever it was then. */
  of({ key }: Pick<Offering, 'key'>): readonly string[] {
    return [...this.#entries].filter(([, { offering }]) => offering.key === key).map(([id]) => id);
  }

  /**
   * Puts something on offer, and takes it over; where there is no room it gives nothing.
   * @param to participants who may see and take it; null for everybody.
   */
  add(offering: Offering, to: OwnOffer['to']): OwnOffer | undefined {
    if (this.room === 0) return undefined;
    const own: OwnOffer = { offer: { id: randomToken(16), ...offering.facts }, to };
    this.#entries.set(own.offer.id, { offering, own, abort: new AbortController() });
    return own;
  }

  /** Puts something on offer again under the id by which others know it. */
  putBack(own: OwnOffer, offering: Offering): void {
    this.#entries.set(own.offer.id, { offering, own, abort: new AbortController() });
  }

  /** An offer by its id; `undefined` when there is none (any more). */
  get(id: string): OwnOffer | undefined {
    return this.#entries.get(id)?.own;
  }

  /** An offer as a stream sees it. */
  source(id: string): BundleSource | undefined {
    const entry = this.#entries.get(id);
    return entry && { open: () => entry.offering.open(), signal: entry.abort.signal };
  }

  /** Changes who may see and take an offer. */
  setReceivers(id: string, to: OwnOffer['to']): void {
    const entry = this.#entries.get(id);
    if (entry) entry.own = { ...entry.own, to };
  }

  /** Takes an offer back and ends what is being read of it. */
  withdraw(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    entry.abort.abort();
    entry.offering.dispose();
  }

  dispose(): void {
    for (const id of this.#entries.keys()) this.withdraw(id);
  }
}
