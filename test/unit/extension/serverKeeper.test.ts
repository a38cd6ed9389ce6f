import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, watch, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EventEmitter } from 'node:events';
import { startServerProcess, type ServerProcess } from '../../../src/extension/server/serverProcess.ts';
import { ServerKeeper, type ServerKeeperOptions } from '../../../src/extension/serverKeeper.ts';

// A program that speaks as the server does when it is ready, so that real processes live and die here.
const program = `
const { createServer } = require('node:http');
const { parseArgs } = require('node:util');
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const server = createServer((_request, response) => response.end(process.env.PARLEY_SERVER_KEY));
server.on('error', () => {
  if (!process.argv.includes('--next-port')) process.exit(2);
  server.listen(0, '127.0.0.1');
});
server.listen(port, '127.0.0.1');
server.on('listening', () => {
  const { port } = server.address();
  console.log(JSON.stringify({ event: 'listening', port, addresses: ['http://127.0.0.1:' + port + '/'] }));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
`;

describe('a server that dies', function () {
  this.timeout(20_000);
  let folder = '';
  let path = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-keeper-'));
    path = join(folder, 'server.cjs');
    await writeFile(path, program);
  });
  afterEach(() => rm(folder, { recursive: true }));

  function keep(delays: readonly number[], more: Partial<ServerKeeperOptions> = {}) {
    const events = new EventEmitter<{
      restarted: [number, boolean];
      log: [string];
      started: [ServerProcess];
    }>();
    const processes: ServerProcess[] = [];
    const keeper = ServerKeeper.start({
      start: async (options) => {
        const started = await startServerProcess(options);
        processes.push(started);
        return started;
      },
      program: path,
      port: 0,
      key: 'the-key',
      term: 0,
      log: (_level, message) => events.emit('log', message),
      onRestarted: (port, moved) => events.emit('restarted', port, moved),
      delays,
      ...more,
    });
    return { keeper, processes, events };
  }

  function kill(server: ServerProcess | undefined): void {
    assert.ok(server?.pid);
    process.kill(server.pid, 'SIGKILL');
  }

  it('runs again on the same port with the same key, as often as it takes', async () => {
    const { keeper, processes, events } = keep([10]);
    const kept = await keeper;
    const { port } = kept;
    for (let death = 0; death < 2; death++) {
      const restarted = once(events, 'restarted');
      kill(processes.at(-1));
      assert.deepEqual(await restarted, [port, false]);
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(await answer.text(), 'the-key');
    }
    await kept.dispose();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });

  it('is tried again when it does not start', async () => {
    const { keeper, processes, events } = keep([10]);
    const kept = await keeper;
    await writeFile(path, 'process.exit(3)');
    const failed = new Promise<void>((resolve) => {
      events.on('log', (line) => line.includes('could not be started again') && resolve());
    });
    kill(processes.at(-1));
    await failed;
    const restarted = once(events, 'restarted');
    await writeFile(path, program);
    await restarted;
    await kept.dispose();
  });

  it('waits for its port, which invites name, before it takes another', async () => {
    const { keeper, processes, events } = keep([10], { insist: 2 });
    const kept = await keeper;
    const { port } = kept;
    const failures: string[] = [];
    events.on('log', (line) => line.includes('could not be started again') && failures.push(line));
    // The server dies and, as it happens, somebody else is quicker.
    const squatter = createServer();
    processes.at(-1)?.onExit(() => squatter.listen(port, '127.0.0.1'));
    const restarted = once(events, 'restarted');
    kill(processes.at(-1));
    const [other, moved] = await restarted;
    assert.deepEqual([other === port, moved, failures.length], [false, true, 2]);
    assert.equal(kept.port, other);
    squatter.close();
    await kept.dispose();
  });

  it('waits at its first start, too, for a port by which others know it', async () => {
    const before = createServer();
    before.listen(0, '127.0.0.1');
    await once(before, 'listening');
    const address = before.address();
    assert.ok(typeof address === 'object' && address);
    const { port } = address;
    const { keeper, events } = keep([10], { port, insistAtFirst: true });
    events.on('log', (line) => line.includes('not free yet') && before.close());
    const kept = await keeper;
    assert.equal(kept.port, port);
    await kept.dispose();
  });

  it('does not wait for a start when the meeting is over', async () => {
    const { keeper, processes, events } = keep([10]);
    const kept = await keeper;
    await writeFile(
      path,
      "require('node:fs').writeFileSync(__dirname + '/runs', ''); setInterval(() => 0, 1e3);",
    );
    const runs = watch(folder);
    kill(processes.at(-1));
    for await (const { filename } of runs) if (filename === 'runs') break;
    const lines: string[] = [];
    events.on('log', (line) => lines.push(line));
    await kept.dispose();
    assert.equal(processes.length, 1);
    assert.ok(!lines.some((line) => line.includes('could not be started')));
  });

  it('stays away once the meeting is over', async () => {
    const { keeper, processes } = keep([60_000]);
    const kept = await keeper;
    const [first] = processes;
    const ended = new Promise<void>((resolve) => first?.onExit(() => resolve()));
    kill(first);
    await ended;
    await kept.dispose();
    assert.equal(processes.length, 1);
  });
});
