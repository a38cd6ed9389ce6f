import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import { startChild } from '../../scripts/lib/children.ts';
import { bin } from '../../scripts/lib/paths.ts';

// What a floor is made of: a page of its own, with PeerJS in it, and the plain PeerServer.

/** Serves one page of this folder, and `/peerjs.js` beside it, on loopback. */
export async function servePage(name: string): Promise<{ server: Server; origin: string }> {
  const html = await readFile(new URL(name, import.meta.url));
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
export async function startPeerServer(): Promise<{ child: ChildProcess; port: number }> {
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
