import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { configure, extension, isHealthy, leave, loopback, panelIs, Person, start } from './parley.ts';

const HOUR = 3_600_000;

async function listen(server: Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function waitFor(server: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await fetch(server);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe('Start Meeting', function () {
  this.timeout(30_000);
  let restore: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await leave();
    await restore?.();
    restore = undefined;
  });

  it('runs a server, opens the panel and hands out the invite', async () => {
    const person = await Person.sitDown();
    restore = await configure({ 'parley.displayName': 'Alice', 'parley.invite.expireAfterHours': 2 });
    const { text, invite } = await start();
    assert.equal(invite.hostName, 'Alice');
    assert.ok(Math.abs(invite.expires - (Date.now() + 2 * HOUR)) < 60_000);
    assert.ok(text.startsWith(`${vscode.env.uriScheme}://parley.parley/join?`));
    for (const server of invite.servers) assert.ok(await isHealthy(server), server);
    assert.ok(await isHealthy(loopback(invite)));
    await panelIs(true);
    const said = await person.sees(/^Meeting started/);
    assert.deepEqual(said.buttons, ['Copy Again', 'Show Invite']);
    // A browser without the permission has no clipboard; then that is what was said.
    if (said.kind === 'info') assert.equal(await vscode.env.clipboard.readText(), text);
  });

  it('leaves nothing behind', async () => {
    await Person.sitDown();
    const { invite } = await start();
    const server = loopback(invite);
    assert.ok(await isHealthy(server));
    await leave();
    assert.equal(await isHealthy(server), false);
    await panelIs(false);
  });

  it('takes the next free port when the wanted one is taken', async () => {
    await Person.sitDown();
    const squatter = createServer();
    const taken = await listen(squatter, '::');
    try {
      restore = await configure({ 'parley.server.port': taken });
      const { invite } = await start();
      assert.notEqual(new URL(loopback(invite)).port, String(taken));
      assert.ok(await isHealthy(loopback(invite)));
    } finally {
      squatter.close();
    }
  });

  it('gives a fresh invite to the same meeting with Copy Invite', async () => {
    const person = await Person.sitDown();
    await start();
    await vscode.commands.executeCommand('parley.copyInvite');
    await person.sees(/^The invite (is on|could not be put on) /);
  });

  it('meets on the server of the settings, a plain PeerJS one', async () => {
    await Person.sitDown();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/myapp`;
    const program = join(extension().extensionPath, 'node_modules/peer/dist/bin/peerjs.js');
    const child = fork(program, ['--port', String(port), '--path', '/myapp', '--key', 'team'], {
      env: { ...process.env, NODE_OPTIONS: undefined, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    try {
      await waitFor(url);
      restore = await configure({ 'parley.server.url': url, 'parley.server.key': 'team' });
      const { invite } = await start();
      assert.deepEqual(invite.servers, [`${url}/`]);
      assert.equal(invite.key, 'team');
    } finally {
      child.kill();
      await ended;
    }
  });

  it('says within five seconds that the server of the settings cannot be reached', async () => {
    // It accepts and never answers, as a wrong program or a firewall would.
    const silent = createServer((socket) => socket.on('error', () => socket.destroy()));
    const port = await listen(silent, '127.0.0.1');
    const sockets = new Set<{ destroy(): void }>();
    silent.on('connection', (socket) => sockets.add(socket));
    try {
      restore = await configure({ 'parley.server.url': `http://127.0.0.1:${port}` });
      const person = await Person.sitDown();
      const began = Date.now();
      assert.equal(await vscode.commands.executeCommand('parley.startMeeting'), undefined);
      const said = await person.sees(/cannot be reached/);
      assert.ok(Date.now() - began < 5_000, `it took ${Date.now() - began} ms`);
      assert.equal(said.kind, 'error');
      assert.ok(said.message.includes(`127.0.0.1:${port}`), said.message);
      assert.deepEqual(said.buttons, ['Retry', 'Open Settings', 'Test My Setup']);
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  it('says that the server of the settings is no address', async () => {
    restore = await configure({ 'parley.server.url': 'peer.example.com' });
    const person = await Person.sitDown();
    assert.equal(await vscode.commands.executeCommand('parley.startMeeting'), undefined);
    await person.sees(/"parley\.server\.url" is not an address/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, '127.0.0.1');
  server.close();
  await once(server, 'close');
  return port;
}
