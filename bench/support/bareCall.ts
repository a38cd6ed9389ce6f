import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { endChild } from '../../scripts/lib/children.ts';
import { type Browser, launchBrowser } from '../../test/support/browser.ts';
import { servePage, startPeerServer } from './barePages.ts';

/** Two bare PeerJS pages in two browser processes: the one who is called, and a newcomer who can be made anew. */
export interface BareCall {
  /** Loads the newcomer's page afresh and waits until its camera is on and its Peer is open. */
  lobby(): Promise<Page>;
  dispose(): Promise<void>;
}

/** Starts the plain `peerjs` server, a server for the page, and the one who is called. */
export async function startBareCall(): Promise<BareCall> {
  const [server, signalling] = await Promise.all([servePage('bare.html'), startPeerServer()]);
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
