import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { outletTo } from '../../../src/extension/gateway/outlet.ts';
import { BODY_HOST } from '../../../src/shared/records.ts';
import { SourceSockets, type HostSocket } from '../../../src/webview/files/sourceSocket.ts';
import { startGateway } from '../gateway/support.ts';

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

  beforeEach(async () => {
    ({ gateway } = await startGateway({ allowedOrigins: () => true }));
    byBody = [];
    asked = 0;
    // As a browser does.
    globalThis.fetch = (url, init) => {
      asked += 1;
      assert.ok(url instanceof URL);
      assert.equal(url.hostname, BODY_HOST);
      // Node leaves names that end in .localhost to the system, which may not know them.
      return original(Object.assign(url, { hostname: '127.0.0.1' }), {
        ...init,
        headers: { Origin: 'vscode-webview://page' },
      });
    };
  });
  afterEach(async () => {
    globalThis.fetch = original;
    await gateway.dispose();
  });

  /** A stream that repeats what it is sent, in a text and a binary frame, and closes at the end. */
  const echo = (): string =>
    gateway.openStream({
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
    });

  it('comes as a body, to its end, and the socket closes after it', async () => {
    const socket = new SourceSockets().open(echo());
    const { frames, closed, opened } = listen(socket);
    await opened;
    assert.equal(socket.readyState, WebSocket.OPEN);
    for (const text of ['one', 'end']) socket.send(text);
    assert.equal(await closed, 1000);
    assert.deepEqual(frames, ['one', 'one', 'end', 'end']);
    assert.deepEqual([byBody, socket.readyState], [[true], WebSocket.CLOSED]);
  });

  it('comes by messages where no body comes through, and is not asked for again', async () => {
    globalThis.fetch = () => {
      asked += 1;
      return Promise.reject(new TypeError('Failed to fetch'));
    };
    const sockets = new SourceSockets();
    for (let n = 0; n < 2; n++) {
      const socket = sockets.open(echo());
      const { frames, closed, opened } = listen(socket);
      await opened;
      socket.send('end');
      assert.equal(await closed, 1000);
      assert.deepEqual(frames, ['end', 'end']);
    }
    assert.deepEqual([byBody, asked], [[false, false], 1]);
  });

  it('comes by messages from elsewhere, where a server in between may keep a body', async () => {
    const socket = new SourceSockets().open(echo().replace('127.0.0.1', 'localhost'));
    const { closed, opened } = listen(socket);
    await opened;
    socket.send('end');
    await closed;
    assert.deepEqual([byBody, asked], [[false], 0]);
  });

  it('closes when its extension host is gone in the middle', async () => {
    const socket = new SourceSockets().open(
      gateway.openStream({
        serve: (server, _ended, body) => {
          outletTo(server, body).send('half');
          body?.socket?.destroy();
          return Promise.resolve();
        },
      }),
    );
    const { closed } = listen(socket);
    assert.notEqual(await closed, 1000);
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

  it('gives a body to who may have the stream, once', async () => {
    const ask = async (url: string, origin?: string) => {
      const headers = origin === undefined ? {} : { Origin: origin };
      const { status, body } = await original(url.replace('ws', 'http'), { headers });
      await body?.cancel();
      return status;
    };
    const { gateway: strict } = await startGateway();
    const url = strict.openStream({ serve: () => Promise.resolve() });
    assert.equal(await ask(url), 403);
    assert.equal(await ask(url, 'https://evil.example'), 403);
    assert.equal(
      await ask(`${url.slice(0, -22)}${'A'.repeat(22)}`, 'vscode-webview://0123456789abcdef'),
      403,
    );
    await strict.dispose();
  });
});
