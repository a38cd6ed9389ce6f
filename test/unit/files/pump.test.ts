import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FILE_CHUNK, FILE_WINDOW, MAX_ENTRIES, MAX_TRANSFER_FRAME } from '../../../src/shared/limits.ts';
import type { TransferFrame, TransferProblem } from '../../../src/shared/transfer.ts';
import { Pump } from '../../../src/webview/files/pump.ts';
import type { PumpOptions } from '../../../src/webview/files/runningPump.ts';
import { turn } from '../../support/turn.ts';
import {
  chunkOf,
  credit,
  DIGESTS,
  FakeChannel,
  fakeSockets,
  FakeSocket,
  MANIFEST,
  SAVED,
  START,
} from './support.ts';

const fault = (problem: TransferProblem): TransferFrame => ({ t: 'error', problem });
const manifestChunk = chunkOf(0, 10, { kind: 'manifest' });

describe('Pump', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  async function start(direction: PumpOptions['direction'], size: number, channel = new FakeChannel()) {
    const progress: number[] = [];
    const seen = { content: 0 };
    const pump = new Pump({
      direction,
      channel: channel.asChannel,
      url: Promise.resolve('ws://127.0.0.1:1/files/x'),
      size,
      onProgress: (bytes) => progress.push(bytes),
      onContent: () => seen.content++,
    });
    await turn();
    const host = FakeSocket.made.at(-1);
    assert.ok(host);
    host.open();
    const target = direction === 'receive' ? host : channel;
    const source = direction === 'receive' ? channel : host;
    /** Up to where content may follow. */
    const begin = (bytes = FILE_WINDOW): void => {
      target.receive(START);
      target.receive(credit(bytes));
      source.receive(MANIFEST);
      source.receive(manifestChunk);
    };
    /** Both sides close what is theirs to close. */
    const over = (): typeof pump.done => {
      if (!channel.closed) channel.lose();
      host.lose();
      return pump.done;
    };
    return { pump, host, peer: channel, source, target, progress, seen, begin, over };
  }

  it('carries a bundle from the peer to the disk, as it is', async () => {
    const { host, peer, begin, over, seen, pump } = await start('receive', 30);
    begin();
    assert.deepEqual([peer.frames, seen.content], [[START, credit(FILE_WINDOW)], 0]);
    const chunks = [chunkOf(20, 10), chunkOf(0, 20)];
    for (const chunk of chunks) peer.receive(chunk);
    peer.receive(DIGESTS);
    assert.deepEqual(
      [host.frames, host.chunks],
      [
        [MANIFEST, DIGESTS],
        [manifestChunk, ...chunks],
      ],
    );
    assert.deepEqual([pump.bytes, seen.content], [30, 1]);
    host.receive(SAVED);
    assert.deepEqual(peer.frames.at(-1), { t: 'saved', name: '' }, 'the name is not the sender’s business');
    assert.equal(peer.closed, false, 'whoever hears it closes');
    assert.deepEqual(await over(), { saved: 'here.txt' });
  });

  it('carries a bundle from the disk to the peer, and closes when that says it is saved', async () => {
    const { host, peer, begin, over } = await start('send', 30);
    begin();
    host.receive(chunkOf(0, 30));
    host.receive(DIGESTS);
    assert.deepEqual(
      [peer.bytes, peer.frames, host.frames],
      [40, [MANIFEST, DIGESTS], [START, credit(FILE_WINDOW)]],
    );
    peer.receive(SAVED);
    assert.ok(peer.closed);
    assert.deepEqual(await over(), { saved: 'here.txt' });
  });

  it('counts what is there: from where it went on, without what came twice', async () => {
    const { host, peer, target, source, pump } = await start('receive', 100);
    target.receive({ ...START, at: 40, manifest: 'A'.repeat(43) });
    target.receive(credit(1_000));
    source.receive(MANIFEST);
    assert.equal(pump.bytes, 40);
    peer.receive(chunkOf(40, 20));
    assert.equal(pump.bytes, 60);
    host.receive({ t: 'again', at: 50, bytes: 10 });
    assert.equal(pump.bytes, 50);
    peer.receive(chunkOf(50, 10));
    host.receive({ t: 'back', at: 30, round: 1 });
    assert.equal(pump.bytes, 30);
    peer.receive(chunkOf(60, 20));
    assert.equal(pump.bytes, 30, 'of a round that is over');
    peer.receive(chunkOf(30, 20, { round: 1 }));
    assert.equal(pump.bytes, 50);
  });

  it('tells of progress four times a second at most', async () => {
    const { peer, begin, progress } = await start('receive', 1_000);
    begin();
    const began = performance.now();
    for (let at = 0; at < 1_000; at++) peer.receive(chunkOf(at, 1));
    assert.ok(progress.length <= 1 + (performance.now() - began) / 250, String(progress.length));
    assert.ok(progress.length >= 1);
  });

  it('keeps what is said to a side that is not open yet, within bounds', async () => {
    const { host, peer } = await start('receive', 30, new FakeChannel('', 'connecting'));
    host.receive(START);
    host.receive(credit(20));
    assert.deepEqual(peer.frames, []);
    peer.open();
    assert.deepEqual(peer.frames, [START, credit(20)]);
    const other = await start('receive', 30, new FakeChannel('', 'connecting'));
    other.host.receive(START);
    for (let frames = 0; frames < 16; frames++) other.host.receive(credit(1));
    assert.deepEqual(await other.over(), { problem: 'protocol', byPeer: false });
  });

  it('gives each chunk to the channel with the least in its buffer', async () => {
    const { pump, host, peer, begin } = await start('send', FILE_WINDOW);
    const lanes = [new FakeChannel('1'), new FakeChannel('2', 'connecting'), new FakeChannel('3')];
    for (const lane of lanes) assert.ok(pump.addLane(lane.asChannel));
    assert.equal(pump.addLane(new FakeChannel('4').asChannel), false, 'three are enough');
    peer.bufferedAmount = 500;
    begin(FILE_WINDOW / 2);
    assert.deepEqual(peer.chunks.length, 1, 'the manifest goes where its frame went');
    const [one, opening, three] = lanes;
    assert.ok(one && opening && three);
    one.bufferedAmount = 300;
    three.bufferedAmount = 200;
    host.receive(chunkOf(0, 10));
    three.bufferedAmount = 400;
    host.receive(chunkOf(10, 10));
    one.bufferedAmount = three.bufferedAmount = 600;
    host.receive(chunkOf(20, 10));
    assert.deepEqual([one.chunks.length, opening.chunks.length, three.chunks.length], [1, 0, 1]);
    assert.equal(peer.chunks.length, 2);
  });

  it('keeps chunks until a channel has room, so that a lane that opens late gets its share', async () => {
    const { pump, host, peer, begin } = await start('send', FILE_WINDOW);
    begin();
    const before = peer.chunks.length;
    peer.bufferedAmount = FILE_WINDOW / 2;
    const chunks = [0, 1, 2].map((index) => chunkOf(index * 10, 10));
    for (const chunk of chunks) host.receive(chunk);
    assert.equal(peer.chunks.length, before, 'nothing chose its way yet');
    const lane = new FakeChannel('1', 'connecting');
    pump.addLane(lane.asChannel);
    lane.open();
    assert.deepEqual(lane.chunks, chunks);
    lane.bufferedAmount = FILE_WINDOW / 2;
    const late = chunkOf(30, 10);
    host.receive(late);
    lane.flush(FILE_WINDOW / 2);
    assert.deepEqual(lane.chunks, [...chunks, late]);
    assert.equal(peer.chunks.length, before);
  });

  it('goes on without a lane that carried nothing, and ends with one that did', async () => {
    const { pump, host, peer, begin, over } = await start('send', 100);
    const [idle, busy] = [new FakeChannel('1'), new FakeChannel('2')];
    pump.addLane(idle.asChannel);
    idle.lose();
    begin();
    host.receive(chunkOf(0, 10));
    assert.equal(peer.bytes, 20);
    pump.addLane(busy.asChannel);
    peer.bufferedAmount = 1;
    host.receive(chunkOf(10, 10));
    assert.equal(busy.bytes, 10);
    busy.lose();
    assert.deepEqual([peer.frames.at(-1), host.frames.at(-1)], [fault('link-lost'), fault('link-lost')]);
    assert.deepEqual(await over(), { problem: 'link-lost', byPeer: false });
  });

  it('takes chunks from lanes, and nothing else', async () => {
    const { pump, host, begin, over } = await start('receive', 100);
    begin();
    const lane = new FakeChannel('1');
    pump.addLane(lane.asChannel);
    lane.receive(chunkOf(50, 50));
    assert.equal(host.bytes, 60);
    lane.receive(DIGESTS);
    assert.deepEqual(await over(), { problem: 'protocol', byPeer: false });
    assert.ok(lane.closed);
    assert.equal(pump.addLane(new FakeChannel('2').asChannel), false, 'it has ended');
  });

  it('does not let itself be filled with what has not left the page', async () => {
    const { peer, host, begin, over } = await start('send', 3 * FILE_WINDOW);
    begin(FILE_WINDOW);
    peer.bufferedAmount = FILE_WINDOW / 2;
    for (let at = 0; at < FILE_WINDOW - FILE_CHUNK; at += FILE_CHUNK) host.receive(chunkOf(at, FILE_CHUNK));
    peer.bufferedAmount += FILE_WINDOW;
    peer.receive(credit(FILE_CHUNK));
    assert.deepEqual(await over(), { problem: 'protocol', byPeer: false });
  });

  type Name = 'source' | 'target';
  type Step = readonly [Name, TransferFrame | ArrayBuffer | string | Blob];
  const begun: Step[] = [
    ['target', START],
    ['target', credit(1_000)],
    ['source', MANIFEST],
    ['source', manifestChunk],
  ];
  const back = (at: number, round: number): TransferFrame => ({ t: 'back', at, round });
  const again = (at: number, bytes: number): TransferFrame => ({ t: 'again', at, bytes });
  const hostile: Record<string, readonly Step[]> = {
    'content before the start': [['source', chunkOf(0, 1)]],
    'a manifest before the start': [['source', MANIFEST]],
    'credit before the start': [['target', credit(1)]],
    'a second start': [...begun, ['target', START]],
    'a start beyond the end': [['target', { ...START, at: 31 }]],
    'a second manifest': [...begun, ['source', MANIFEST]],
    'more manifest than announced': [...begun, ['source', chunkOf(10, 1, { kind: 'manifest' })]],
    'the manifest twice': [...begun, ['source', manifestChunk]],
    'content before the manifest': [
      ['target', START],
      ['target', credit(10)],
      ['source', chunkOf(0, 1)],
    ],
    'bytes without credit': [
      ['target', START],
      ['target', credit(9)],
      ['source', MANIFEST],
      ['source', manifestChunk],
    ],
    'more bytes than the credit': [
      ['target', START],
      ['target', credit(15)],
      ...begun.slice(2),
      ['source', chunkOf(0, 6)],
    ],
    'content beyond the size': [...begun, ['source', chunkOf(25, 6)]],
    'content of a round to come': [...begun, ['source', chunkOf(0, 1, { round: 1 })]],
    'more credit than the window': [...begun, ['target', credit(FILE_WINDOW)]],
    'credit by asking again': [
      ['target', START],
      ['target', credit(FILE_WINDOW)],
      ['source', MANIFEST],
      ['target', again(0, 1)],
    ],
    'asking again for what did not come': [...begun, ['source', chunkOf(0, 10)], ['target', again(5, 6)]],
    'going back to where nothing was': [...begun, ['target', back(1, 1)]],
    'the same round again': [...begun, ['target', back(0, 1)], ['target', back(0, 1)]],
    'content from who takes': [...begun, ['target', chunkOf(0, 1)]],
    'digests from who takes': [...begun, ['target', DIGESTS]],
    'digests without end': [
      ...begun,
      ...Array.from({ length: MAX_ENTRIES / 50 + 1 }, (_, i): Step => [
        'source',
        { t: 'digests', first: i, sha256: Array.from({ length: 50 }, () => 'A'.repeat(43)) },
      ]),
    ],
    'a digest of no file': [...begun, ['source', { ...DIGESTS, first: MAX_ENTRIES }]],
    'credit from who gives': [...begun, ['source', credit(1)]],
    'a start from who gives': [['source', START]],
    'a "saved" from who gives': [...begun, ['source', SAVED]],
    'a "saved" before all bytes': [...begun, ['source', chunkOf(0, 29)], ['target', SAVED]],
    'credit byte by byte': [
      ['target', START],
      ...Array.from({ length: 256 }, (): Step => ['target', credit(1)]),
    ],
    'text that is no frame': [...begun, ['source', '{"t":"credit"}']],
    'text that is no JSON': [...begun, ['source', '{']],
    'a frame that is too long': [
      ...begun,
      ['source', JSON.stringify(DIGESTS).padEnd(MAX_TRANSFER_FRAME + 1)],
    ],
    'a blob': [...begun, ['source', new Blob(['x'])]],
    'a chunk of nothing': [...begun, ['source', new ArrayBuffer(16)]],
    'a chunk of no kind': [...begun, ['source', new ArrayBuffer(20)]],
    'a chunk that is too long': [...begun, ['source', chunkOf(0, FILE_CHUNK + 1)]],
    'credit of half a byte': [...begun, ['target', credit(0.5)]],
  };
  for (const direction of ['send', 'receive'] as const) {
    for (const [what, steps] of Object.entries(hostile)) {
      it(`ends at ${what} when it is to ${direction}, and tells both sides`, async () => {
        const wires = await start(direction, 30);
        for (const [side, data] of steps.slice(0, -1)) {
          wires[side].receive(data);
          assert.notEqual(wires.peer.sent.at(-1), JSON.stringify(fault('protocol')), 'so far all is well');
        }
        const before = wires.host.bytes + wires.peer.bytes;
        const [side, data] = steps.at(-1) ?? assert.fail();
        wires[side].receive(data);
        for (const wire of [wires.host, wires.peer]) assert.deepEqual(wire.frames.at(-1), fault('protocol'));
        assert.equal(wires.host.bytes + wires.peer.bytes, before, 'it was not let through');
        assert.deepEqual(await wires.over(), { problem: 'protocol', byPeer: false });
      });
    }
  }

  it('is paused or cancelled from here, once, and tells both sides', async () => {
    const { pump, host, peer, over } = await start('receive', 30);
    pump.pause();
    pump.cancel();
    assert.deepEqual([host.frames, peer.frames], [[fault('paused')], [fault('paused')]]);
    assert.deepEqual([host.closed, peer.closed], [false, false], 'that is for who hears it');
    assert.deepEqual(await over(), { problem: 'paused', byPeer: false });
    const other = await start('send', 30);
    other.pump.cancel('withdrawn');
    assert.deepEqual(await other.over(), { problem: 'withdrawn', byPeer: false });
    assert.deepEqual(other.peer.frames, [fault('withdrawn')]);
  });

  it('ends when the peer says so, and the disk is told', async () => {
    const { host, peer, over } = await start('receive', 30);
    peer.receive(fault('withdrawn'));
    assert.deepEqual(host.frames, [fault('withdrawn')]);
    assert.ok(peer.closed);
    assert.deepEqual(await over(), { problem: 'withdrawn', byPeer: true });
  });

  it('ends with the link, with the disk, and without a stream', async () => {
    const link = await start('receive', 30);
    link.peer.lose();
    assert.deepEqual(link.host.frames, [fault('link-lost')]);
    assert.deepEqual(await link.over(), { problem: 'link-lost', byPeer: false });
    const disk = await start('receive', 30);
    disk.host.lose();
    assert.deepEqual(await disk.over(), { problem: 'target-unwritable', byPeer: false });
    assert.deepEqual(disk.peer.frames, [fault('target-unwritable')]);
    const source = await start('send', 30);
    source.host.lose();
    assert.deepEqual(await source.over(), { problem: 'link-lost', byPeer: false });
    const channel = new FakeChannel();
    const none = new Pump({
      direction: 'send',
      channel: channel.asChannel,
      url: Promise.reject(new Error('no such offer')),
      size: 30,
      onProgress: () => undefined,
    });
    assert.deepEqual(await none.done, { problem: 'source-unreadable', byPeer: false });
    assert.deepEqual(channel.frames, [fault('source-unreadable')]);
    channel.lose();
  });

  it('is not done before the disk is', async () => {
    const { pump, host, peer } = await start('receive', 30);
    peer.receive(fault('paused'));
    let done = false;
    void pump.done.then(() => (done = true));
    await turn();
    assert.equal(done, false);
    host.lose();
    await pump.done;
  });

  it('hears nothing any more when it has ended', async () => {
    const { pump, host, peer, progress, begin, over } = await start('receive', 30);
    begin();
    const late = peer.onmessage;
    pump.cancel();
    const before = host.bytes;
    late?.({ data: chunkOf(0, 10) });
    assert.deepEqual([host.bytes, progress], [before, []]);
    await over();
    assert.deepEqual([peer.onmessage, peer.onclose, host.onmessage, host.onclose], [null, null, null, null]);
  });
});
