import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { machineAddresses, serverAddresses } from './addresses.ts';
import { attachBroker, type Broker } from './broker.ts';
import { parseUrl, sameSecret } from './guard.ts';
import type { ServerOptions } from './options.ts';

/** Ports tried after the wanted one, with `--next-port`. */
const NEXT_PORTS = 20;
/** A client that has not sent its request by then is cut. */
const REQUEST_DEADLINE = 10_000;
const MAX_SOCKETS = 12_000;

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  /** Base URLs, best first, loopback last. */
  readonly addresses: readonly string[];
  /** Tells the clients and stops. What `peer` leaves running ends with the process only. */
  close(): Promise<void>;
}

/** Why a server could not start. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: 'port-taken' | 'bad-certificate' | 'cannot-listen';
  constructor(code: ServerError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Starts a server. @throws {ServerError} */
export async function startServer(options: ServerOptions, version: string): Promise<RunningServer> {
  const server = createServer(options);
  server.maxConnections = MAX_SOCKETS;
  const broker = attachBroker(server, options);
  answerRequests(server, broker, options, version);
  await listen(server, options);
  const bound = server.address();
  if (bound === null || typeof bound === 'string')
    throw new ServerError('cannot-listen', 'The server has no port.', bound);
  return {
    port: bound.port,
    addresses: serverAddresses(
      bound.address,
      bound.port,
      options.path,
      options.tls !== undefined,
      machineAddresses(),
    ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        broker.close();
      }),
  };
}

function createServer({ tls }: ServerOptions): Server {
  const timeouts = {
    headersTimeout: REQUEST_DEADLINE,
    requestTimeout: REQUEST_DEADLINE,
    connectionsCheckingInterval: 5_000,
  };
  if (!tls) return createHttpServer(timeouts);
  try {
    return createHttpsServer({ ...timeouts, ...tls, handshakeTimeout: REQUEST_DEADLINE });
  } catch (error) {
    throw new ServerError('bad-certificate', 'The TLS certificate and key cannot be used together.', error);
  }
}

function answerRequests(server: Server, broker: Broker, options: ServerOptions, version: string): void {
  const { path } = options;
  server.on('request', (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Security-Policy', "default-src 'none'");
    const pathname = request.method === 'GET' ? parseUrl(request.url)?.pathname : undefined;
    if (pathname === '/healthz' || pathname === `${path}healthz`) {
      response.setHeader('Content-Type', 'application/json');
      const { term } = options;
      const state = { status: 'ok', name: 'parley-peer-server', version, clients: broker.clientCount, term };
      response.end(JSON.stringify(state));
      return;
    }
    // `peer` answers `<path><any key>/id`; here a key that is wrong is told from the right one.
    const key = pathname?.startsWith(path)
      ? /^([^/]+)\/id$/.exec(pathname.slice(path.length))?.[1]
      : undefined;
    if (pathname === path || pathname === path.slice(0, -1)) broker.handle(request, response);
    // A guess at the key is one, whichever way it comes.
    else if (key !== undefined && !broker.attempt(request.socket.remoteAddress))
      response.writeHead(429).end();
    else if (key !== undefined && sameSecret(key, options.key)) broker.handle(request, response);
    else response.writeHead(404).end();
  });
}

async function listen(server: Server, options: ServerOptions): Promise<void> {
  const following = options.nextPort && options.port > 0 ? NEXT_PORTS : 0;
  const ports = Array.from({ length: following + 1 }, (_, n) => options.port + n).filter((n) => n <= 65_535);
  if (following > 0) ports.push(0);
  for (const port of ports) {
    const failure = await listenAnyFamily(server, options.host, port);
    if (!failure) return;
    if (failure.code !== 'EADDRINUSE' && failure.code !== 'EACCES')
      throw new ServerError('cannot-listen', `The server cannot listen: ${failure.message}.`, failure);
    if (port === ports.at(-1))
      throw new ServerError(
        'port-taken',
        failure.code === 'EACCES'
          ? `Port ${String(port)} may not be used by this user. Choose another with --port.`
          : `Port ${String(port)} is taken. Choose another with --port, or add --next-port.`,
        failure,
      );
  }
}

async function listenAnyFamily(
  server: Server,
  host: string | undefined,
  port: number,
): Promise<NodeJS.ErrnoException | undefined> {
  if (host !== undefined) return listenOnce(server, host, port);
  const failure = await listenOnce(server, '::', port);
  // A machine without IPv6.
  return failure && ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(failure.code ?? '')
    ? listenOnce(server, '0.0.0.0', port)
    : failure;
}

function listenOnce(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve(undefined);
    };
    server.once('error', onError).once('listening', onListening).listen({ host, port });
  });
}
