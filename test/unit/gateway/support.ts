import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'mocha';
import { WebSocket, type ClientOptions } from 'ws';
import { Gateway, type GatewayOptions } from '../../../src/extension/gateway/gateway.ts';
import { errorCode } from '../../../src/extension/gateway/errorCode.ts';
import { BODY_GREETING, BODY_HOST, RecordReader } from '../../../src/shared/records.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { opening } from '../../support/sockets.ts';

export const ORIGIN = 'vscode-webview://0123456789abcdef';

/** A gateway that lets `ORIGIN` in, with what it logs. */
export async function startGateway(more: Partial<GatewayOptions> = {}) {
  const lines: string[] = [];
  const gateway = await Gateway.start({
    preferredPort: 0,
    allowedOrigins: (origin) => origin === ORIGIN,
    log: (_level, message) => void lines.push(message),
    ...more,
  });
  return { gateway, lines };
}

/** Asks a gateway for a body, as a browser does that knows what `BODY_HOST` means. */
export function askForBody(
  port: string | number,
  word: string,
  { origin = ORIGIN, host = BODY_HOST, address = '127.0.0.1' } = {},
): Promise<{ readonly status: number; readonly body: IncomingMessage }> {
  const headers = { Origin: origin, Host: `${host}:${String(port)}` };
  return new Promise((resolve, reject) => {
    get({ host: address, port, path: `/bodies/${word}`, headers }, (body) => {
      resolve({ status: body.statusCode ?? 0, body });
    }).once('error', reject);
  });
}

/** A page's socket: frames can be waited for one by one. */
export class Page {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: (Buffer | TransferFrame)[] = [];
  #over = false;
  #wake: () => void = () => undefined;

  /** Whether what it waits for may be read. */
  #flow: Promise<void> = Promise.resolve();
  #go: () => void = () => undefined;

  /** Opens a stream as a page on the gateway's machine does: what is sent to it comes as a body. */
  static async byBody(url: string): Promise<Page> {
    const address = new URL(url);
    const { status, body } = await askForBody(address.port, address.searchParams.get('body') ?? '');
    assert.equal(status, 200);
    address.search = '?body=1';
    return new Page(address.href, {}, body).open();
  }

  constructor(url: string, options: ClientOptions = {}, body?: AsyncIterable<Uint8Array>) {
    this.socket = new WebSocket(url, { origin: ORIGIN, ...options });
    const read = body ? this.#read(body) : Promise.resolve();
    this.socket.on('message', (data, isBinary) => {
      if (Buffer.isBuffer(data))
        this.#messages.push(isBinary ? data : (JSON.parse(data.toString()) as TransferFrame));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code) => {
        void read.then(() => {
          this.#over = true;
          this.#wake();
          resolve(code);
        });
      });
    });
    this.socket.on('error', () => undefined);
  }

  /** Resolves when open; rejects with the HTTP status when turned down. */
  async open(): Promise<this> {
    await opening(this.socket);
    return this;
  }

  /** The next message; `undefined` when it closed and all were taken. */
  async next(): Promise<Buffer | TransferFrame | undefined> {
    while (this.#messages.length === 0 && !this.#over)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#messages.shift();
  }

  send(frame: TransferFrame | Buffer | string): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Reads nothing for a while. */
  pause(): void {
    this.socket.pause();
    this.#flow = new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  resume(): void {
    this.socket.resume();
    this.#go();
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const records = new RecordReader((frame) => {
      if (frame === BODY_GREETING) return;
      this.#messages.push(
        typeof frame === 'string' ? (JSON.parse(frame) as TransferFrame) : Buffer.from(frame),
      );
      this.#wake();
    });
    try {
      for await (const bytes of body) {
        await this.#flow;
        records.take(bytes);
      }
    } catch (error) {
      // Cut off, as the socket is.
      assert.equal(errorCode(error), 'ECONNRESET', String(error));
    }
  }

  get waiting(): number {
    return this.#messages.length;
  }
}

/**
 * Makes a gateway and a folder for all tests of the `describe` that this is called in, and takes them away after them.
 * @param take is given them before the first test.
 */
export function withGateway(
  take: (made: { readonly gateway: Gateway; readonly folder: TestFolder }) => void,
): void {
  let dispose: () => Promise<void> = () => Promise.resolve();
  before(async () => {
    const [{ gateway }, folder] = [await startGateway(), await makeFolder()];
    dispose = async () => {
      await gateway.dispose();
      await folder.dispose();
    };
    take({ gateway, folder });
  });
  after(() => dispose());
}

/** A folder that a test may fill. */
export type TestFolder = Awaited<ReturnType<typeof makeFolder>>;

/** A folder that goes away with `dispose`. */
export async function makeFolder() {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'parley-gateway-')));
  return {
    path,
    /** Writes a file of so many random bytes, and gives it as it would be put on offer. */
    async file(name: string, size: number) {
      const content = randomBytes(size);
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      const { mtimeMs } = await stat(file);
      return { file: { path: file, size, mtimeMs }, content };
    },
    async folder(name: string): Promise<string> {
      await mkdir(join(path, name));
      return join(path, name);
    },
    dispose: () => rm(path, { recursive: true }),
  };
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64url');
}

export async function hashOf(path: string): Promise<string> {
  return sha256(await readFile(path));
}
