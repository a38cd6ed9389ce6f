import assert from 'node:assert/strict';
import { once } from 'node:events';
import { registerHooks } from 'node:module';
import { afterEach, describe, it } from 'mocha';
import type { Broker, BrokerSeat } from '../../../src/webview/rtc/broker.ts';
import { Registration } from '../../../src/webview/rtc/registration.ts';
import { freePort, startPlainServer } from '../../support/plainServer.ts';

// PeerJS itself, as far as it comes without WebRTC, for this file's `PeerBroker` alone: another test has one of its own.
const OURS = '?stock-server';
const hooks = registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === 'peerjs' && context.parentURL?.endsWith(OURS) === true) {
      return next('peerjs/dist/bundler.mjs', context);
    }
    const found = next(specifier, context);
    return context.parentURL === import.meta.url && specifier.endsWith('/peerBroker.ts')
      ? { ...found, url: found.url + OURS }
      : found;
  },
});
class NoConnection {
  createDataChannel(): { close(): void } {
    return { close: () => undefined };
  }
  close(): void {
    // There is nothing to close.
  }
}
Object.assign(globalThis, { RTCPeerConnection: NoConnection });
const { PeerBroker } = await import('../../../src/webview/rtc/peerBroker.ts');
Reflect.deleteProperty(globalThis, 'RTCPeerConnection');
hooks.deregister();

const KEY = 'peerjs';
const ID = 'a'.repeat(32);

describe('a stock PeerServer', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0).toReversed()) end();
  });

  it('gives back the id whose earlier socket it has not missed yet', async () => {
    const port = await freePort();
    const server = await startPlainServer(port);
    ends.push(() => server.kill());
    const address = { host: '127.0.0.1', port, path: '/', secure: false, key: KEY };
    const config = { iceServers: [] };
    let earlier: WebSocket | undefined;
    const connect = async (seat: BrokerSeat): Promise<Broker> => {
      if (!earlier) {
        // What a cable that was pulled leaves behind.
        const query = new URLSearchParams({ key: KEY, id: ID, token: seat.token ?? '' });
        const left = (earlier = new WebSocket(`ws://127.0.0.1:${String(port)}/peerjs?${query.toString()}`));
        ends.push(() => left.close());
        await once(left, 'message');
      }
      return PeerBroker.connect({ ...seat, address, config, addresses: [], patience: 200 });
    };
    const seat = { id: ID, onLink: () => undefined, onServer: () => undefined };
    const registration = new Registration(connect, seat, [50, 100]);
    ends.push(() => registration.dispose());
    assert.equal(await registration.first, 'unreachable', 'it does not answer');
    assert.ok(await registration.connected());
  }).timeout(20_000);
});
