import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createWebServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { findServer, ServerUnreachableError } from '../../../src/extension/server/findServer.ts';
import { endServers, selfSign, startTestServer, type TestServer } from './support.ts';

const PEERJS = fileURLToPath(new URL('../../../node_modules/peer/dist/bin/peerjs.js', import.meta.url));

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

describe('findServer', function () {
  this.timeout(20_000);
  let ours: TestServer;
  let peerjs: ChildProcess;
  let plain: string;
  let silent: string;
  let web: string;
  let dead: string;
  const held = new Set<Socket>();
  const silentServer = createServer((socket) => held.add(socket));
  const webServer = createWebServer((_request, response) => response.end('<h1>It works!</h1>'));

  before(async () => {
    const gone = createServer();
    dead = await listen(gone);
    gone.close();
    silent = await listen(silentServer);
    web = await listen(webServer);
    ours = await startTestServer();
    const free = createServer();
    plain = await listen(free);
    free.close();
    await once(free, 'close');
    peerjs = spawn(process.execPath, [PEERJS, '--port', new URL(plain).port, '--path', '/app'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (peerjs.stdout) await once(peerjs.stdout, 'data');
  });
  after(async () => {
    peerjs.kill();
    for (const socket of held) socket.destroy();
    silentServer.close();
    webServer.close();
    await endServers();
  });

  const reasons = async (urls: readonly string[], key = 'secret-key', timeout = 5_000) => {
    try {
      return await findServer(urls, key, { timeout });
    } catch (error) {
      assert.ok(error instanceof ServerUnreachableError);
      assert.deepEqual(
        error.tried.map(({ url }) => url),
        urls,
      );
      return error.tried.map(({ reason }) => reason);
    }
  };

  it('finds the one that answers among those that do not', async () => {
    const found = await findServer([dead, silent, web, ours.base], 'secret-key');
    assert.deepEqual(found, { url: ours.base, term: 0 });
  });

  it('finds one of an earlier term, where that is asked for', async () => {
    const late = await startTestServer(['--term', '7']);
    const urls = [late.base, ours.base];
    const ofTerm = (term: number) => term < 7;
    assert.deepEqual(await findServer([late.base], 'secret-key'), { url: late.base, term: 7 });
    assert.equal((await findServer(urls, 'secret-key', { ofTerm })).url, ours.base);
    await assert.rejects(findServer([late.base], 'secret-key', { ofTerm }), ServerUnreachableError);
    await assert.rejects(
      findServer([`${plain}app/`], 'peerjs', { ofTerm }),
      ServerUnreachableError,
      'it tells none',
    );
  });

  it('finds the plain peerjs program, with or without a slash at the end', async () => {
    const found = await findServer([silent, `${plain}app/`], 'peerjs');
    assert.deepEqual(found, { url: `${plain}app/`, term: 0 });
    assert.equal((await findServer([`${plain}app`], 'peerjs')).url, `${plain}app`);
    assert.deepEqual(await reasons([plain]), ['not-a-peer-server']);
  });

  it('does not take the server of another meeting', async () => {
    assert.deepEqual(await reasons([ours.base], 'another-key'), ['wrong-key']);
  });

  it('says for each address why not, in time', async () => {
    const begin = Date.now();
    assert.deepEqual(await reasons([dead, silent, web, 'nonsense', 'ftp://127.0.0.1/'], 'k', 400), [
      'refused',
      'timeout',
      'not-a-peer-server',
      'bad-address',
      'bad-address',
    ]);
    assert.ok(Date.now() - begin < 2_000);
    assert.deepEqual(await reasons([]), []);
  });

  it('says that a certificate is not to be trusted', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'parley-find-'));
    const [cert, key] = [joinPath(folder, 'cert.pem'), joinPath(folder, 'key.pem')];
    await selfSign(cert, key);
    const server = await startTestServer(['--tls-cert', cert, '--tls-key', key]);
    assert.deepEqual(await reasons([`https://127.0.0.1:${String(server.port)}/`]), ['certificate']);
    assert.deepEqual(await reasons([`https://127.0.0.1:${String(ours.port)}/`]), ['network']);
    await rm(folder, { recursive: true });
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const search = findServer([silent], 'k', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(search, { message: 'enough' });
    await assert.rejects(findServer([silent], 'k', { signal: abort.signal }), { message: 'enough' });
  });
});
