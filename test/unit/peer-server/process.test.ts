import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { after, afterEach, before, describe, it } from 'mocha';
import { WebSocket } from 'ws';
import {
  endServers,
  join,
  peerId,
  peerUrl,
  PROGRAM,
  runProgram,
  selfSign,
  startTestServer,
  TestClient,
} from './support.ts';

describe('the program of the peer server', function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(joinPath(tmpdir(), 'parley-server-'));
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(endServers);

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`ends on ${signal} within a second and closes its sockets`, async () => {
      const { base, child, ended } = await startTestServer();
      const client = await join(base, peerId(1));
      const sent = Date.now();
      child.kill(signal);
      assert.equal(await client.closed, 1001);
      assert.equal((await ended).code, 0);
      assert.ok(Date.now() - sent < 1_000);
    });

  it('ends with its parent, whichever way that goes', async () => {
    for (const end of ['disconnect', 'SIGKILL'] as const) {
      const parent = joinPath(folder, `parent-${end}.mjs`);
      await writeFile(
        parent,
        `import { fork } from 'node:child_process';
         const child = fork(${JSON.stringify(PROGRAM)}, ['--port', '0'], { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
         child.stdout.on('data', (line) => process.send({ pid: child.pid, ready: JSON.parse(String(line)) }));
         process.on('message', () => { child.disconnect(); });`,
      );
      const process_ = fork(parent, { execArgv: [] });
      const [{ ready }] = (await once(process_, 'message')) as [{ ready: { port: number } }];
      const client = await new TestClient(
        peerUrl(`http://127.0.0.1:${String(ready.port)}/`, peerId(1), { key: 'peerjs' }),
      ).open();
      if (end === 'SIGKILL') process_.kill('SIGKILL');
      else process_.send('disconnect');
      await client.closed;
      if (end === 'disconnect') process_.kill('SIGKILL');
      // The port is free again only when nothing of it is left.
      await assert.rejects(untilRefused(ready.port), { code: 'ECONNREFUSED' });
    }
  });

  it('ends when its parent is gone before it has begun', async () => {
    for (const program of [PROGRAM, await slowProgram()]) {
      const child = fork(program, ['--port', '0'], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit');
      child.disconnect();
      assert.deepEqual(await ended, [0, null]);
    }
  });

  /** The program, in a process that sees the end of its parent before a line of it has run. */
  async function slowProgram(): Promise<string> {
    const path = joinPath(folder, 'slow.mjs');
    const url = JSON.stringify(pathToFileURL(PROGRAM).href);
    await writeFile(
      path,
      `process.once('disconnect', () => import(${url}));
       setTimeout(() => process.exit(9), 10_000);`,
    );
    return path;
  }

  it('takes the next port when asked to, else says that it is taken', async () => {
    const other = createServer().listen(0, '::');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = runProgram(['--port', String(port)]);
    const exit = await refused.ended;
    assert.equal(exit.code, 2);
    assert.match(exit.stderr, new RegExp(`^Port ${String(port)} is taken\\..*\n$`));
    const { line, child } = runProgram(['--port', String(port), '--next-port']);
    const ready = JSON.parse(await line) as { port: number };
    assert.notEqual(ready.port, port);
    child.kill();
    other.close();
  });

  it('listens on one address, under a path, when told so', async () => {
    const { addresses, port } = await startTestServer(['--host', '127.0.0.1', '--path', 'team/peer']);
    assert.deepEqual(addresses, [`http://127.0.0.1:${String(port)}/team/peer/`]);
    await join(addresses[0] ?? '', peerId(1));
    assert.equal((await fetch(`${addresses[0] ?? ''}healthz`)).status, 200);
    assert.equal((await fetch(`${addresses[0] ?? ''}secret-key/id`)).status, 200);
  });

  it('speaks https and wss with a certificate', async () => {
    const [cert, key] = [joinPath(folder, 'cert.pem'), joinPath(folder, 'key.pem')];
    await selfSign(cert, key);
    const { port, addresses } = await startTestServer(['--tls-cert', cert, '--tls-key', key]);
    assert.equal(addresses.at(-1), `https://127.0.0.1:${String(port)}/`);
    const [response] = await once(
      get(`https://127.0.0.1:${String(port)}/healthz`, { rejectUnauthorized: false }),
      'response',
    );
    assert.equal((response as { statusCode: number }).statusCode, 200);
    (response as NodeJS.ReadableStream).resume();
    const client = new WebSocket(peerUrl(`https://127.0.0.1:${String(port)}/`, peerId(1)), {
      rejectUnauthorized: false,
    });
    const [data] = await once(client, 'message');
    assert.equal(String(data), '{"type":"OPEN"}');
  });

  it('says what is wrong with a command line', async () => {
    const cases: readonly (readonly string[])[] = [
      ['--port', '99999'],
      ['--port', 'x'],
      ['--nonsense'],
      ['--key', 'has space'],
      ['--tls-cert', '/nowhere'],
      ['--tls-cert', '/nowhere', '--tls-key', '/nowhere'],
      ['--path', '/a?b'],
    ];
    for (const args of cases) {
      const { code, stderr } = await runProgram(args).ended;
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, /^[A-Z].*\n$/s);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
    const { code, stderr } = await runProgram(['--tls-cert', PROGRAM, '--tls-key', PROGRAM]).ended;
    assert.equal(code, 2);
    assert.match(stderr, /certificate/);
  });

  it('prints its usage and its version', async () => {
    assert.match(await runProgram(['--help']).line, /^Usage: parley-peer-server/);
    assert.match(await runProgram(['--version']).line, /^\d+\.\d+\.\d+$/);
  });
});

/** Connects again and again until that fails, and rejects with how. */
async function untilRefused(port: number): Promise<never> {
  for (;;) {
    const client = new WebSocket(`ws://127.0.0.1:${String(port)}/`);
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    if (error.code === 'ECONNREFUSED') throw error;
  }
}
