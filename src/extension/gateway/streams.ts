import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { MAX_TRANSFERS } from '../../shared/limits.ts';
import { Bodies } from './bodies.ts';
import type { Accept, Status } from './routes.ts';
import { Tickets } from './tickets.ts';

/** Where streams are connected to; its group is the ticket. */
export const STREAM_PATH = /^\/files\/([A-Za-z0-9_-]{22})$/;
/** Where the body of a stream's content is asked for; its group is the word for it. */
export const BODY_PATH = /^\/bodies\/([A-Za-z0-9_-]{22})$/;

/** What the URL of a stream leads to. */
export interface Stream {
  /**
   * Takes over the socket and closes it; resolves, and never rejects, when all is over. The signal aborts when the
   * gateway ends. `body` is what the page wants to have content by, where it has asked for it.
   */
  readonly serve: (socket: WebSocket, ended: AbortSignal, body: ServerResponse | null) => Promise<void>;
  /** The URL was not used in time. */
  readonly onUnused?: () => void;
}

/** What a ticket stands for. */
interface Issued {
  readonly stream: Stream;
  /** The word for its body; null when it has none. */
  readonly word: string | null;
}

/** The streams from and to disk of a gateway: their tickets, the bodies of their content, and which are under way. */
export class Streams {
  readonly #ended: AbortSignal;
  readonly #tickets: Tickets<Issued>;
  readonly #bodies = new Bodies();
  readonly #running = new Set<Promise<void>>();

  /**
   * @param ended aborts when the gateway ends.
   * @param ticketLifetime milliseconds in which a stream has to be opened.
   */
  constructor(ended: AbortSignal, ticketLifetime?: number) {
    this.#ended = ended;
    this.#tickets = new Tickets(({ stream, word }) => {
      if (word !== null) this.#bodies.drop(word);
      stream.onUnused?.();
    }, ticketLifetime);
  }

  /** The path and query by which a stream is opened, once: `?body=` gives the word for its body, where it has one. */
  issue(stream: Stream, withBody: boolean): string {
    const word = withBody ? this.#bodies.issue() : null;
    const ticket = this.#tickets.issue({ stream, word });
    return `/files/${ticket}${word === null ? '' : `?body=${word}`}`;
  }

  /** A page begins to read the body of a word, and opens the stream next: see `Bodies.begin`. */
  beginBody(word: string, origin: string, response: ServerResponse): boolean {
    return this.#bodies.begin(word, origin, response);
  }

  /** @param wantsBody the page has begun to read its body. */
  open(ticket: string, wantsBody: boolean): Accept | Status {
    if (this.#running.size >= MAX_TRANSFERS) return 429;
    const issued = this.#tickets.redeem(ticket);
    if (!issued) return 403;
    const { stream, word } = issued;
    const body = wantsBody && word !== null ? this.#bodies.take(word) : null;
    if (word !== null) this.#bodies.drop(word);
    // What it has begun to read has ended meanwhile: it would wait there for what comes by messages.
    if (wantsBody && !body) {
      stream.onUnused?.();
      return 403;
    }
    return (socket) => {
      const running = stream.serve(socket, this.#ended, body).finally(() => {
        body?.end();
        this.#running.delete(running);
      });
      this.#running.add(running);
    };
  }

  /** No ticket is good any more; resolves when what is under way is over, which `ended` ends. */
  async dispose(): Promise<void> {
    this.#tickets.dispose();
    await Promise.all(this.#running);
  }
}
