import assert from 'node:assert/strict';
import type { FilePart, OwnOffer } from '../../../src/shared/filesRpc.ts';
import type { FileOffer } from '../../../src/shared/protocol.ts';
import { FileExchange } from '../../../src/webview/files/fileExchange.ts';
import { Pump } from '../../../src/webview/files/pump.ts';
import { fileKey } from '../../../src/webview/files/fileKeys.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import type { FileModel, TransferModel } from '../../../src/webview/model.ts';
import { turn } from '../../support/turn.ts';
import { chunkOf, credit, FakeChannel, FakeSocket, MANIFEST, START } from './support.ts';

// An exchange alone, between an extension host and members that are the test.

export const SELF = 'S'.repeat(43);
export const OLGA = 'O'.repeat(43);
export const PETE = 'P'.repeat(43);

/** What the extension host answers; a test can answer later, or not at all. */
export type Replies = Record<string, (params: never) => unknown>;

/** A transfer as its two ends see it. */
export interface Wires {
  readonly host: FakeSocket;
  readonly peer: FakeChannel;
}

export class Desk {
  readonly exchange: FileExchange;
  readonly calls: { readonly name: string; readonly params: unknown }[] = [];
  readonly told: string[] = [];
  readonly channels: FakeChannel[] = [];
  linked = true;
  now = 0;
  readonly #present = new Map<string, readonly FileOffer[]>();

  constructor(replies: Replies = {}, pauses: readonly number[] = [0]) {
    const answers: Replies = {
      openTarget: () => ({ target: 't'.repeat(22), url: 'ws://127.0.0.1:1/files/t', bytes: 0 }),
      openSource: () => ({ url: 'ws://127.0.0.1:1/files/s' }),
      mayTake: () => ({ take: false }),
      ...replies,
    };
    const call = async (name: string, params: never): Promise<unknown> => {
      this.calls.push({ name, params });
      return (await answers[name]?.(params)) ?? null;
    };
    this.exchange = new FileExchange({
      self: SELF,
      host: { call } as unknown as HostClient,
      startPump: (options) => new Pump(options),
      openChannel: (_to, label) => {
        if (!this.linked) return null;
        const channel = new FakeChannel(label);
        this.channels.push(channel);
        return channel.asChannel;
      },
      ways: { open: () => ({ start: () => undefined, end: () => undefined }) },
      now: () => this.now,
      pauses,
      onChange: () => undefined,
      onSourceProblem: ({ name }, problem) => this.told.push(`${name}: ${problem}`),
      onNotShared: (name, problem) => this.told.push(`${name} not shared: ${problem}`),
      onTooMany: (count) => this.told.push(`${String(count)} too many`),
      onProblem: (what) => this.told.push(what),
    });
  }

  called(name: string): unknown[] {
    return this.calls.filter((made) => made.name === name).map(({ params }) => params);
  }

  /** A member is here, and offers this. */
  offers(owner: string, ...offers: FileOffer[]): void {
    this.#present.set(owner, offers);
    this.#sync();
  }

  /** Their link is gone. */
  leaves(owner: string): void {
    this.#present.delete(owner);
    this.exchange.lost(owner);
    this.#sync();
  }

  /** Puts an own file on offer. */
  shares(offer: FileOffer, to: OwnOffer['to'] = null): void {
    this.exchange.offer([{ offer, to }]);
  }

  addPart(offer: FileOffer, part: Partial<FilePart>): void {
    const { kind, name, size, modified, files } = offer;
    this.exchange.addParts([
      { kind, name, size, modified, files, bytes: 1, paused: false, saved: null, ...part },
    ]);
  }

  /** A member asks for an own file. */
  asked(from: string, offer: string, transfer = 't'.repeat(22)): FakeChannel {
    const channel = new FakeChannel(`file/${offer}/${transfer}`);
    void this.exchange.serve(from, channel.asChannel);
    return channel;
  }

  get models(): FileModel[] {
    return this.exchange.models('Sam', (id) => (id === OLGA ? 'Olga' : 'Pete'));
  }

  model(owner: string, offer: FileOffer): FileModel | undefined {
    return this.models.find(({ id }) => id === fileKey(owner, offer.id));
  }

  transfer(owner: string, offer: FileOffer): TransferModel | null {
    return this.model(owner, offer)?.transfer ?? null;
  }

  status(owner: string, offer: FileOffer): string {
    return this.transfer(owner, offer)?.status ?? 'none';
  }

  take(owner: string, offer: FileOffer): void {
    this.exchange.take(fileKey(owner, offer.id), 'save');
  }

  /** A member is here with this offer, and it is taken; the extension host has answered when this resolves. */
  async takeFrom(owner: string, offer: FileOffer): Promise<void> {
    this.offers(owner, offer);
    this.take(owner, offer);
    await turn();
  }

  /** The latest transfer that has begun. */
  wires(): Wires {
    const host = FakeSocket.made.at(-1);
    const peer = this.channels.at(-1);
    assert.ok(host && peer);
    return { host, peer };
  }

  #sync(): void {
    this.exchange.sync(
      [...this.#present].map(([id, offers]) => ({
        id,
        name: id === OLGA ? 'Olga' : 'Pete',
        host: false,
        offers,
      })),
    );
  }
}

/** Lets a transfer begin, and so many bytes pass. */
export function begin({ host, peer }: Wires, bytes: number): void {
  host.open();
  host.receive(START);
  host.receive(credit(1_000));
  peer.receive(MANIFEST);
  peer.receive(chunkOf(0, 10, { kind: 'manifest' }));
  if (bytes > 0) peer.receive(chunkOf(0, bytes));
}

/** The extension host has what it was sent, and closes. */
export async function close({ host, peer }: Wires): Promise<void> {
  if (!peer.closed) peer.lose();
  if (!host.closed) host.lose();
  await turn();
  await turn();
}
