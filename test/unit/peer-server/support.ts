import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WebSocket, type ClientOptions } from 'ws';
import { opening } from '../../support/sockets.ts';

/** The program, run from its sources. */
export const PROGRAM = fileURLToPath(new URL('../../../src/peer-server/main.ts', import.meta.url));
export const TOKEN = 'token0123456789abcdef';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A peer server as a child process. */
export interface TestServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly ended: Promise<Exit>;
  /** `http://127.0.0.1:port/`. */
  readonly base: string;
}

const running = new Set<ChildProcess>();

/** Runs the program; `line` is the first it prints. */
export function runProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += String(data)));
  const ended = new Promise<Exit & { stderr: string }>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stderr });
    });
  });
  const line = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then((exit) => reject(new Error(`the server ended: ${exit.stderr}`)));
  });
  line.catch(() => undefined);
  return { child, ended, line };
}

/** Starts a server on a free port with the key `secret-key`. */
export async function startTestServer(args: readonly string[] = []): Promise<TestServer> {
  const { child, ended, line } = runProgram(['--port', '0', ...args], { PARLEY_SERVER_KEY: 'secret-key' });
  const ready = JSON.parse(await line) as { port: number; addresses: string[] };
  return { child, ended, ...ready, base: `http://127.0.0.1:${String(ready.port)}/` };
}

/** Ends what a failing test may have left. */
export async function endServers(): Promise<void> {
  await Promise.all(
    Array.from(running, async (child) => {
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** A WebSocket whose messages and end can be waited for. */
export class TestClient {
  readonly socket: WebSocket;
  /** The close code. */
  readonly closed: Promise<number>;
  readonly #messages: string[] = [];
  #wake: () => void = () => undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on('message', (data) => {
      this.#messages.push(Buffer.isBuffer(data) ? data.toString() : '');
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', resolve);
    });
    this.socket.on('error', () => undefined);
  }

  /** Resolves when open; rejects with the HTTP status when turned down. */
  async open(): Promise<this> {
    await opening(this.socket);
    return this;
  }

  async next(): Promise<unknown> {
    while (this.#messages.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return JSON.parse(this.#messages.shift() ?? '');
  }

  get pending(): number {
    return this.#messages.length;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Resolves when the server has read all that was sent before. */
  async flushed(): Promise<void> {
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
  }
}

/** 32 hex characters that end with `n`. */
export function peerId(n: number): string {
  return `${'a'.repeat(24)}${n.toString(16).padStart(8, '0')}`;
}

export function peerUrl(base: string, id: string, { key = 'secret-key', token = TOKEN } = {}): string {
  return `${base.replace(/^http/, 'ws')}peerjs?${new URLSearchParams({ key, id, token, version: '1.5.5' }).toString()}`;
}

/** Connects and takes the OPEN. */
export async function join(base: string, id: string, token = TOKEN): Promise<TestClient> {
  const client = await new TestClient(peerUrl(base, id, { token })).open();
  const first = await client.next();
  if ((first as { type?: unknown }).type !== 'OPEN') throw new Error(JSON.stringify(first));
  return client;
}

/** Makes a certificate for localhost that nobody vouches for. */
export async function selfSign(cert: string, key: string): Promise<void> {
  const options = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
  await promisify(execFile)('openssl', [...options.split(' '), '-keyout', key, '-out', cert]);
}
