import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { ExpressPeerServer } from 'peer';
import { WebSocketServer, type WebSocket } from 'ws';
import { toHex } from '../shared/ids.ts';
import { ClientSocket } from './clientSocket.ts';
import { judgeJoin, refuse, sameSecret, type Join } from './guard.ts';
import { AddressLimits, MAX_CLIENTS, MAX_MESSAGE } from './limits.ts';
import type { ServerOptions } from './options.ts';

/** `peer`, behind a guard. */
export interface Broker {
  /** PeerJS's HTTP interface: the base path, and `<base><key>/id`. */
  readonly handle: RequestListener;
  readonly clientCount: number;
  /** Counts an attempt of an address to show the key, by WebSocket or HTTP; false when it has had too many. */
  attempt(address: string | undefined): boolean;
  /** Tells all clients that the server goes away. */
  close(): void;
}

/** Puts a PeerServer on an HTTP(S) server. The one place that knows the `peer` package. */
export function attachBroker(server: Server, options: ServerOptions): Broker {
  const clients = new Map<string, ClientSocket>();
  const limits = new AddressLimits(options.maxPerAddress, options.maxJoinsPerMinute);
  const policy = { ...options, path: `${options.path}peerjs` };
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
  });

  const attempt = (address = ''): boolean => limits.attempt(address, performance.now());

  const admit = (socket: WebSocket, request: IncomingMessage, join: Join): void => {
    const client = new ClientSocket(socket, join, clients);
    // Who comes back before the server has noticed that they were gone: `peer` would give them no OPEN.
    const former = clients.get(join.id);
    if (former && (former.leaving || sameSecret(former.token, join.token))) former.end(1000);
    sockets.emit('connection', client, request);
    if (client.ended) return;
    clients.set(join.id, client);
    client.once('close', () => {
      if (clients.get(join.id) === client) clients.delete(join.id);
    });
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const address = request.socket.remoteAddress ?? '';
    if (!attempt(address)) return refuse(socket, 429);
    const join = judgeJoin(request, policy);
    if (typeof join === 'number') return refuse(socket, join);
    if (clients.size >= MAX_CLIENTS) return refuse(socket, 503);
    if (socket.destroyed) return;
    const release = limits.hold(address, performance.now());
    if (!release) return refuse(socket, 429);
    socket.once('close', release);
    sockets.handleUpgrade(request, socket, head, (webSocket) => admit(webSocket, request, join));
  });

  const service = ExpressPeerServer(server, {
    path: options.path,
    key: options.key,
    concurrent_limit: MAX_CLIENTS,
    allow_discovery: false,
    corsOptions: { origin: options.allowedOrigins.length > 0 ? [...options.allowedOrigins] : false },
    generateClientId: () => toHex(randomBytes(16)),
    createWebSocketServer: () => sockets,
  });
  // `peer` reports a client's faults here; without a listener each would be an uncaught exception.
  service.on('error', () => undefined);
  // `peer` begins when it is mounted. Any express application will do as its parent, and one that is never mounted
  // itself is nothing but that; so express need not be a dependency of ours.
  const parent = ExpressPeerServer(server);
  for (const application of [service, parent]) application.disable('x-powered-by');
  parent.set('env', 'production');
  parent.use(service);

  return {
    handle: (request, response) => void parent(request, response),
    get clientCount() {
      return clients.size;
    },
    attempt,
    close: () => {
      for (const client of clients.values()) client.end(1001);
    },
  };
}
