import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { BODY_HOST } from '../../shared/records.ts';
import { MAX_STAGE_MESSAGE } from '../../shared/stageRpc.ts';
import type { Log } from '../log.ts';
import { describeError, errorCode } from './errorCode.ts';
import { listen, listenTwin, LOOPBACK, parseUrl } from './loopback.ts';
import { PeerProxies } from './peerProxies.ts';
import { MAX_PEER_MESSAGE, type Upstream } from './peerProxy.ts';
import { refuse, type Accept, type Status, type UpgradeRoute } from './routes.ts';
import type { StageDoor } from './stageDoor.ts';
import type { StageFiles } from './stageFiles.ts';
import { StageSite } from './stageSite.ts';
import { BODY_PATH, STREAM_PATH, Streams, type Stream } from './streams.ts';
import { randomTicket } from './tickets.ts';

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

/** Of every answer; the stage's page has a policy of its own. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
} as const;

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
  readonly #sockets = makeSocketServer(MAX_PEER_MESSAGE);
  readonly #stageSockets = makeSocketServer(MAX_STAGE_MESSAGE);
  readonly #ended = new AbortController();
  readonly #peers: PeerProxies;
  readonly #streams: Streams;
  readonly #stage: StageSite;
  readonly #upgrades: readonly UpgradeRoute[];

  private constructor(server: Server, twin: Server | null, port: number, options: GatewayOptions) {
    this.#server = server;
    this.#twin = twin;
    this.port = port;
    this.brokerKey = options.brokerKey ?? randomTicket();
    this.#options = options;
    const own = [LOOPBACK, 'localhost'].map((name) => `${name}:${String(port)}`);
    this.#hosts = new Set(own);
    const peers = new PeerProxies(this.brokerKey, options.log);
    const streams = new Streams(this.#ended.signal, options.ticketLifetime);
    const stage = new StageSite(
      own.map((host) => `http://${host}`),
      options.log,
    );
    this.#peers = peers;
    this.#streams = streams;
    this.#stage = stage;
    const panel = { allows: options.allowedOrigins, sockets: this.#sockets };
    this.#upgrades = [
      { ...panel, path: /^\/peerjs$/, open: (url) => peers.open(url) },
      {
        ...panel,
        path: STREAM_PATH,
        open: (url, ticket) => streams.open(ticket, url.searchParams.get('body') === '1'),
      },
      {
        path: /^\/stage\/link$/,
        allows: (origin) => stage.allows(origin),
        sockets: this.#stageSockets,
        open: () => stage.open(),
      },
    ];
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
    this.#peers.setUpstream(upstream);
  }

  /** Leads there also the connections that are under way, or that were asked for a sign of life and gave none. */
  moveUpstream(upstream: Upstream): void {
    this.#peers.moveUpstream(upstream);
  }

  /**
   * Asks the meeting's server for a sign of life, over every connection to it.
   * @returns true when it has given one, false when the signal aborts before, or there is no connection.
   */
  askUpstream(signal: AbortSignal): Promise<boolean> {
    return this.#peers.ask(signal);
  }

  /** Whether this machine still has the address from which it reached the meeting's server last. */
  get isWhereItReachedIt(): boolean {
    return this.#peers.isWhereItReachedIt;
  }

  /** Lets requests in that name another host: the one under which a forwarded port is reached, `name` or `name:port`. */
  allowHost(host: string): void {
    this.#hosts.add(host.toLowerCase());
  }

  /** Lets the stage's page in under another origin: the one under which a forwarded port is reached, `https://name`. */
  allowStageOrigin(origin: string): void {
    this.#stage.allowOrigin(origin);
  }

  /** Serves the stage from now on. The door remains its maker's to dispose of, before the gateway. */
  serveStage(files: StageFiles, door: StageDoor): void {
    this.#stage.serve(files, door);
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
    const path = this.#streams.issue(stream, withBody && this.servesBodies);
    return `ws://${LOOPBACK}:${String(this.port)}${path}`;
  }

  /** Ends every connection; resolves when no stream is at a file any more and the port is free. */
  async dispose(): Promise<void> {
    if (!this.#ended.signal.aborted) {
      this.#ended.abort();
      this.#sockets.close();
      this.#stageSockets.close();
    }
    const servers = [this.#server, ...(this.#twin ? [this.#twin] : [])];
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await this.#streams.dispose();
    for (const { clients } of [this.#sockets, this.#stageSockets]) {
      for (const socket of clients) socket.terminate();
    }
    for (const server of servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    setHeaders(response);
    const url = this.#hasRightHost(request) ? parseUrl(request.url) : undefined;
    if (url) void this.#stage.answer(url.pathname, request, response);
    else refuse(response, 421);
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
    setHeaders(response);
    const { host, origin } = request.headers;
    const word = BODY_PATH.exec(parseUrl(request.url)?.pathname ?? '')?.[1];
    if (host !== `${BODY_HOST}:${String(this.port)}`) return refuse(response, 421);
    if (request.method !== 'GET' || word === undefined) return refuse(response, 404);
    if (origin === undefined || !this.#options.allowedOrigins(origin)) return refuse(response, 403);
    response.on('error', (error) => {
      this.#options.log('trace', `gateway: a page did not read on: ${describeError(error)}`);
    });
    if (!this.#streams.beginBody(word, origin, response)) refuse(response, 403);
  }
}

function makeServer(): Server {
  return createServer({ headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 });
}

function makeSocketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
}

function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
