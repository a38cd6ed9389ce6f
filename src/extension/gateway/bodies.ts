import type { ServerResponse } from 'node:http';
import { BODY_GREETING, recordHead } from '../../shared/records.ts';
import { randomTicket } from './tickets.ts';

/**
 * Bodies of answers by which pages have the content of streams come. A word opens one, once, and nothing else: not the
 * stream, without whose socket nothing follows the greeting.
 */
export class Bodies {
  /** What was asked for by each word that is good; null while nothing was. */
  readonly #bodies = new Map<string, ServerResponse | null>();

  /** Gives the word for one more. */
  issue(): string {
    const word = randomTicket();
    this.#bodies.set(word, null);
    return word;
  }

  /**
   * Begins the body of a word, which from then on opens no other.
   * @param origin of the page, which may read it.
   * @returns false when the word opens none.
   */
  begin(word: string, origin: string, response: ServerResponse): boolean {
    if (this.#bodies.get(word) !== null) return false;
    this.#bodies.set(word, response);
    response.once('close', () => this.#bodies.delete(word));
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Access-Control-Allow-Origin': origin,
      'Cross-Origin-Resource-Policy': 'cross-origin',
      Vary: 'Origin',
    });
    // The page waits for it: what is held up on the way is found out before anything depends on it.
    const greeting = Buffer.from(BODY_GREETING);
    response.write(Buffer.concat([recordHead(greeting.length, true), greeting]));
    return true;
  }

  /** Hands over the body that has begun; null when there is none. */
  take(word: string): ServerResponse | null {
    const body = this.#bodies.get(word) ?? null;
    this.#bodies.delete(word);
    return body;
  }

  /** Nobody wants it any more. */
  drop(word: string): void {
    this.take(word)?.destroy();
  }
}
