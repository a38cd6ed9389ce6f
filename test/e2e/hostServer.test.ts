import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { endChild, startChild } from '../../scripts/lib/children.ts';
import { type LocalNetwork, type Machine, makeNetwork } from '../support/namespaces.ts';
import { openServerGuest } from '../support/serverGuest.ts';

// The server on a host's machine, as the extension host of a guest sees it from another machine.

const PROGRAM = fileURLToPath(new URL('../../src/peer-server/main.ts', import.meta.url));
const PORT = 9_000;

/** Runs a meeting's server on a machine. */
async function startServer({ prefix }: Machine) {
  const [command, ...args] = [...prefix, process.execPath, PROGRAM, '--port', String(PORT)];
  const env = { ...process.env, PARLEY_SERVER_KEY: 'secret-key' };
  const child = startChild(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the server says nothing');
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

describe('the server on the machine of a host, seen from another', function () {
  let network: LocalNetwork;
  let host: Machine;
  let server: Awaited<ReturnType<typeof startServer>>;
  let guest: Awaited<ReturnType<typeof openServerGuest>>;
  /** As the host tells of them: those of the machine, loopback last. */
  const urls = (): string[] => [host.address, '127.0.0.1'].map((name) => `http://${name}:${String(PORT)}/`);

  before(async () => {
    network = await makeNetwork(2);
  });
  beforeEach(async () => {
    const [first, second] = network.machines;
    assert.ok(first && second);
    host = first;
    server = await startServer(host);
    guest = await openServerGuest(second, `http://${host.address}:${String(PORT)}/`);
  });
  afterEach(async () => {
    await guest.dispose();
    await endChild(server);
  });
  after(() => network.dispose());

  it('refuses at once when it was killed, and answers when it runs again', async () => {
    assert.equal((await guest.look(urls())).state, 'answers');
    server.kill('SIGKILL');
    await once(server, 'exit');
    const { state, took } = await guest.look(urls());
    assert.equal(state, 'refused');
    assert.ok(took < 1_000, `seen after ${String(took)} ms`);
    server = await startServer(host);
    assert.equal((await guest.look(urls())).state, 'answers');
  });

  it('is silent when a cable was pulled', async () => {
    host.plug(false);
    assert.equal((await guest.look(urls())).state, 'silent');
    host.plug(true);
  });

  it('is followed to another address without the page’s noticing, long before its silence is one', async () => {
    const before = urls();
    host.readdress(20);
    const { moved, took, opened, connected } = await guest.move(urls());
    assert.deepEqual([moved, opened, connected], [true, 2, true]);
    assert.ok(took < 1_500, `followed after ${String(took)} ms`);
    const again = await guest.move(urls());
    assert.deepEqual([again.moved, again.opened, again.connected], [false, 2, true], 'it is there');
    assert.equal((await guest.look(before)).state, 'answers', 'and stays, whatever was told before');
  });
});
