import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endChild, startChild } from '../../scripts/lib/children.ts';
import { requireProgram } from '../../scripts/lib/debian.ts';
import type { Machine } from './namespaces.ts';
import { makeTempFolder } from './temp.ts';

/** A TURN server with one user. */
export interface TurnServer {
  /** Its addresses for `parley.iceServers`, over UDP and over TCP. */
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
  dispose(): Promise<void>;
}

const PORT = 3_478;
const LINES = 50;

/** Starts Debian's coturn on a machine; resolves when it listens. */
export async function startTurnServer(machine: Machine): Promise<TurnServer> {
  const program = await requireProgram('turnserver', 'coturn');
  const folder = await makeTempFolder('turn');
  const [username, password] = ['parley', 'three words here'];
  const options = [
    // No file of its own: nothing of a coturn that this machine may be set up for.
    '-n',
    `--listening-ip=${machine.address}`,
    `--relay-ip=${machine.address}`,
    `--listening-port=${String(PORT)}`,
    '--lt-cred-mech',
    `--user=${username}:${password}`,
    '--realm=parley.test',
    '--no-tls',
    '--no-dtls',
    '--no-cli',
    `--pidfile=${folder.path}/pid`,
    `--userdb=${folder.path}/users`,
    '--log-file=stdout',
  ];
  const [command = '', ...args] = [...machine.prefix, program, ...options];
  const child = startChild(command, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder.path });
  if (!child.stdout) throw new Error('a child with pipes has none');
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (said.length > LINES) said.shift();
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`turnserver ended:\n${said.join('\n')}`);
  });
  await Promise.race([ended, listens(machine)]);
  ended.catch(() => undefined); // From here on it ends when it is told to.
  const address = `turn:${machine.address}:${String(PORT)}`;
  return {
    urls: [`${address}?transport=udp`, `${address}?transport=tcp`],
    username,
    password,
    dispose: async () => {
      await endChild(child);
      await folder.dispose();
    },
  };
}

/** It says that it opens its sockets before it does, so the system is asked. */
async function listens(machine: Machine): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (const flags of ['-Hltn', '-Hlun']) {
    while (machine.run('ss', flags, `sport = ${String(PORT)}`).trim() === '') {
      if (Date.now() > deadline) throw new Error('turnserver does not listen');
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
}
