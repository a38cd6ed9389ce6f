import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { outletTo } from '../../../src/extension/gateway/outlet.ts';
import { SourceSockets, type HostSocket } from '../../../src/webview/files/sourceSocket.ts';
import { BODY_HOST } from '../../../src/shared/records.ts';
import { askForBody, startGateway } from '../gateway/support.ts';

/** What a socket hands on, and what it closes with. */
function listen(socket: HostSocket) {
  const frames: unknown[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  const opened = new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
  });
  socket.onmessage = ({ data }) =>
    frames.push(data instanceof ArrayBuffer ? Buffer.from(data).toString() : data);
  return { frames, closed, opened };
}

describe('the stream of a source, in a page', () => {
  const original = globalThis.fetch;
  let gateway: Gateway;
  /** By which of the two ways the gateway was to send, one for each stream. */
  let byBody: boolean[];
  let asked: number;
  /** Where bodies are asked for: the gateway's port unless said otherwise. */
  let elsewhere: number | undefined;
  let others: Server[];

  beforeEach(async () => {
    ({ gateway } = await startGateway({ allowedOrigins: () => true }));
    byBody = [];
    asked = 0;
    elsewhere = undefined;
    others = [];
    // As a browser does, which knows the name.
    globalThis.fetch = async (input, init) => {
      asked += 1;
      assert.ok(typeof input === 'string');
      const { hostname, port, pathname } = new URL(input);
      assert.equal(hostname, BODY_HOST);
      const answer = askForBody(elsewhere ?? port, pathname.replace('/bodies/', ''));
      const aborted = new Promise<never>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
      const { status, body } = await Promise.race([answer, aborted]);
      init?.signal?.addEventListener('abort', () => body.destroy());
      return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status });
    };
  });
  afterEach(async () => {
    globalThis.fetch = original;
    for (const server of others) {
      server.closeAllConnections();
      server.close();
    }
    await gateway.dispose();
  });

  /** A stream that repeats what it is sent, in a text and a binary frame, and closes at the end. */
  const echo = (): string =>
    gateway.openStream(
      {
        serve: (socket, _ended, body) => {
          byBody.push(body !== null);
          const out = outletTo(socket, body);
          return new Promise((resolve) => {
            socket.once('close', () => resolve());
            socket.on('message', (data: Buffer) => {
              const text = data.toString();
              out.send(text);
              out.send(Buffer.from(text));
              if (text === 'end') out.close();
            });
          });
        },
      },
      true,
    );

  /** Has all of a stream, and says how it came. */
  async function exchange(sockets: SourceSockets): Promise<boolean | undefined> {
    const { frames, closed, opened } = await ready(sockets.open(echo()));
    await opened;
    assert.equal(await closed, 1000);
    assert.deepEqual(frames, ['one', 'one', 'end', 'end']);
    return byBody.at(-1);
  }

  async function ready(socket: HostSocket) {
    const heard = listen(socket);
    await heard.opened;
    for (const text of ['one', 'end']) socket.send(text);
    return heard;
  }

  /** Somebody else who answers to the name of bodies. */
  async function answerAs(listener: RequestListener): Promise<void> {
    const server = createServer(listener);
    others.push(server);
    elsewhere = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  it('comes as a body, to its end, and the socket closes after it', async () => {
    const socket = new SourceSockets().open(echo());
    const { frames, closed } = await ready(socket);
    assert.equal(await closed, 1000);
    assert.deepEqual(frames, ['one', 'one', 'end', 'end']);
    assert.deepEqual([byBody, socket.readyState], [[true], WebSocket.CLOSED]);
  });

  it('comes by messages where the URL has no word for a body', async () => {
    const url = new URL(echo());
    url.search = '';
    const { closed } = await ready(new SourceSockets().open(url.href));
    await closed;
    assert.deepEqual([byBody, asked], [[false], 0]);
  });

  it('comes by messages where no body comes through, and is not asked for again soon', async () => {
    elsewhere = 1;
    const sockets = new SourceSockets();
    assert.deepEqual([await exchange(sockets), await exchange(sockets), asked], [false, false, 1]);
  });

  it('comes by messages where somebody else answers', async () => {
    const cors = { 'Access-Control-Allow-Origin': '*' };
    await answerAs((_request, response) => response.writeHead(200, cors).end('<!doctype html>'));
    assert.equal(await exchange(new SourceSockets()), false);
    await answerAs((_request, response) => response.writeHead(404, cors).end());
    assert.equal(await exchange(new SourceSockets()), false);
  });

  it('comes by messages where the beginning of a body is held up', async function () {
    this.timeout(10_000);
    await answerAs((_request, response) => response.writeHead(200).flushHeaders());
    assert.equal(await exchange(new SourceSockets()), false);
  });

  it('comes as a body four times at once, and by messages beyond', async () => {
    const sockets = new SourceSockets();
    const open = Array.from({ length: 6 }, () => sockets.open(echo()));
    await Promise.all(open.map((socket) => listen(socket).opened));
    assert.equal(byBody.filter((is) => is).length, 4);
    const ends = open.map((socket) => listen(socket).closed);
    for (const socket of open) socket.send('end');
    await Promise.all(ends);
    assert.equal(await exchange(sockets), true);
  });

  it('closes when its extension host is gone in the middle', async () => {
    const url = gateway.openStream(
      {
        serve: (server, _ended, body) => {
          outletTo(server, body).send('half');
          body?.socket?.destroy();
          return Promise.resolve();
        },
      },
      true,
    );
    assert.notEqual(await listen(new SourceSockets().open(url)).closed, 1000);
  });

  it('closes at once when its socket is turned down', async () => {
    const url = new URL(echo());
    // Used up by somebody.
    const first = new WebSocket(`${url.origin.replace('http', 'ws')}${url.pathname}`);
    await new Promise((resolve) => first.addEventListener('open', resolve));
    assert.notEqual(await listen(new SourceSockets().open(url.href)).closed, 1000);
    first.close();
  });

  it('lets go of body and socket when it is closed here, at any time', async () => {
    const early = new SourceSockets().open(echo());
    const { closed } = listen(early);
    early.close();
    await closed;
    assert.equal(early.readyState, WebSocket.CLOSED);
    const socket = new SourceSockets().open(echo());
    const { closed: ended, opened } = listen(socket);
    await opened;
    socket.close();
    await ended;
    assert.deepEqual(byBody, [true]);
  });
});
