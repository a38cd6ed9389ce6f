import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import * as v from 'valibot';
import { parseJson } from '../../shared/parseJson.ts';
import { describeError } from '../gateway/errorCode.ts';

/** No answer of a PeerServer is longer; of anything else no more is read. */
const MAX_ANSWER = 4 * 1024;

/** Why an address leads to no PeerServer that can be used. */
export type UnreachableReason =
  | 'bad-address'
  | 'refused'
  | 'unknown-host'
  | 'certificate'
  | 'timeout'
  | 'not-a-peer-server'
  | 'wrong-key'
  | 'network';

/** An address that was tried in vain; `detail` is for logs. */
export interface TriedServer {
  readonly url: string;
  readonly reason: UnreachableReason;
  readonly detail: string;
}

/** No address led to a PeerServer. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError';
  readonly tried: readonly TriedServer[];
  constructor(tried: readonly TriedServer[]) {
    super(tried.map(({ url, reason, detail }) => `${url}: ${reason} (${detail})`).join('; '));
    this.tried = tried;
  }
}

/** A server that can be used. */
export interface FoundServer {
  readonly url: string;
  /** How many servers its meeting has had before; 0 where it does not say. */
  readonly term: number;
}

const health = v.object({
  status: v.literal('ok'),
  name: v.literal('parley-peer-server'),
  term: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000)), 0),
});
const greeting = v.object({ name: v.literal('PeerJS Server') });

/** How to look for a server. */
export interface FindOptions {
  /** Milliseconds for all of it. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Only one of such a term will do; one that tells none, as the plain `peerjs` program, will not then. */
  readonly ofTerm?: (term: number) => boolean;
}

/**
 * Tries all addresses at once and gives the first at which a PeerServer answers that takes the key.
 * @param urls base URLs, each with the server's path.
 * @throws {ServerUnreachableError} when none does in time; the signal's reason when that aborts.
 */
export async function findServer(
  urls: readonly string[],
  key: string,
  { timeout = 5_000, signal, ofTerm }: FindOptions = {},
): Promise<FoundServer> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new ProbeError('timeout', `${String(timeout)} ms`)), timeout);
  const onAbort = (): void => over.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.any(urls.map((url) => probe(url, { key, ofTerm }, over.signal)));
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof AggregateError)) throw error;
    throw new ServerUnreachableError(urls.map((url, n) => ({ url, ...reasonOf(error.errors[n]) })));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    over.abort();
  }
}

class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly reason: UnreachableReason;
  constructor(reason: UnreachableReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

async function probe(
  url: string,
  { key, ofTerm }: { readonly key: string; readonly ofTerm: FindOptions['ofTerm'] },
  signal: AbortSignal,
): Promise<FoundServer> {
  const base = parseBase(url);
  const state = read(health, await fetchText(new URL('healthz', base), signal));
  if (state) {
    // Another meeting's server may have this address by now; the key tells.
    const id = await fetchText(new URL(`${encodeURIComponent(key)}/id`, base), signal);
    if (id.status !== 200) throw new ProbeError('wrong-key', `status ${String(id.status)}`);
    if (ofTerm?.(state.term) === false)
      throw new ProbeError('not-a-peer-server', `of term ${String(state.term)}`);
    return { url, term: state.term };
  }
  if (ofTerm) throw new ProbeError('not-a-peer-server', 'none that tells its term');
  // The `peerjs` program knows no /healthz. It greets at its path, and tells of its key only at the WebSocket.
  const hello = await fetchText(base, signal);
  if (!read(greeting, hello)) throw new ProbeError('not-a-peer-server', `status ${String(hello.status)}`);
  return { url, term: 0 };
}

function parseBase(url: string): URL {
  if (!URL.canParse(url)) throw new ProbeError('bad-address', 'not a URL');
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw new ProbeError('bad-address', base.protocol);
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function read<T>(schema: v.GenericSchema<unknown, T>, { status, text }: Answer): T | undefined {
  return status === 200 ? parseJson(schema, text) : undefined;
}

// Not fetch(): the WebSocket will go through node:http too, and so through the same proxies and certificates.
function fetchText(url: URL, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(signal.aborted ? signal.reason : error);
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const request = get(url, { signal, agent: false }, (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), fail);
    });
    request.on('error', fail);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    if (!Buffer.isBuffer(part)) continue;
    parts.push(part);
    length += part.length;
    // Leaving the loop ends the connection.
    if (length > MAX_ANSWER) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function reasonOf(error: unknown): Omit<TriedServer, 'url'> {
  const detail = describeError(error);
  if (error instanceof ProbeError) return { reason: error.reason, detail: error.message };
  if (detail === 'ECONNREFUSED') return { reason: 'refused', detail };
  if (detail === 'ENOTFOUND' || detail === 'EAI_AGAIN') return { reason: 'unknown-host', detail };
  if (detail === 'ETIMEDOUT') return { reason: 'timeout', detail };
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(detail)) return { reason: 'certificate', detail };
  if (detail.startsWith('HPE_')) return { reason: 'not-a-peer-server', detail };
  return { reason: 'network', detail };
}
