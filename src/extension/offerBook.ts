import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { MAX_OFFERS } from '../shared/limits.ts';
import type { FileOffer } from '../shared/protocol.ts';
import { randomToken } from './identity.ts';
import { errorText, type Log } from './log.ts';

/** Why a file is not on offer. The sentence is made in shareSentences.ts. */
export type ShareProblem =
  'folder' | 'not-on-disk' | 'other-machine' | 'not-a-file' | 'unreadable' | 'already-shared' | 'too-many';

/** A file on offer, with what only this machine knows of it. */
export interface OfferedFile {
  readonly offer: FileOffer;
  readonly path: string;
  /** As `fs.stat` gives it; a file that has changed since is not handed over. */
  readonly mtimeMs: number;
  /** Aborted when the offer is withdrawn or the meeting ends. */
  readonly signal: AbortSignal;
}

interface Entry extends OfferedFile {
  readonly abort: AbortController;
}

/** Which files this participant hands to who asks. Others learn the name and the size, never the path. */
export class OfferBook {
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();

  constructor(log: Log) {
    this.#log = log;
  }

  get offers(): readonly FileOffer[] {
    return Array.from(this.#entries.values(), (entry) => entry.offer);
  }

  /** Puts a regular file on offer, by its absolute path. */
  async add(path: string): Promise<FileOffer | ShareProblem> {
    if (this.#entries.size >= MAX_OFFERS) return 'too-many';
    const place = resolve(path);
    let found;
    try {
      found = await stat(place);
    } catch (error) {
      this.#log('warn', `a file to share could not be looked at: ${errorCode(error)}`);
      return 'unreadable';
    }
    if (found.isDirectory()) return 'folder';
    if (!found.isFile()) return 'not-a-file';
    for (const { path: other, mtimeMs, offer } of this.#entries.values()) {
      if (other === place && mtimeMs === found.mtimeMs && offer.size === found.size) return 'already-shared';
    }
    const offer: FileOffer = { id: randomToken(16), name: basename(place), size: found.size };
    const abort = new AbortController();
    this.#entries.set(offer.id, { offer, path: place, mtimeMs: found.mtimeMs, signal: abort.signal, abort });
    return offer;
  }

  /** The file behind an offer; `undefined` when there is none (any more). */
  get(offer: string): OfferedFile | undefined {
    return this.#entries.get(offer);
  }

  /** Takes an offer back and ends what is being read of it. */
  withdraw(offer: string): void {
    this.#entries.get(offer)?.abort.abort();
    this.#entries.delete(offer);
  }

  dispose(): void {
    for (const { abort } of this.#entries.values()) abort.abort();
    this.#entries.clear();
  }
}

/** The system's code for what went wrong with a file: its message would name the file. */
function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : errorText(error);
}
