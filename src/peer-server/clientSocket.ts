import { EventEmitter } from 'node:events';
import type { RawData, WebSocket } from 'ws';
import { parseClientMessage } from './clientMessage.ts';
import type { Join } from './guard.ts';
import { CLOSE_DEADLINE, MAX_BACKLOG, MESSAGE_BURST, MESSAGES_PER_SECOND, TokenBucket } from './limits.ts';

/** Who is connected, by id. */
export type Clients = ReadonlyMap<string, ClientSocket>;

/**
 * A client's WebSocket as `peer` sees it: it uses `send`, `close` and the events `message`, `close`, `error` of it.
 * What the client says passes through here first, and only what a client may say reaches `peer`.
 */
export class ClientSocket extends EventEmitter {
  readonly id: string;
  readonly token: string;
  readonly #socket: WebSocket;
  readonly #clients: Clients;
  readonly #budget = new TokenBucket(MESSAGE_BURST, MESSAGES_PER_SECOND, performance.now());
  #ended = false;

  constructor(socket: WebSocket, join: Join, clients: Clients) {
    super();
    this.id = join.id;
    this.token = join.token;
    this.#socket = socket;
    this.#clients = clients;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('close', () => this.end(1000));
    // A frame too large or malformed: ws closes the socket by itself, and 'close' follows.
    socket.on('error', () => this.end(1002));
  }

  /** True once it is closed or closing: nothing goes in or out any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** True when it is on its way out, though its connection is not closed yet. */
  get leaving(): boolean {
    return this.#ended || this.#socket.readyState !== this.#socket.OPEN;
  }

  /** False also while it reads too slowly to be sent more. */
  get reachable(): boolean {
    return !this.leaving && this.#socket.bufferedAmount <= MAX_BACKLOG;
  }

  send(data: string): void {
    if (!this.#ended) this.#socket.send(data);
  }

  close(): void {
    this.end(1000);
  }

  /** Closes the connection; for `peer` it is gone at once, so that its id is free. */
  end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close(code);
    const deadline = setTimeout(() => this.#socket.terminate(), CLOSE_DEADLINE);
    this.#socket.once('close', () => clearTimeout(deadline));
    this.emit('close');
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    if (!this.#budget.take(performance.now())) return this.end(1008);
    if (isBinary) return this.end(1003);
    // ws hands out a Buffer unless told otherwise; anything else parses as nothing.
    const text = Buffer.isBuffer(data) ? data.toString() : '';
    const message = parseClientMessage(text);
    if (!message) return this.end(1007);
    switch (message.type) {
      case 'HEARTBEAT':
        this.emit('message', text);
        return;
      case 'OFFER':
      case 'ANSWER':
      case 'CANDIDATE': {
        // `peer` would keep it for an id that is not there, without bound, and hand it to whoever takes that id next.
        const target = this.#clients.get(message.dst);
        if (target?.reachable) this.emit('message', text);
        else this.send(JSON.stringify({ type: 'EXPIRE', src: message.dst, dst: this.id }));
        return;
      }
      case 'LEAVE':
        // Only the server may tell a client that another has left: PeerJS ends its connections with who it names.
        if (message.dst === undefined || message.dst === null) this.end(1000);
        return;
      case 'EXPIRE':
        return;
    }
  }
}
