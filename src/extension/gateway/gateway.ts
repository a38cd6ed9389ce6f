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
import { BODY_HOST } from '../../shared/records.ts';
import { MAX_STAGE_MESSAGE } from '../../shared/stageRpc.ts';
import type { Log } from '../log.ts';
import { describeError, errorCode } from './errorCode.ts';
import { hasAddress } from './localAddress.ts';
import { Bodies } from './bodies.ts';
import { listen, listenTwin, LOOPBACK, parseUrl } from './loopback.ts';
import { MAX_PEER_MESSAGE, PeerProxy, peerQuery, type Upstream } from './peerProxy.ts';
import type { StageDoor } from './stageDoor.ts';
import type { StageFiles } from './stageFiles.ts';
import { randomTicket, sameSecret, Tickets } from './tickets.ts';

/** Connections of PeerJS at once: a page has two, and a few more while it reconnects. */
const MAX_PROXIES = 16;

const STREAM_PATH = /^\/files\/([A-Za-z0-9_-]{22})$/;
/** Of the body of a stream's content. */
const BODY_PATH = /^\/bodies\/([A-Za-z0-9_-]{22})$/;

/** How a gateway is started. */
export interface GatewayOptions {
  /** A fixed port keeps what a browser remembers of this origin; 0, or one that is taken, gives any free one. */
  readonly preferredPort: number;
  /** Whether a page of that Origin may connect, other than a stage. */
  readonly allowedOrigins: (origin: string | undefined) => boolean;
  readonly log: Log;
  /** The key by which a page knew a gateway before this one; a new one unless said otherwise. */
  readonly brokerKey?: string;
  /** Milliseconds in which a stream's URL has to be used; a minute unless said otherwise. */
  readonly ticketLifetime?: number;
}

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

/** Of every answer; the stage's page has a policy of its own. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
} as const;

/** What a ticket stands for. */
interface Issued {
  readonly stream: Stream;
  /** The word for its body; null when it has none. */
  readonly word: string | null;
}

type Status = 400 | 403 | 404 | 421 | 429;
/** Takes a connection over, once it is a WebSocket. */
type Accept = (socket: WebSocket) => void;

/** What may be connected to, by path. */
interface UpgradeRoute {
  readonly path: RegExp;
  readonly allows: (origin: string | undefined) => boolean;
  readonly sockets: WebSocketServer;
  readonly open: (url: URL, word: string) => Accept | Status;
}
/** The stage: its page and files, and who takes the sockets of its pages. */
interface StageRoutes {
  readonly files: StageFiles;
  readonly door: StageDoor;
}

/**
 * The loopback server of an extension host, for the page of the same participant: the way to the meeting's server,
 * files from and to disk, and the stage. Every request needs a right Host and Origin; every socket needs a ticket, too.
 */
export class Gateway {
  readonly port: number;
  /** What the page gives as PeerJS `key`; good as long as the gateway. */
  readonly brokerKey: string;
  readonly #server: Server;
  /** What answers at the same port of ::1; null where somebody else may. */
  readonly #twin: Server | null;
  readonly #options: GatewayOptions;
  readonly #hosts: Set<string>;
  /** Where the stage's own pages are at home. */
  readonly #origins: Set<string>;
  readonly #sockets = makeSocketServer(MAX_PEER_MESSAGE);
  readonly #stageSockets = makeSocketServer(MAX_STAGE_MESSAGE);
  readonly #tickets: Tickets<Issued>;
  readonly #running = new Set<Promise<void>>();
  readonly #bodies = new Bodies();
  readonly #ended = new AbortController();
  #upstream: Upstream | undefined;
  #stage: StageRoutes | undefined;
  readonly #proxies = new Set<PeerProxy>();
  /** The address of this machine from which the meeting's server was reached last. */
  #reachedFrom: string | undefined;
  readonly #upgrades: readonly UpgradeRoute[];

  private constructor(server: Server, twin: Server | null, port: number, options: GatewayOptions) {
    this.#server = server;
    this.#twin = twin;
    this.port = port;
    this.brokerKey = options.brokerKey ?? randomTicket();
    this.#options = options;
    const own = [LOOPBACK, 'localhost'].map((name) => `${name}:${String(port)}`);
    this.#hosts = new Set(own);
    this.#origins = new Set(own.map((host) => `http://${host}`));
    const panel = { allows: options.allowedOrigins, sockets: this.#sockets };
    this.#upgrades = [
      { ...panel, path: /^\/peerjs$/, open: (url) => this.#openPeer(url) },
      {
        ...panel,
        path: STREAM_PATH,
        open: (url, ticket) => this.#takeTicket(ticket, url.searchParams.get('body') === '1'),
      },
      {
        path: /^\/stage\/link$/,
        allows: (origin) => origin !== undefined && this.#origins.has(origin),
        sockets: this.#stageSockets,
        open: () => this.#openStage(),
      },
    ];
    this.#tickets = new Tickets(({ stream, word }) => {
      if (word !== null) this.#bodies.drop(word);
      stream.onUnused?.();
    }, options.ticketLifetime);
    server.on('request', (request, response) => {
      if (request.headers.host === `${BODY_HOST}:${String(port)}`) this.#openBody(request, response);
      else this.#answer(request, response);
    });
    twin?.on('request', (request, response) => this.#openBody(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens on loopback. Rejects with Node's error when not even a free port can be had. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const server = makeServer();
    const port = await listen(server, options.preferredPort).catch((error: unknown) => {
      if (!['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
      options.log('info', `gateway: port ${String(options.preferredPort)} is taken, another is used`);
      return listen(server, 0);
    });
    options.log('info', `gateway: listens on ${LOOPBACK}:${String(port)}`);
    const twin = makeServer();
    const isOurs = await listenTwin(twin, port);
    return new Gateway(server, isOurs ? twin : null, port, options);
  }

  /** Where `/peerjs` leads from now on; connections that are open stay as they are. */
  setUpstream(upstream: Upstream): void {
    this.#upstream = upstream;
  }

  /** Leads there also the connections that are under way, or that were asked for a sign of life and gave none. */
  moveUpstream(upstream: Upstream): void {
    this.#upstream = upstream;
    for (const proxy of this.#proxies) proxy.moveTo(upstream);
  }

  /**
   * Asks the meeting's server for a sign of life, over every connection to it.
   * @returns true when it has given one, false when the signal aborts before, or there is no connection.
   */
  async askUpstream(signal: AbortSignal): Promise<boolean> {
    const answers = [...this.#proxies].map(async (proxy) => {
      if (!(await proxy.ask(signal))) throw new Error('no sign of life');
    });
    return Promise.any(answers).then(
      () => true,
      () => false,
    );
  }

  /** Whether this machine still has the address from which it reached the meeting's server last. */
  get isWhereItReachedIt(): boolean {
    return this.#reachedFrom !== undefined && hasAddress(this.#reachedFrom);
  }

  /** Lets requests in that name another host: the one under which a forwarded port is reached, `name` or `name:port`. */
  allowHost(host: string): void {
    this.#hosts.add(host.toLowerCase());
  }

  /** Lets the stage's page in under another origin: the one under which a forwarded port is reached, `https://name`. */
  allowStageOrigin(origin: string): void {
    this.#origins.add(origin.toLowerCase());
  }

  /** Serves the stage from now on. The door remains its maker's to dispose of, before the gateway. */
  serveStage(files: StageFiles, door: StageDoor): void {
    this.#stage = { files, door };
  }

  /** Whether a page on this machine may have content come as a body: nobody else answers to that name. */
  get servesBodies(): boolean {
    return this.#twin !== null;
  }

  /**
   * A URL (`ws://…`) for a stream from or to disk, good once and for a minute.
   * @param withBody its content can be had as a body, whose word stands in `?body=`; the page writes `?body=1` for one that it has.
   */
  openStream(stream: Stream, withBody = false): string {
    const word = withBody && this.servesBodies ? this.#bodies.issue() : null;
    const ticket = this.#tickets.issue({ stream, word });
    const query = word === null ? '' : `?body=${word}`;
    return `ws://${LOOPBACK}:${String(this.port)}/files/${ticket}${query}`;
  }

  /** Ends every connection; resolves when no stream is at a file any more and the port is free. */
  async dispose(): Promise<void> {
    if (!this.#ended.signal.aborted) {
      this.#ended.abort();
      this.#tickets.dispose();
      this.#sockets.close();
      this.#stageSockets.close();
    }
    const servers = [this.#server, ...(this.#twin ? [this.#twin] : [])];
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await Promise.all(this.#running);
    for (const { clients } of [this.#sockets, this.#stageSockets]) {
      for (const socket of clients) socket.terminate();
    }
    for (const server of servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const url = this.#hasRightHost(request) ? parseUrl(request.url) : undefined;
    const { origin } = request.headers;
    if (!url) refuse(response, 421);
    else if (request.method !== 'GET' || !this.#stage?.files.has(url.pathname)) refuse(response, 404);
    // A page of another origin has no business with the stage's files.
    else if (origin !== undefined && !this.#origins.has(origin)) refuse(response, 403);
    else void this.#serve(this.#stage.files, url.pathname, request, response);
  }

  async #serve(
    files: StageFiles,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const file = await files.get(path, this.#socketOrigins(request));
      if (!file) return refuse(response, 404);
      response.writeHead(200, { ...file.headers, 'Content-Length': file.content.length }).end(file.content);
    } catch (error) {
      this.#options.log('error', `gateway: a file of the stage cannot be read: ${describeError(error)}`);
      refuse(response, 404);
    }
  }

  /** Where the page under the host of this request opens its socket. */
  #socketOrigins(request: IncomingMessage): string[] {
    const host = request.headers.host?.toLowerCase();
    return [...this.#origins]
      .filter((origin) => new URL(origin).host === host)
      .map((origin) => origin.replace(/^http/, 'ws'));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const judged = this.#judge(request);
    if (typeof judged !== 'number') {
      judged.sockets.handleUpgrade(request, socket, head, judged.accept);
      return;
    }
    this.#options.log('warn', `gateway: a connection was turned down (${String(judged)})`);
    socket.end(
      `HTTP/1.1 ${String(judged)} ${STATUS_CODES[judged] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      () => socket.destroy(),
    );
  }

  #judge(request: IncomingMessage): { readonly sockets: WebSocketServer; readonly accept: Accept } | Status {
    if (!this.#hasRightHost(request)) return 421;
    const url = parseUrl(request.url);
    if (!url || this.#ended.signal.aborted) return 404;
    for (const { path, allows, sockets, open } of this.#upgrades) {
      const match = path.exec(url.pathname);
      if (!match) continue;
      if (!allows(request.headers.origin)) return 403;
      const accept = open(url, match[1] ?? '');
      return typeof accept === 'number' ? accept : { sockets, accept };
    }
    return 404;
  }

  #hasRightHost(request: IncomingMessage): boolean {
    return this.#hosts.has(request.headers.host?.toLowerCase() ?? '');
  }

  /** A page wants to have a stream's content as a body; it opens the stream's socket next. */
  #openBody(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const { host, origin } = request.headers;
    const word = BODY_PATH.exec(parseUrl(request.url)?.pathname ?? '')?.[1];
    if (host !== `${BODY_HOST}:${String(this.port)}`) return refuse(response, 421);
    if (request.method !== 'GET' || word === undefined) return refuse(response, 404);
    if (origin === undefined || !this.#options.allowedOrigins(origin)) return refuse(response, 403);
    response.on('error', (error) => {
      this.#options.log('trace', `gateway: a page did not read on: ${describeError(error)}`);
    });
    if (!this.#bodies.begin(word, origin, response)) refuse(response, 403);
  }

  #openPeer(url: URL): Accept | Status {
    if (!sameSecret(url.searchParams.get('key') ?? '', this.brokerKey)) return 403;
    const query = v.safeParse(peerQuery, Object.fromEntries(url.searchParams));
    if (!query.success) return 400;
    if (this.#proxies.size >= MAX_PROXIES) return 429;
    return (socket) => {
      const proxy = new PeerProxy(socket, query.output, this.#upstream, {
        log: this.#options.log,
        onReached: (from) => (this.#reachedFrom = from),
      });
      this.#proxies.add(proxy);
      socket.once('close', () => this.#proxies.delete(proxy));
    };
  }

  #openStage(): Accept | Status {
    if (!this.#stage) return 404;
    const { door } = this.#stage;
    return door.full ? 429 : (socket) => door.accept(socket);
  }

  /** @param wantsBody the page has begun to read its body. */
  #takeTicket(ticket: string, wantsBody: boolean): Accept | Status {
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
      const running = stream.serve(socket, this.#ended.signal, body).finally(() => {
        body?.end();
        this.#running.delete(running);
      });
      this.#running.add(running);
    };
  }
}

function makeServer(): Server {
  return createServer({ headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 });
}

function makeSocketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
}

function refuse(response: ServerResponse, status: Status): void {
  response.writeHead(status, { 'Content-Length': 0, Connection: 'close' }).end();
}
