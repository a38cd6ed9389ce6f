import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

// A team's own server: the plain program of the `peer` package, which knows nothing of Parley.

/** Starts it on a port of loopback; resolves when it listens. */
export async function startPlainServer(port: number): Promise<ChildProcess> {
  const main = createRequire(import.meta.url).resolve('peer');
  const program = join(dirname(main), 'bin', 'peerjs.js');
  const child = spawn(process.execPath, [program, '--port', String(port), '--host', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** A port of loopback that nobody has just now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
