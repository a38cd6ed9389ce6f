import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer, type WebSocket as Stream } from 'ws';
import { partPath, type PartState, removePart } from '../../../src/extension/gateway/part.ts';
import { receiveBundle } from '../../../src/extension/gateway/receiveBundle.ts';
import { sendBundle, type SourceBundle } from '../../../src/extension/gateway/sendBundle.ts';
import type { OwnOffer } from '../../../src/shared/filesRpc.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import { FileExchange } from '../../../src/webview/files/fileExchange.ts';
import { Pump } from '../../../src/webview/files/pump.ts';
import { samenessOf } from '../../../src/shared/sameness.ts';
import type { Present } from '../../../src/webview/files/others.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import type { FileModel } from '../../../src/webview/model.ts';
import { makeFolder, type TestFolder } from '../gateway/support.ts';
import { until } from '../../support/turn.ts';
import { channelPair, type FakeChannel } from './support.ts';

// People with a disk each: the page's exchange, and streams of an extension host over real sockets, joined by channels
// that are not real.

interface Left {
  readonly part: string;
  readonly state: PartState;
  readonly bytes: number;
}

/** Bytes that may pass before something happens on the way. */
interface Trap {
  bytes: number;
  readonly spring: () => void;
}

export class Person {
  readonly id: string;
  readonly name: string;
  readonly exchange: FileExchange;
  readonly calls: { readonly name: string; readonly params: unknown }[] = [];
  readonly problems: string[] = [];
  /** Answers `mayTake`. */
  mayTake = false;
  /** Ways that a transfer of ours may use beside the first. */
  lanes = 0;
  readonly #room: Room;
  readonly #server: WebSocketServer;
  readonly #folder: TestFolder;
  readonly #streams = new Map<string, (socket: Stream) => Promise<void>>();
  readonly #sources = new Map<string, SourceBundle>();
  readonly #parts = new Map<string, Left>();
  readonly #open: FakeChannel[] = [];

  constructor(room: Room, name: string, server: WebSocketServer, folder: Person['folder']) {
    this.#room = room;
    this.#server = server;
    this.#folder = folder;
    this.name = name;
    this.id = name.padEnd(43, '-');
    server.on('connection', (socket, { url }) => void this.#streams.get(url ?? '')?.(socket));
    const call = async (method: string, params: never): Promise<unknown> => {
      this.calls.push({ name: method, params });
      return this.#answer(method, params);
    };
    this.exchange = new FileExchange({
      self: this.id,
      host: { call } as unknown as HostClient,
      startPump: (options) => new Pump(options),
      openChannel: (to, label) => this.#openChannel(to, label),
      ways: {
        open: (to, transfer) => ({
          start: (onChannel) => {
            for (let lane = 0; lane < this.lanes; lane++) {
              const [near, far] = channelPair(`lane/${transfer}`, (bytes) => room.passed(bytes));
              this.#open.push(near);
              room.get(to)?.exchange.serveLane(this.id, far.asChannel);
              onChannel(near.asChannel);
            }
          },
          end: () => undefined,
        }),
      },
      now: () => performance.now(),
      onChange: () => undefined,
      onSourceProblem: (offer, problem) => this.problems.push(`${offer.name}: ${problem}`),
      onNotShared: (file, problem) => this.problems.push(`${file} was not shared: ${problem}`),
      onTooMany: (count) => this.problems.push(`${String(count)} too many`),
      onProblem: () => undefined,
    });
  }

  get folder(): TestFolder {
    return this.#folder;
  }

  /** Puts files of random bytes on offer, as one file or as a folder. Gives the offer and the contents by path. */
  async share(name: string, sizes: Readonly<Record<string, number>>, to: OwnOffer['to'] = null) {
    const made = [];
    for (const [path, size] of Object.entries(sizes)) {
      made.push({ path, ...(await this.#folder.file(join('own', name, path), size)) });
    }
    const kind = made.length === 1 ? 'file' : 'folder';
    const size = made.reduce((sum, { content }) => sum + content.length, 0);
    const offer: FileOffer = {
      id: randomBytes(16).toString('base64url'),
      kind,
      name,
      size,
      files: made.length,
      modified: 1,
      path: null,
    };
    this.#sources.set(offer.id, {
      manifest: {
        kind,
        files: made.map(({ path, content }) => ({ path, size: content.length })),
        emptyFolders: [],
      },
      files: made.map(({ file }) => file),
    });
    this.exchange.offer([{ offer, to }]);
    this.#room.tell();
    return {
      offer,
      files: made.map(({ file }) => file),
      content: new Map(made.map((one) => [one.path, one.content])),
    };
  }

  /** Offers what somebody else offers, byte by byte the same. */
  shareCopy(of: Person, offer: FileOffer): void {
    const id = randomBytes(16).toString('base64url');
    const source = of.#sources.get(offer.id);
    if (source) this.#sources.set(id, source);
    this.exchange.offer([{ offer: { ...offer, id }, to: null }]);
    this.#room.tell();
  }

  get models(): FileModel[] {
    return this.exchange.models(this.name, (id) => this.#room.get(id)?.name ?? '?');
  }

  model(offer: FileOffer): FileModel | undefined {
    return this.models.find(({ name }) => name === offer.name);
  }

  /** Takes what has this name; resolves when it is in one of these states. */
  async take(offer: FileOffer, ...states: string[]): Promise<FileModel> {
    const model = this.model(offer);
    if (!model) throw new Error(`${this.name} does not see ${offer.name}`);
    this.exchange.take(model.id, 'save');
    return this.reaches(offer, ...(states.length === 0 ? ['saved', 'failed'] : states));
  }

  async reaches(offer: FileOffer, ...states: string[]): Promise<FileModel> {
    await until(() => states.includes(this.model(offer)?.transfer?.status ?? 'none'));
    const model = this.model(offer);
    if (!model) throw new Error('it is not there any more');
    return model;
  }

  /** What was received, by name, or path in a folder that was. */
  read(...path: string[]): Promise<Buffer> {
    return readFile(join(this.#folder.path, 'got', ...path));
  }

  /** What lies where files are received. */
  got(): Promise<string[]> {
    return readdir(join(this.#folder.path, 'got'));
  }

  /** The link to everybody is gone: what was on its way is lost. */
  cut(): void {
    for (const channel of this.#open.splice(0)) channel.close();
  }

  /** One connection beside the first is gone. */
  cutLane(): void {
    this.#open
      .findLast(({ label, readyState }) => label.startsWith('lane/') && readyState === 'open')
      ?.close();
  }

  async dispose(): Promise<void> {
    this.exchange.dispose();
    this.cut();
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await once(this.#server, 'close');
    await this.#folder.dispose();
  }

  #openChannel(to: string, label: string): RTCDataChannel | null {
    const other = this.#room.get(to);
    if (!other || this.#room.apart) return null;
    const [near, far] = channelPair(label, (bytes) => this.#room.passed(bytes));
    this.#open.push(near);
    void other.exchange.serve(this.id, far.asChannel);
    return near.asChannel;
  }

  #url(serve: (socket: Stream) => Promise<void>): string {
    const path = `/${randomBytes(8).toString('hex')}`;
    this.#streams.set(path, serve);
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  async #answer(method: string, params: { offer: never; name: string; size: number }): Promise<unknown> {
    switch (method) {
      case 'mayTake':
        return { take: this.mayTake };
      case 'openSource':
        return { url: this.#url((socket) => this.#send(socket, params.offer)) };
      case 'openTarget':
        return this.#target(params.offer);
      case 'discardPart': {
        const left = this.#parts.get(samenessOf(params.offer));
        this.#parts.delete(samenessOf(params.offer));
        if (left) await removePart(left.part);
        return null;
      }
      case 'openDrop': {
        const { name, size } = params;
        return this.#target({ id: '', kind: 'file', name, size, files: 1, modified: 0, path: null });
      }
      default:
        return null;
    }
  }

  #send(socket: Stream, offer: string): Promise<void> {
    const open = async (): Promise<SourceBundle> => {
      const source = this.#sources.get(offer);
      if (!source) throw new Error('no such offer');
      return source;
    };
    return sendBundle(
      { socket, body: null },
      { open, signal: new AbortController().signal },
      () => undefined,
    );
  }

  async #target(offer: FileOffer): Promise<unknown> {
    const directory = join(this.#folder.path, 'got');
    await mkdir(directory, { recursive: true });
    const key = samenessOf(offer);
    const left = this.#parts.get(key);
    const part = left?.part ?? partPath(directory, offer.name);
    const { kind, size, files } = offer;
    const serve = (socket: Stream): Promise<void> =>
      receiveBundle(
        socket,
        {
          kind,
          size,
          files,
          part,
          left: left?.state ?? null,
          onPart: (state, bytes) => {
            if (state) this.#parts.set(key, { part, state, bytes });
            else this.#parts.delete(key);
          },
          place: async (from) => {
            await rename(from, join(directory, offer.name));
            return offer.name;
          },
          onFailed: () => undefined,
          signal: new AbortController().signal,
        },
        () => undefined,
      );
    return { url: this.#url(serve), target: randomBytes(16).toString('base64url'), bytes: left?.bytes ?? 0 };
  }
}

/** Who is in a meeting, as their pages know each other. */
export class Room {
  readonly people: Person[] = [];
  /** Nobody reaches anybody. */
  apart = false;
  #trap: Trap | null = null;

  async enter(name: string): Promise<Person> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    const person = new Person(this, name, server, await makeFolder());
    this.people.push(person);
    this.tell();
    return person;
  }

  get(id: string): Person | undefined {
    return this.people.find((person) => person.id === id);
  }

  /** Everybody hears what everybody offers to them. */
  tell(): void {
    for (const person of this.people) {
      const present = this.people
        .filter((other) => other !== person && !this.apart)
        .map(({ id, name, exchange }): Present => ({
          id,
          name,
          host: false,
          offers: exchange.offersTo(person.id),
        }));
      person.exchange.sync(present);
    }
  }

  /** Somebody is gone, as far as the others know. */
  leave(person: Person): void {
    this.people.splice(this.people.indexOf(person), 1);
    for (const other of this.people) other.exchange.lost(person.id);
    person.cut();
    this.tell();
  }

  /** All links break, and are there again with `meet`. */
  part(): void {
    this.apart = true;
    for (const person of this.people) person.cut();
    for (const person of this.people) for (const other of this.people) person.exchange.lost(other.id);
    this.tell();
  }

  meet(): void {
    this.apart = false;
    this.tell();
  }

  /** When so many bytes have come through, something happens. */
  after(bytes: number, spring: () => void): void {
    this.#trap = { bytes, spring };
  }

  /** So many bytes came through. */
  passed(bytes: number): void {
    const trap = this.#trap;
    if (!trap) return;
    trap.bytes -= bytes;
    if (trap.bytes > 0) return;
    this.#trap = null;
    trap.spring();
  }

  async dispose(everybody: readonly Person[]): Promise<void> {
    for (const person of everybody) await person.dispose();
  }
}
