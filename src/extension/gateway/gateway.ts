import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_TRANSFERS } from '../../shared/limits.ts';
import type { Log } from '../log.ts';
import { errorCode } from './errorCode.ts';
import { serveSource, type FileSource } from './fileSource.ts';
import { receiveTarget, type FileTarget } from './fileTarget.ts';
import { MAX_PEER_MESSAGE, peerQuery, proxyPeer, type Upstream } from './peerProxy.ts';
import { randomTicket, sameSecret, Tickets } from './tickets.ts';

const LOOPBACK = '127.0.0.1';
/** Connections of PeerJS at once: a page has two, and a few more while it reconnects. */
const MAX_PROXIES = 16;

/** How a gateway is started. */
export interface GatewayOptions {
  /** A fixed port keeps what a browser remembers of this origin; 0, or one that is taken, gives any free one. */
  readonly preferredPort: number;
  /** Whether a page of that Origin may connect. */
  readonly allowedOrigins: (origin: string | undefined) => boolean;
  readonly log: Log;
  /** Milliseconds in which a stream's URL has to be used; a minute unless said otherwise. */
  readonly ticketLifetime?: number;
}

type Status = 400 | 403 | 404 | 421 | 429;
/** Takes a connection over, once it is a WebSocket. */
type Accept = (socket: WebSocket) => void;
type Stream =
  | { readonly kind: 'source'; readonly source: FileSource }
  | { readonly kind: 'target'; readonly target: FileTarget };

/** What may be connected to, by path. */
interface UpgradeRoute {
  readonly path: RegExp;
  readonly open: (url: URL, word: string) => Accept | Status;
}
/** What may be fetched, by path. */
type PageRoutes = Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;

/**
 * The loopback server of an extension host, for the page of the same participant: the way to the meeting's server, and
 * files from and to disk. Every request needs a right Host and Origin, and a ticket.
 */
export class Gateway {
  readonly port: number;
  /** What the page gives as PeerJS `key`; good as long as the gateway. */
  readonly brokerKey = randomTicket();
  readonly #server: Server;
  readonly #options: GatewayOptions;
  readonly #hosts: Set<string>;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PEER_MESSAGE,
    perMessageDeflate: false,
  });
  readonly #tickets: Tickets<Stream>;
  readonly #running = new Set<Promise<void>>();
  readonly #ended = new AbortController();
  #upstream: Upstream | undefined;
  #proxies = 0;

  readonly #pages: PageRoutes = {};
  readonly #upgrades: readonly UpgradeRoute[] = [
    { path: /^\/peerjs$/, open: (url) => this.#openPeer(url) },
    { path: /^\/files\/([A-Za-z0-9_-]{22})$/, open: (_url, ticket) => this.#openStream(ticket) },
  ];

  private constructor(server: Server, port: number, options: GatewayOptions) {
    this.#server = server;
    this.port = port;
    this.#options = options;
    this.#hosts = new Set([`${LOOPBACK}:${String(port)}`, `localhost:${String(port)}`]);
    this.#tickets = new Tickets((stream) => {
      if (stream.kind === 'target') stream.target.onFailed('cancelled');
    }, options.ticketLifetime);
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens on loopback. Rejects with Node's error when not even a free port can be had. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const server = createServer({
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
    });
    const port = await listen(server, options.preferredPort).catch((error: unknown) => {
      if (!['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
      options.log('info', `gateway: port ${String(options.preferredPort)} is taken, another is used`);
      return listen(server, 0);
    });
    options.log('info', `gateway: listens on ${LOOPBACK}:${String(port)}`);
    return new Gateway(server, port, options);
  }

  /** Where `/peerjs` leads from now on; connections that are open stay as they are. */
  setUpstream(upstream: Upstream): void {
    this.#upstream = upstream;
  }

  /** Lets requests in that name another host: the one under which a forwarded port is reached, `name` or `name:port`. */
  allowHost(host: string): void {
    this.#hosts.add(host.toLowerCase());
  }

  /** A URL (`ws://…`) to read the file from, good once and for a minute. */
  openSource(source: FileSource): string {
    return this.#issue({ kind: 'source', source });
  }

  /** A URL (`ws://…`) to write the file to, good once and for a minute; unused, the target fails as cancelled. */
  openTarget(target: FileTarget): string {
    return this.#issue({ kind: 'target', target });
  }

  /** Ends every connection; resolves when unfinished files are removed and the port is free. */
  async dispose(): Promise<void> {
    if (!this.#ended.signal.aborted) {
      this.#ended.abort();
      this.#tickets.dispose();
      this.#sockets.close();
    }
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await Promise.all(this.#running);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await closed;
  }

  #issue(stream: Stream): string {
    return `ws://${LOOPBACK}:${String(this.port)}/files/${this.#tickets.issue(stream)}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Security-Policy', "default-src 'none'");
    const url = this.#hasRightHost(request) ? parseUrl(request.url) : undefined;
    const page = url && Object.hasOwn(this.#pages, url.pathname) ? this.#pages[url.pathname] : undefined;
    if (page && request.method === 'GET') page(request, response);
    else response.writeHead(url ? 404 : 421, { 'Content-Length': 0, Connection: 'close' }).end();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const accept = this.#judge(request);
    if (typeof accept !== 'number') {
      this.#sockets.handleUpgrade(request, socket, head, accept);
      return;
    }
    this.#options.log('warn', `gateway: a connection was turned down (${String(accept)})`);
    socket.end(
      `HTTP/1.1 ${String(accept)} ${STATUS_CODES[accept] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      () => socket.destroy(),
    );
  }

  #judge(request: IncomingMessage): Accept | Status {
    if (!this.#hasRightHost(request)) return 421;
    if (!this.#options.allowedOrigins(request.headers.origin)) return 403;
    const url = parseUrl(request.url);
    if (!url || this.#ended.signal.aborted) return 404;
    for (const route of this.#upgrades) {
      const match = route.path.exec(url.pathname);
      if (match) return route.open(url, match[1] ?? '');
    }
    return 404;
  }

  #hasRightHost(request: IncomingMessage): boolean {
    return this.#hosts.has(request.headers.host?.toLowerCase() ?? '');
  }

  #openPeer(url: URL): Accept | Status {
    if (!sameSecret(url.searchParams.get('key') ?? '', this.brokerKey)) return 403;
    const query = v.safeParse(peerQuery, Object.fromEntries(url.searchParams));
    if (!query.success) return 400;
    if (this.#proxies >= MAX_PROXIES) return 429;
    return (socket) => {
      this.#proxies += 1;
      socket.once('close', () => (this.#proxies -= 1));
      proxyPeer(socket, query.output, this.#upstream, this.#options.log);
    };
  }

  #openStream(ticket: string): Accept | Status {
    if (this.#running.size >= MAX_TRANSFERS) return 429;
    const stream = this.#tickets.redeem(ticket);
    if (!stream) return 403;
    return (socket) => {
      const running = this.#run(stream, socket).finally(() => this.#running.delete(running));
      this.#running.add(running);
    };
  }

  #run(stream: Stream, socket: WebSocket): Promise<void> {
    const { log } = this.#options;
    if (stream.kind === 'source') {
      const signal = AbortSignal.any([stream.source.signal, this.#ended.signal]);
      return serveSource(socket, { ...stream.source, signal }, log);
    }
    const signal = AbortSignal.any([stream.target.signal, this.#ended.signal]);
    return receiveTarget(socket, { ...stream.target, signal }, log);
  }
}

function parseUrl(url: string | undefined): URL | undefined {
  const absolute = `http://${LOOPBACK}${url ?? ''}`;
  return url?.startsWith('/') && URL.canParse(absolute) ? new URL(absolute) : undefined;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      const address = server.address();
      if (address !== null && typeof address !== 'string') resolve(address.port);
      else reject(new Error('the gateway has no port'));
    };
    server.once('error', onError).once('listening', onListening).listen({ host: LOOPBACK, port });
  });
}
