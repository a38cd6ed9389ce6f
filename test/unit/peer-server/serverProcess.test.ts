import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, before, describe, it } from 'mocha';
import {
  startServerProcess,
  type ServerExit,
  type ServerProcess,
  type ServerProcessOptions,
} from '../../../src/extension/server/serverProcess.ts';
import { join, peerId, peerUrl, PROGRAM, TestClient } from './support.ts';

describe('startServerProcess', function () {
  this.timeout(20_000);
  let folder: string;
  const lines: string[] = [];
  const options = {
    program: PROGRAM,
    port: 0,
    key: 'secret-key',
    log: (_level: string, message: string) => void lines.push(message),
  };
  const started: ServerProcess[] = [];
  const start = async (more: Partial<ServerProcessOptions> = {}) => {
    const server = await startServerProcess({ ...options, ...more });
    started.push(server);
    return server;
  };
  const script = async (name: string, text: string) => {
    const path = joinPath(folder, name);
    await writeFile(path, text);
    return path;
  };
  before(async () => {
    folder = await mkdtemp(joinPath(tmpdir(), 'parley-process-'));
  });
  after(async () => {
    await Promise.all(started.map((server) => server.dispose()));
    await rm(folder, { recursive: true });
  });

  it('starts a server that takes the key, and ends it', async () => {
    const server = await start();
    const base = server.addresses.at(-1) ?? '';
    assert.equal(base, `http://127.0.0.1:${String(server.port)}/`);
    const client = await join(base, peerId(1));
    let told = false;
    server.onExit(() => (told = true));
    await server.dispose();
    await client.closed;
    assert.throws(() => process.kill(server.pid ?? 0, 0), { code: 'ESRCH' });
    assert.equal(told, false);
    await server.dispose();
    assert.ok(!lines.some((line) => line.includes('secret-key')));
  });

  it('tells when the server ends by itself', async () => {
    const server = await start();
    const exit = new Promise<ServerExit>((resolve) => {
      server.onExit(resolve);
    });
    server.onExit(() => assert.fail('this listener was taken away')).dispose();
    process.kill(server.pid ?? 0, 'SIGKILL');
    assert.deepEqual(await exit, { code: null, signal: 'SIGKILL' });
  });

  it('takes another port when the wanted one is taken', async () => {
    const other = createServer().listen(0, '::');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const server = await start({ port });
    assert.notEqual(server.port, port);
    await new TestClient(peerUrl(server.addresses.at(-1) ?? '', peerId(1))).open();
    await assert.rejects(start({ port, exactPort: true }), { code: 'exited', message: /^Port \d+ is taken/ });
    other.close();
  });

  it('is not started, and not left running, when that was given up', async () => {
    const silent = await script(
      'silent.mjs',
      `import { renameSync, writeFileSync } from 'node:fs';
       writeFileSync(import.meta.dirname + '/pid.part', String(process.pid));
       renameSync(import.meta.dirname + '/pid.part', import.meta.dirname + '/pid');
       setInterval(() => {}, 1000);`,
    );
    const given = new AbortController();
    const files = watch(folder);
    const starting = start({ program: silent, signal: given.signal });
    const failed = assert.rejects(starting, { message: 'no more' });
    for await (const { filename } of files) if (filename === 'pid') break;
    given.abort(new Error('no more'));
    await failed;
    const pid = Number(await readFile(joinPath(folder, 'pid'), 'utf8'));
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    await assert.rejects(start({ signal: given.signal }), { message: 'no more' });
  });

  it('says why there is no server', async () => {
    const broken = await script('broken.mjs', `console.error('no such thing'); process.exit(3);`);
    await assert.rejects(start({ program: broken }), {
      name: 'ServerStartError',
      code: 'exited',
      message: 'no such thing',
    });
    const babble = await script('babble.mjs', `console.log('hello'); setInterval(() => {}, 1000);`);
    await assert.rejects(start({ program: babble }), { name: 'ServerStartError', code: 'bad-answer' });
    await assert.rejects(start({ program: joinPath(folder, 'absent.mjs') }), { code: 'exited' });
  });
});
