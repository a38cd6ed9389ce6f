import { safeFileName } from './fileNames.ts';
import type { FileOffer } from './protocol.ts';

/** What of an offer has to be the same for it to be the same thing, whoever offers it and under whatever id. */
export type OfferFacts = Pick<FileOffer, 'kind' | 'name' | 'size' | 'modified' | 'files'>;

/** Equal for two offers of one thing: what is left of one is gone on with from the other. */
export function samenessOf({ kind, name, size, modified, files }: OfferFacts): string {
  return JSON.stringify([kind, safeFileName(name), size, modified, files]);
}
