import { createHash, timingSafeEqual } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { peerIdSchema } from '../shared/ids.ts';

/** A client that may come in. */
export interface Join {
  readonly id: string;
  readonly token: string;
}

/** The HTTP status by which an upgrade is turned down. */
export type Refusal = 400 | 401 | 403 | 404 | 429 | 503;

/** What an upgrade is held against. */
export interface JoinPolicy {
  /** Path of the WebSocket, e.g. `/peerjs`. */
  readonly path: string;
  readonly key: string;
  readonly allowedOrigins: readonly string[];
}

const query = v.object({
  id: peerIdSchema,
  token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{16,64}$/)),
  key: v.pipe(v.string(), v.maxLength(64)),
});

/**
 * Judges a request to upgrade. Pages of a browser carry an Origin, and only those allowed by name come in: any page
 * on the web could otherwise reach a server of the local network through the browser of who visits it.
 */
export function judgeJoin(request: IncomingMessage, policy: JoinPolicy): Join | Refusal {
  const url = parseUrl(request.url);
  if (!url) return 400;
  if (url.pathname !== policy.path) return 404;
  const { origin } = request.headers;
  if (origin !== undefined && !policy.allowedOrigins.includes(origin)) return 403;
  // A parameter that stands twice could mean one thing here and another to `peer`.
  const names = [...url.searchParams.keys()];
  if (new Set(names).size !== names.length) return 400;
  const parsed = v.safeParse(query, Object.fromEntries(url.searchParams));
  if (!parsed.success) return 400;
  if (!sameSecret(parsed.output.key, policy.key)) return 401;
  return { id: parsed.output.id, token: parsed.output.token };
}

/** Compares in a time that tells nothing about where two texts differ, or about their lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Turns an upgrade down and closes its connection. */
export function refuse(socket: Duplex, status: Refusal): void {
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}

/** The path and query of a request; `undefined` when it is none. */
export function parseUrl(url: string | undefined): URL | undefined {
  const absolute = `http://server${url ?? ''}`;
  return url?.startsWith('/') && URL.canParse(absolute) ? new URL(absolute) : undefined;
}
