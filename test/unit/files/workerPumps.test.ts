import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FILE_WINDOW } from '../../../src/shared/limits.ts';
import type { PumpNews, PumpOrder } from '../../../src/webview/files/pumpMessages.ts';
import type { PumpOptions } from '../../../src/webview/files/runningPump.ts';
import { WorkerPumps } from '../../../src/webview/files/workerPumps.ts';
import { turn } from '../../support/turn.ts';
import { chunkOf, credit, FakeChannel, fakeSockets, FakeSocket, MANIFEST, START } from './support.ts';

/** What the browser's side of a worker does. That one really pumps is tested where there is one: end to end. */
class Postbox {
  onmessage: ((event: { data: PumpNews }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  ended = false;
  readonly orders: PumpOrder[] = [];
  readonly #mayTransfer: boolean;

  constructor(mayTransfer = true) {
    this.#mayTransfer = mayTransfer;
  }

  postMessage(order: PumpOrder, transfer: readonly unknown[]): void {
    if (transfer.length > 0 && !this.#mayTransfer)
      throw new DOMException('could not be cloned', 'DataCloneError');
    this.orders.push(order);
  }

  terminate(): void {
    this.ended = true;
  }
}

describe('WorkerPumps', () => {
  let restore: () => void;
  const problems: string[] = [];
  const onProblem = (what: string): number => problems.push(what);
  beforeEach(() => {
    problems.length = 0;
    restore = fakeSockets();
  });
  afterEach(() => restore());

  function order(channel: FakeChannel): PumpOptions & { readonly told: number[] } {
    const told: number[] = [];
    return {
      direction: 'send',
      channel: channel.asChannel,
      url: Promise.resolve('ws://127.0.0.1:1/files/x'),
      size: 100,
      onProgress: (bytes) => told.push(bytes),
      told,
    };
  }

  /** A transfer runs in the page: the first chunk of its host reaches the channel. */
  async function runsHere(channel: FakeChannel): Promise<void> {
    await turn();
    const host = FakeSocket.made.at(-1);
    assert.ok(host);
    host.open();
    channel.receive(START);
    channel.receive(credit(FILE_WINDOW));
    host.receive(MANIFEST);
    const chunk = chunkOf(0, 10, { kind: 'manifest' });
    host.receive(chunk);
    assert.ok(channel.sent.some((sent) => sent instanceof ArrayBuffer));
  }

  it('hands the channel, then the address, to a worker, and tells what that says', async () => {
    const box = new Postbox();
    const pumps = new WorkerPumps(() => box as unknown as Worker, onProblem);
    const channel = new FakeChannel();
    const options = order(channel);
    const pump = pumps.start(options);
    await turn();
    assert.deepEqual(box.orders, [
      { t: 'start', pump: 1, direction: 'send', size: 100, channel: channel.asChannel },
      { t: 'url', pump: 1, url: 'ws://127.0.0.1:1/files/x' },
    ]);
    assert.equal(FakeSocket.made.length, 0);
    box.onmessage?.({ data: { t: 'progress', pump: 1, bytes: 40 } });
    assert.deepEqual([pump.bytes, options.told], [40, [40]]);
    box.onmessage?.({ data: { t: 'done', pump: 1, bytes: 100, end: { saved: 'a.txt' } } });
    assert.deepEqual(await pump.done, { saved: 'a.txt' });
    assert.equal(pump.addLane(new FakeChannel().asChannel), false);
  });

  it('reports what goes wrong beside the transfers', () => {
    const box = new Postbox();
    const pumps = new WorkerPumps(() => box as unknown as Worker, onProblem);
    pumps.start(order(new FakeChannel()));
    box.onmessage?.({ data: { t: 'problem', what: 'Error: odd' } });
    assert.deepEqual(problems, ['in the worker for files: Error: odd']);
  });

  it('says when there is no stream', async () => {
    const box = new Postbox();
    const pumps = new WorkerPumps(() => box as unknown as Worker, onProblem);
    pumps.start({ ...order(new FakeChannel()), url: Promise.reject(new Error('none')) });
    await turn();
    assert.deepEqual(box.orders.at(-1), { t: 'url', pump: 1, url: null });
  });

  it('pumps in the page where a channel cannot be handed on', async () => {
    const pumps = new WorkerPumps(() => new Postbox(false) as unknown as Worker, onProblem);
    const channel = new FakeChannel();
    pumps.start(order(channel));
    await runsHere(channel);
    assert.deepEqual(problems, ['a channel could not be handed to the worker']);
  });

  it('pumps in the page where there is no worker', async () => {
    const pumps = new WorkerPumps(() => {
      throw new Error('not allowed');
    }, onProblem);
    const channel = new FakeChannel();
    pumps.start(order(channel));
    await runsHere(channel);
    assert.deepEqual(problems, ['there is no worker for files']);
  });

  it('loses what a worker had that fails, and pumps in the page from then on', async () => {
    const box = new Postbox();
    const pumps = new WorkerPumps(() => box as unknown as Worker, onProblem);
    const lost = pumps.start(order(new FakeChannel()));
    box.onerror?.({ message: 'refused' });
    assert.deepEqual(await lost.done, { problem: 'link-lost', byPeer: false });
    assert.ok(box.ended);
    const channel = new FakeChannel();
    pumps.start(order(channel));
    await runsHere(channel);
  });
});
