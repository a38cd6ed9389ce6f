import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

/** What makes ports of a remote machine reachable for a browser, as VS Code's own tunnels do. */
export interface Tunnel {
  /** Under what a port is reached, for the environment of the host: `VSCODE_PROXY_URI`. */
  readonly template: string;
  /** e.g. `http://tunnel.localhost:41234` */
  readonly origin: string;
  dispose(): Promise<void>;
}

/**
 * Starts a tunnel on loopback, under a name and in a path of its own. Behind it a request names the port's own host, as
 * with VS Code's tunnels; only its Origin tells where the page came from.
 */
export async function startTunnel(): Promise<Tunnel> {
  const server = createServer((incoming, response) => {
    const target = targetOf(incoming);
    if (!target) {
      response.writeHead(404).end();
      return;
    }
    const { method, headers } = incoming;
    const { port, path, host } = target;
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers: { ...headers, host } });
    outgoing.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('upgrade', (incoming, socket) => {
    const target = targetOf(incoming);
    if (!target) {
      socket.destroy();
      return;
    }
    const upstream = connect(target.port, '127.0.0.1', () => {
      const headers = Object.entries({ ...incoming.headers, host: target.host });
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
      upstream.write(`GET ${target.path} HTTP/1.1\r\n${lines}\r\n`);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.once('error', () => socket.destroy());
    socket.once('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const origin = `http://tunnel.localhost:${String(port)}`;
  return {
    origin,
    template: `${origin}/to/{{port}}/`,
    dispose: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function targetOf({ url }: IncomingMessage): { port: number; path: string; host: string } | undefined {
  const [, port = '', path = ''] = /^\/to\/(\d+)(\/.*)$/.exec(url ?? '') ?? [];
  return path === '' ? undefined : { port: Number(port), path, host: `127.0.0.1:${port}` };
}
