import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FILE_WINDOW, MAX_TRANSFER_FRAME } from '../../../src/shared/limits.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { Pump, type PumpOptions } from '../../../src/webview/files/pump.ts';
import { FakeChannel, fakeSockets, FakeSocket, turn } from './support.ts';

const END: TransferFrame = { t: 'end', sha256: 'A'.repeat(43) };
const SAVED: TransferFrame = { t: 'saved', name: 'here.txt' };
const credit = (bytes: number): TransferFrame => ({ t: 'credit', bytes });
const fault = (problem: 'protocol' | 'cancelled' | 'withdrawn'): TransferFrame => ({ t: 'error', problem });

describe('Pump', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  async function start(direction: PumpOptions['direction'], size: number, channel = new FakeChannel()) {
    const progress: number[] = [];
    const pump = new Pump({
      direction,
      channel: channel.asChannel,
      url: Promise.resolve('ws://127.0.0.1:1/files/x'),
      size,
      onProgress: (bytes) => progress.push(bytes),
    });
    await turn();
    const host = FakeSocket.made.at(-1);
    assert.ok(host);
    return { pump, host: host.open(), peer: channel, progress };
  }

  it('carries a file from the peer to the disk', async () => {
    const { pump, host, peer, progress } = await start('receive', 30);
    host.receive(credit(100));
    assert.deepEqual(peer.frames, [credit(100)]);
    peer.receive(new ArrayBuffer(10));
    peer.receive(new ArrayBuffer(20));
    peer.receive(END);
    assert.deepEqual([host.bytes, host.frames, progress], [30, [END], [10, 30]]);
    host.receive(SAVED);
    assert.deepEqual(await pump.done, { saved: 'here.txt' });
    assert.deepEqual(peer.frames.at(-1), { t: 'saved', name: '' }, 'the name is not the sender’s business');
    assert.ok(host.closed && peer.closed);
  });

  it('carries a file from the disk to the peer, whose source may go when it has said all', async () => {
    const { pump, host, peer } = await start('send', 30);
    peer.receive(credit(100));
    assert.deepEqual(host.frames, [credit(100)]);
    host.receive(new ArrayBuffer(30));
    host.receive(END);
    host.lose();
    assert.deepEqual([peer.bytes, peer.frames], [30, [END]]);
    peer.receive(SAVED);
    assert.deepEqual(await pump.done, { saved: 'here.txt' });
  });

  it('keeps what is said to a side that is not open yet, within bounds', async () => {
    const { host, peer } = await start('receive', 30, new FakeChannel('', 'connecting'));
    host.receive(credit(10));
    host.receive(credit(20));
    assert.deepEqual(peer.frames, []);
    peer.open();
    assert.deepEqual(peer.frames, [credit(10), credit(20)]);
    const other = await start('receive', 30, new FakeChannel('', 'connecting'));
    for (let frames = 0; frames < 17; frames++) other.host.receive(credit(1));
    assert.deepEqual(await other.pump.done, { problem: 'protocol', byPeer: false });
  });

  type Side = 'host' | 'peer';
  type Step = readonly [Side, TransferFrame | ArrayBuffer | string | Blob];
  const hostile: Record<string, readonly [PumpOptions['direction'], ...Step[]]> = {
    'bytes without credit': ['receive', ['peer', new ArrayBuffer(1)]],
    'more bytes than the credit': ['receive', ['host', credit(5)], ['peer', new ArrayBuffer(6)]],
    'more bytes than announced': ['receive', ['host', credit(100)], ['peer', new ArrayBuffer(31)]],
    'more credit than the window': ['send', ['peer', credit(FILE_WINDOW)], ['peer', credit(1)]],
    'bytes from who takes': ['send', ['peer', credit(10)], ['peer', new ArrayBuffer(1)]],
    'an end from who takes': ['send', ['peer', END]],
    'credit from who gives': ['receive', ['peer', credit(10)]],
    'a "saved" from who gives': ['receive', ['peer', SAVED]],
    'a "saved" before all bytes': [
      'send',
      ['peer', credit(30)],
      ['host', new ArrayBuffer(29)],
      ['peer', SAVED],
    ],
    'text that is no frame': ['receive', ['peer', '{"t":"credit"}']],
    'text that is no JSON': ['receive', ['peer', '{']],
    'a frame that is too long': ['receive', ['peer', JSON.stringify(END).padEnd(MAX_TRANSFER_FRAME + 1)]],
    'a blob': ['receive', ['peer', new Blob(['x'])]],
    'credit of no bytes': ['send', ['peer', credit(0)]],
    'credit of half a byte': ['send', ['peer', credit(0.5)]],
  };
  for (const [what, [direction, ...steps]] of Object.entries(hostile)) {
    it(`ends at ${what}, and tells both sides`, async () => {
      const wires = await start(direction, 30);
      for (const [side, data] of steps) wires[side].receive(data);
      assert.deepEqual(await wires.pump.done, { problem: 'protocol', byPeer: false });
      for (const side of [wires.host, wires.peer]) {
        assert.deepEqual(side.frames.at(-1), fault('protocol'));
        assert.ok(side.closed);
      }
      const last = steps.at(-1)?.[1];
      if (last instanceof ArrayBuffer) assert.ok(wires.host.bytes + wires.peer.bytes < 30, 'not let through');
    });
  }

  it('is cancelled from here, once, and tells both sides', async () => {
    const { pump, host, peer } = await start('receive', 30);
    pump.cancel();
    pump.cancel('withdrawn');
    assert.deepEqual(await pump.done, { problem: 'cancelled', byPeer: false });
    assert.deepEqual([host.frames, peer.frames], [[fault('cancelled')], [fault('cancelled')]]);
  });

  it('ends when the peer says so, and the disk is told', async () => {
    const { pump, host, peer } = await start('receive', 30);
    peer.receive(fault('withdrawn'));
    assert.deepEqual(await pump.done, { problem: 'withdrawn', byPeer: true });
    assert.deepEqual(host.frames, [fault('withdrawn')]);
    assert.ok(host.closed && peer.closed);
  });

  it('ends with the link, with the disk, and without a stream', async () => {
    const link = await start('receive', 30);
    link.peer.lose();
    assert.deepEqual(await link.pump.done, { problem: 'link-lost', byPeer: false });
    assert.ok(link.host.closed);
    const disk = await start('receive', 30);
    disk.host.lose();
    assert.deepEqual(await disk.pump.done, { problem: 'target-unwritable', byPeer: false });
    assert.deepEqual(disk.peer.frames, [{ t: 'error', problem: 'target-unwritable' }]);
    const channel = new FakeChannel();
    const none = new Pump({
      direction: 'send',
      channel: channel.asChannel,
      url: Promise.reject(new Error('no such offer')),
      size: 30,
      onProgress: () => undefined,
    });
    assert.deepEqual(await none.done, { problem: 'source-unreadable', byPeer: false });
    assert.ok(channel.closed);
  });

  it('hears nothing any more when it has ended', async () => {
    const { pump, host, peer, progress } = await start('receive', 30);
    host.receive(credit(30));
    const late = peer.onmessage;
    pump.cancel();
    late?.({ data: new ArrayBuffer(10) });
    assert.deepEqual([host.bytes, progress], [0, []]);
    assert.deepEqual([peer.onmessage, host.onmessage, host.onclose], [null, null, null]);
  });
});
