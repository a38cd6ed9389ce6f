// A guest's extension host, as far as the meeting's server goes: a gateway with a page's connection to the server, and what
// looks where that is. Runs on a machine of its own; `openServerGuest` speaks with it, a line of JSON a question.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { startChild, endChild } from '../../scripts/lib/children.ts';
import { Gateway } from '../../src/extension/gateway/gateway.ts';
import { MeetingServer, othersServer } from '../../src/extension/meetingServer.ts';
import { findServer } from '../../src/extension/server/findServer.ts';
import type { ServerState } from '../../src/shared/hostRpc.ts';
import type { Machine } from './namespaces.ts';

const KEY = 'secret-key';
const SEARCH_TIME_LIMIT = 4_500;

/** What a guest is asked. */
type Question = { readonly look: readonly string[] } | { readonly move: readonly string[] };

/** What a guest sees. */
export interface Sight {
  /** Of a look. */
  readonly state?: ServerState;
  /** Of a move. */
  readonly moved?: boolean;
  /** Milliseconds that it took to see that, and for the page to be known to the server again. */
  readonly took: number;
  /** How often the page was told that the server knows it. */
  readonly opened: number;
  /** Whether the page's connection lives. */
  readonly connected: boolean;
}

/** Starts a guest who is connected with the server at `url`. */
export async function openServerGuest(machine: Machine, url: string) {
  const [command, ...args] = [...machine.prefix, process.execPath, fileURLToPath(import.meta.url), url];
  const child = startChild(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!child.stdin || !child.stdout) throw new Error('a guest has no way to be asked');
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Sight> => JSON.parse(String((await lines.next()).value)) as Sight;
  await next();
  const ask = (question: Question): Promise<Sight> => {
    stdin.write(`${JSON.stringify(question)}\n`);
    return next();
  };
  return {
    look: (urls: readonly string[]) => ask({ look: urls }),
    move: (urls: readonly string[]) => ask({ move: urls }),
    dispose: () => endChild(child),
  };
}

async function serve(url: string): Promise<void> {
  const origin = 'vscode-webview://guest';
  const gateway = await Gateway.start({
    preferredPort: 0,
    allowedOrigins: (one) => one === origin,
    log: () => undefined,
  });
  gateway.setUpstream({ url, key: KEY });
  const server = new MeetingServer({
    first: othersServer({ url, term: 0 }, [url]),
    find: (urls, how) => findServer(urls, KEY, { timeout: SEARCH_TIME_LIMIT, ...how }),
    run: () => Promise.reject(new Error('a guest runs none')),
    lead: (to) => gateway.moveUpstream({ url: to, key: KEY }),
    ask: (signal) => gateway.askUpstream(signal),
    isInItsNetwork: () => gateway.isWhereItReachedIt,
    log: () => undefined,
  });
  const query = new URLSearchParams({ key: gateway.brokerKey, id: 'a'.repeat(32), token: 'b'.repeat(32) });
  const page = new WebSocket(`ws://127.0.0.1:${String(gateway.port)}/peerjs?${query.toString()}`, { origin });
  let opened = 0;
  page.on('message', () => (opened += 1));
  await once(page, 'message');
  const tell = (sight: Omit<Sight, 'opened' | 'connected'>): void => {
    const connected = page.readyState === WebSocket.OPEN;
    process.stdout.write(`${JSON.stringify({ ...sight, opened, connected })}\n`);
  };
  tell({ took: 0 });
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as Question;
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    if ('look' in question) {
      const state = await server.look(question.look);
      tell({ state, took: took() });
    } else {
      const moved = await server.move(question.move);
      if (moved) await once(page, 'message');
      tell({ moved, took: took() });
    }
  }
}

const [, program, url] = process.argv;
if (program === fileURLToPath(import.meta.url) && url !== undefined) await serve(url);
