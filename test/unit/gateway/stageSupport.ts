import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ClientOptions } from 'ws';
import { StageDoor, type StageDoorOptions } from '../../../src/extension/gateway/stageDoor.ts';
import { StageFiles } from '../../../src/extension/gateway/stageFiles.ts';
import { stageWelcome } from '../../../src/shared/stageRpc.ts';
import { TestClient } from '../peer-server/support.ts';
import { startGateway } from './support.ts';

/** What a door told, in order. */
export type Told =
  readonly [stage: string, connected: boolean] | readonly [stage: string, what: 'message', message: unknown];

/** A gateway that serves a stage out of a folder of its own, with what its door tells. */
export async function startStage(more: Partial<StageDoorOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-stage-'));
  await writeFile(join(folder, 'stage.js'), 'script();');
  await writeFile(join(folder, 'stage-style.css'), 'a{}');
  await writeFile(join(folder, 'secret.txt'), 'not for you');
  const told: Told[] = [];
  let wake: () => void = () => undefined;
  const tell = (what: Told): void => {
    told.push(what);
    wake();
  };
  const { gateway, lines } = await startGateway();
  const door = new StageDoor({
    log: (_level, message) => void lines.push(message),
    onConnected: (stage, connected) => tell([stage, connected]),
    onMessage: (stage, message) => tell([stage, 'message', message]),
    ...more,
  });
  const page = { folder, language: 'de', title: 'Parley' };
  gateway.serveStage(new StageFiles(page), door);
  const origin = `http://127.0.0.1:${String(gateway.port)}`;
  const connect = (options: ClientOptions = {}): TestClient =>
    new TestClient(`ws://127.0.0.1:${String(gateway.port)}/stage/link`, { origin, ...options });
  return {
    gateway,
    door,
    lines,
    folder,
    origin,
    connect,
    /** The next thing that the door tells. */
    async told(): Promise<Told | undefined> {
      while (told.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told.shift();
    },
    /** What the door told and nobody has asked for. */
    left: told,
    /** Connects and greets. */
    async greet(greeting: object, options: ClientOptions = {}): Promise<TestClient> {
      const client = await connect(options).open();
      client.send(greeting);
      return client;
    },
    fetch: (path: string, headers: Record<string, string> = {}) => fetchFrom(gateway.port, path, headers),
    async dispose(): Promise<void> {
      await door.dispose();
      await gateway.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

/** The welcome of a client that has greeted. */
export async function welcome(client: TestClient): Promise<v.InferOutput<typeof stageWelcome>> {
  return v.parse(stageWelcome, await client.next());
}

async function fetchFrom(port: number, path: string, headers: Record<string, string>) {
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const part of response) body += String(part);
  return { status: response.statusCode, headers: response.headers, body };
}
