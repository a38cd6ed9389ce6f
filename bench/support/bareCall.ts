import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import type { Page } from 'playwright-core';
import { endChild, startChild } from '../../scripts/lib/children.ts';
import { bin } from '../../scripts/lib/paths.ts';
import { type Browser, launchBrowser } from '../../test/support/browser.ts';

/** Two bare PeerJS pages in two browser processes: the one who is called, and a newcomer who can be made anew. */
export interface BareCall {
  /** Loads the newcomer's page afresh and waits until its camera is on and its Peer is open. */
  lobby(): Promise<Page>;
  dispose(): Promise<void>;
}

/** Starts the plain `peerjs` server, a server for the page, and the one who is called. */
export async function startBareCall(): Promise<BareCall> {
  const [server, signalling] = await Promise.all([servePage(), startPeerServer()]);
  const browsers: Browser[] = [];
  const open = async (): Promise<Page> => {
    const browser = await launchBrowser('allowed');
    browsers.push(browser);
    return browser.context.pages()[0] ?? browser.context.newPage();
  };
  const address = (id: string, call: string): string => {
    const query = new URLSearchParams({ id, call, port: String(signalling.port) });
    return `${server.origin}/?${query.toString()}`;
  };
  const alice = randomUUID();
  await load(await open(), address(alice, ''));
  const newcomer = await open();
  return {
    lobby: async () => {
      await load(newcomer, address(randomUUID(), alice));
      return newcomer;
    },
    dispose: async () => {
      for (const browser of browsers) await browser.dispose();
      server.server.close();
      await endChild(signalling.child);
    },
  };
}

async function load(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction(() => (window as unknown as { opened: Promise<void> }).opened.then(() => true));
}

async function servePage(): Promise<{ server: Server; origin: string }> {
  const html = await readFile(new URL('bare.html', import.meta.url));
  const peerjs = await readFile(bin('peerjs', 'dist/peerjs.min.js'));
  const server = createServer(({ url }, response) => {
    const script = url === '/peerjs.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ? peerjs : html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the page server has no port');
  return { server, origin: `http://127.0.0.1:${String(address.port)}` };
}

/** The program of the package `peer`, in a process of its own as Parley's server is. */
async function startPeerServer(): Promise<{ child: ChildProcess; port: number }> {
  const program = bin('peer', 'dist/bin/peerjs.js');
  const child = startChild(process.execPath, [program, '--host', '127.0.0.1', '--path', '/'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its --port takes 0 for "not given".
    env: { ...process.env, PORT: '0' },
  });
  if (!child.stdout) throw new Error('a child with pipes has none');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /port: (\d+)/.exec(line)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error('the peerjs program ended before it listened');
}
