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

/** Whom a proxy tells. */
export interface PeerProxyOptions {
  readonly log: Log;
  /** The server has accepted a connection that was made from this address of the machine. */
  readonly onReached: (localAddress: string | undefined) => void;
}

/**
 * Connects a page's socket to the meeting's server, until either closes. Where the server is found elsewhere meanwhile the
 * page keeps its socket: it is told once more that it has its id, and notices nothing else.
 */
export class PeerProxy {
  readonly #page: WebSocket;
  readonly #query: PeerQuery;
  readonly #options: PeerProxyOptions;
  #server: WebSocket | undefined;
  /** A sign of life was asked for, and none has come since. */
  #asked = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(page: WebSocket, query: PeerQuery, upstream: Upstream | undefined, options: PeerProxyOptions) {
    this.#page = page;
    this.#query = query;
    this.#options = options;
    page.on('error', (error) =>
      options.log('warn', `gateway: a connection of the page: ${describeError(error)}`),
    );
    page.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.#fromPage(data);
    });
    page.on('close', () => {
      if (this.#server?.readyState === WebSocket.CONNECTING) this.#server.terminate();
      else this.#server?.close(1000);
    });
    this.#connect(upstream);
  }

  /**
   * Asks the server for a sign of life.
   * @returns true when it gives one, false when the signal aborts or the connection ends before.
   */
  ask(signal: AbortSignal): Promise<boolean> {
    const server = this.#server;
    if (!server || server.readyState !== WebSocket.OPEN || signal.aborted) return Promise.resolve(false);
    this.#asked = true;
    server.ping();
    return new Promise((resolve) => {
      const done = (answers: boolean): void => {
        server.off('pong', onPong).off('close', onEnd);
        signal.removeEventListener('abort', onEnd);
        resolve(answers);
      };
      const onPong = (): void => done(true);
      const onEnd = (): void => done(false);
      server.once('pong', onPong).once('close', onEnd);
      signal.addEventListener('abort', onEnd);
    });
  }

  /** The server is to be found there: goes on over that way, unless the one that was is known to work. */
  moveTo(upstream: Upstream): void {
    const before = this.#server;
    const works = before?.readyState === WebSocket.OPEN && !this.#asked;
    if (works || this.#page.readyState !== WebSocket.OPEN) return;
    this.#connect(upstream);
    before?.terminate();
  }

  #connect(upstream: Upstream | undefined): void {
    const page = this.#page;
    const { log, onReached } = this.#options;
    const url = upstream && upstreamUrl(upstream, this.#query);
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
    this.#server = server;
    this.#asked = false;
    let reached = false;
    for (const sign of ['pong', 'message'])
      server.on(sign, () => {
        if (this.#server === server) this.#asked = false;
      });
    server.on('message', (data, isBinary) => {
      if (this.#server === server && Buffer.isBuffer(data) && !isBinary) forward(data, server, page);
    });
    server.on('open', () => {
      reached = true;
      log('info', 'gateway: connected to the meeting server');
      this.#waitingBytes = 0;
      for (const data of this.#waiting.splice(0)) forward(data, page, server);
    });
    server.on('error', (error) => {
      // One that was left behind fails because of that.
      if (this.#server === server) log('warn', `gateway: the meeting server: ${describeError(error)}`);
    });
    const life = watchLife(server);
    server.once('upgrade', ({ socket }) => {
      onReached(socket.localAddress);
      endWithAddress(server, socket.localAddress);
    });
    server.on('close', (code) => {
      clearInterval(life);
      if (this.#server === server) page.close(reached ? sendableCode(code) : UNREACHABLE);
    });
  }

  #fromPage(data: Buffer): void {
    const server = this.#server;
    if (server?.readyState === WebSocket.OPEN) forward(data, this.#page, server);
    else if ((this.#waitingBytes += data.length) <= MAX_WAITING) this.#waiting.push(data);
    else this.#page.close(1009);
  }
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
