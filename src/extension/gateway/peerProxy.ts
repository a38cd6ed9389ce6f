import * as v from 'valibot';
import { WebSocket } from 'ws';
import { peerIdSchema } from '../../shared/ids.ts';
import { MAX_CONTROL_MESSAGE } from '../../shared/limits.ts';
import type { Log } from '../log.ts';
import { describeError } from './errorCode.ts';
import { endWithAddress } from './localAddress.ts';

/** The meeting's server. */
export interface Upstream {
  /** Base URL with the server's path, http or https. */
  readonly url: string;
  readonly key: string;
}

/** What PeerJS says of itself when it connects, apart from the key. */
export const peerQuery = v.object({
  id: peerIdSchema,
  token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,64}$/)),
  version: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9.+-]{1,32}$/))),
});
export type PeerQuery = v.InferOutput<typeof peerQuery>;

/** Largest message either way, in bytes. */
export const MAX_PEER_MESSAGE = MAX_CONTROL_MESSAGE;
/** Bytes of the page that wait for the server to answer. */
const MAX_WAITING = 64 * 1024;
/** Bytes on their way to one side above which the other is not read. */
const HIGH_WATER = 1024 * 1024;
/** Milliseconds for the server to accept the connection, and between two signs of life. */
const CONNECT_DEADLINE = 10_000;
const PING_INTERVAL = 3_000;
/** "Try again later": the server cannot be reached, or has turned the connection down. */
const UNREACHABLE = 1013;

/** Connects a page's socket to the meeting's server, until either closes. */
export function proxyPeer(page: WebSocket, query: PeerQuery, upstream: Upstream | undefined, log: Log): void {
  page.on('error', (error) => log('warn', `gateway: a connection of the page: ${describeError(error)}`));
  const url = upstream && upstreamUrl(upstream, query);
  if (!url) {
    page.close(UNREACHABLE);
    return;
  }
  const server = new WebSocket(url, {
    handshakeTimeout: CONNECT_DEADLINE,
    maxPayload: MAX_PEER_MESSAGE,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let reached = false;

  page.on('message', (data) => {
    if (!Buffer.isBuffer(data)) return;
    if (server.readyState === WebSocket.OPEN) forward(data, page, server);
    else if ((waitingBytes += data.length) <= MAX_WAITING) waiting.push(data);
    else page.close(1009);
  });
  server.on('message', (data, isBinary) => {
    if (Buffer.isBuffer(data) && !isBinary) forward(data, server, page);
  });
  server.on('open', () => {
    reached = true;
    log('info', 'gateway: connected to the meeting server');
    for (const data of waiting.splice(0)) forward(data, page, server);
  });
  server.on('error', (error) => log('warn', `gateway: the meeting server: ${describeError(error)}`));

  const life = watchLife(server);
  server.once('upgrade', ({ socket }) => endWithAddress(server, socket.localAddress));
  server.on('close', (code) => {
    clearInterval(life);
    page.close(reached ? sendableCode(code) : UNREACHABLE);
  });
  page.on('close', () => {
    if (server.readyState === WebSocket.CONNECTING) server.terminate();
    else server.close(1000);
  });
}

/** Sends on, and stops reading from a side while the other is slow. */
function forward(data: Buffer, from: WebSocket, to: WebSocket): void {
  if (to.readyState !== WebSocket.OPEN) return;
  to.send(data, { binary: false }, () => {
    if (from.isPaused && to.bufferedAmount < HIGH_WATER) from.resume();
  });
  if (to.bufferedAmount > HIGH_WATER) from.pause();
}

/** A server that went away without a word (a cable, a suspended laptop) is noticed by its silence. */
function watchLife(server: WebSocket): NodeJS.Timeout {
  let alive = true;
  for (const sign of ['open', 'pong', 'message']) server.on(sign, () => (alive = true));
  return setInterval(() => {
    if (server.readyState !== WebSocket.OPEN) return;
    if (!alive) server.terminate();
    alive = false;
    server.ping();
  }, PING_INTERVAL);
}

function upstreamUrl({ url, key }: Upstream, { id, token, version }: PeerQuery): URL | undefined {
  if (!URL.canParse(url)) return undefined;
  const base = new URL(url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const target = new URL('peerjs', base);
  target.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  target.search = new URLSearchParams({
    key,
    id,
    token,
    ...(version === undefined ? {} : { version }),
  }).toString();
  return target;
}

/** Codes such as 1006 say that there was no closing; they may be received and not be sent. */
function sendableCode(code: number): number {
  const sendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000;
  return sendable ? code : 1011;
}
