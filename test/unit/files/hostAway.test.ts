import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { RpcError } from '../../../src/shared/rpc.ts';
import { begin, close, Desk, OLGA } from './desk.ts';
import { turn, until } from '../../support/turn.ts';
import { fakeSockets, offerOf, SAVED } from './support.ts';

const FILE = offerOf('a');
const TARGET = { target: 't'.repeat(22), url: 'ws://127.0.0.1:1/files/t', bytes: 0 };
const away = (): Promise<never> => Promise.reject(new RpcError('away', 'the extension host does not answer'));

describe('FileExchange without an extension host', () => {
  let restore: () => void;
  beforeEach(() => {
    restore = fakeSockets();
  });
  afterEach(() => restore());

  it('is as it was before when a person asks for something, and says so once', async () => {
    const desk = new Desk({ openTarget: away });
    desk.offers(OLGA, FILE);
    desk.take(OLGA, FILE);
    await turn();
    assert.deepEqual(
      [desk.transfer(OLGA, FILE), desk.channels.length, desk.told],
      [null, 0, ['a file could not be taken']],
    );
  });

  it('goes on by itself with what was cut off, when there is one again', async () => {
    let isAway = false;
    const desk = new Desk({ openTarget: () => (isAway ? away() : TARGET) });
    desk.offers(OLGA, FILE);
    desk.take(OLGA, FILE);
    await turn();
    begin(desk.wires(), 2);
    isAway = true;
    desk.told.length = 0;
    const { peer, host } = desk.wires();
    peer.lose();
    host.lose();
    await until(() => desk.called('openTarget').length > 3);
    assert.deepEqual(
      desk.told.filter((what) => what === 'a file could not be taken'),
      [],
      'nobody asked',
    );
    isAway = false;
    await until(() => desk.channels.length === 2);
    begin(desk.wires(), 4);
    desk.wires().host.receive(SAVED);
    await close(desk.wires());
    assert.equal(desk.status(OLGA, FILE), 'saved');
  });

  it('lets others wait for what they ask for', async () => {
    const desk = new Desk({ openSource: away });
    desk.shares(FILE);
    const channel = desk.asked(OLGA, FILE.id);
    await until(() => channel.frames.length > 0);
    await turn();
    assert.deepEqual(
      channel.frames,
      [{ t: 'error', problem: 'link-lost' }],
      'it is not that it cannot be read',
    );
    channel.lose();
  });

  it('says once that what is dropped is not shared', async () => {
    const desk = new Desk({ openDrop: away, shareUris: away });
    desk.exchange.shareDropped(['file:///w/b.txt'], [new File(['x'], 'c.txt')]);
    await until(() => desk.told.length === 2);
    await turn();
    assert.deepEqual(desk.told, [
      'what was dropped was not shared',
      'a dropped file was not taken by the extension host',
    ]);
  });
});
