import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { recordHead } from '../../shared/records.ts';

/** Milliseconds for a page to read to the end; as much as a WebSocket is given to close. */
const END_TIME_LIMIT = 30_000;

/** How a source says something to its page. */
export interface Outlet {
  /** Bytes that have not left this process. */
  readonly bufferedAmount: number;
  /** Sends a frame; a text is one of shared/transfer.ts. `sent` is called when it has left this process, or never will. */
  send(frame: Buffer | string, sent?: () => void): void;
  /** Nothing more is said. */
  close(): void;
}

/**
 * The way out to a page: the body that it has asked for, where it has; the socket otherwise. Messages cost a browser several
 * times as much (docs/performance.md). What the page says comes by the socket in any case, which also tells that it is gone.
 */
export function outletTo(socket: WebSocket, body: ServerResponse | null): Outlet {
  return body ? new BodyOutlet(socket, body) : new SocketOutlet(socket);
}

class SocketOutlet implements Outlet {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Buffer | string, sent?: () => void): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame, sent);
    else if (sent) queueMicrotask(sent);
  }

  close(): void {
    this.#socket.close(1000);
  }
}

class BodyOutlet implements Outlet {
  readonly #socket: WebSocket;
  readonly #body: ServerResponse;

  constructor(socket: WebSocket, body: ServerResponse) {
    this.#socket = socket;
    this.#body = body;
    // Either alone is of no use.
    body.once('close', () => {
      if (!body.writableFinished) socket.terminate();
    });
    socket.once('close', () => {
      if (!body.writableFinished) body.destroy();
    });
  }

  get bufferedAmount(): number {
    return this.#body.writableLength;
  }

  send(frame: Buffer | string, sent?: () => void): void {
    const body = this.#body;
    if (body.destroyed || body.writableEnded) {
      if (sent) queueMicrotask(sent);
      return;
    }
    const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
    body.cork();
    body.write(recordHead(bytes.length, typeof frame === 'string'));
    body.write(bytes, () => sent?.());
    body.uncork();
  }

  close(): void {
    // The socket is closed once the page has read to the end: its close might be ahead of that.
    const late = setTimeout(() => this.#socket.terminate(), END_TIME_LIMIT);
    this.#socket.once('close', () => clearTimeout(late));
    this.#body.end(() => {
      clearTimeout(late);
      this.#socket.close(1000);
    });
  }
}
