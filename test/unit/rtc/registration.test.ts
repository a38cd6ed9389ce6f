import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { type Broker, BrokerError, type BrokerSeat } from '../../../src/webview/rtc/broker.ts';
import { Registration } from '../../../src/webview/rtc/registration.ts';
import { FakeServer } from '../meeting/fakeServer.ts';
import { turn } from './fakeConnection.ts';
import { until } from './until.ts';

const ID = 'a'.repeat(32);
const PAUSES = [2, 60_000] as const;

const hasId = ({ broker }: Registration): boolean => broker !== null && broker.connected;

describe('Registration', () => {
  const made: Registration[] = [];
  afterEach(() => {
    for (const registration of made.splice(0)) registration.dispose();
  });

  function register(
    server: FakeServer,
    connect = server.connect,
    pauses: readonly [number, number] = PAUSES,
  ) {
    const news: boolean[] = [];
    const seat: BrokerSeat = { id: ID, onLink: () => undefined, onServer: (is) => news.push(is) };
    const registration = new Registration(connect, seat, pauses);
    made.push(registration);
    return { registration, news };
  }

  it('has its id once the server knows it', async () => {
    const { registration, news } = register(new FakeServer());
    assert.equal(hasId(registration), false);
    assert.equal(await registration.first, 'connected');
    assert.deepEqual([hasId(registration), news], [true, [true]]);
    assert.equal(await registration.connected(), registration.broker);
  });

  it('is there again after the server was lost and came back, any number of times', async () => {
    const server = new FakeServer();
    const { registration, news } = register(server);
    await registration.first;
    for (let round = 1; round <= 4; round++) {
      const failed = news.filter((is) => !is).length;
      const before = registration.broker;
      server.stop();
      assert.equal(hasId(registration), false, 'a lost server is of no use');
      const back = registration.connected();
      await until(() => news.filter((is) => !is).length >= failed + 4, 'it tried in vain, soon again');
      server.start();
      assert.notEqual(await back, before);
      assert.ok(server.knows(ID));
    }
    assert.equal(await registration.first, 'connected');
  });

  it('does not wait for its next attempt when the network is back', async () => {
    const server = new FakeServer();
    server.stop();
    const { registration, news } = register(server, server.connect, [600_000, 600_000]);
    assert.equal(await registration.first, 'unreachable');
    const back = registration.connected();
    registration.retryNow();
    await until(() => news.length === 2, 'it tried in vain');
    server.start();
    await turn();
    assert.equal(hasId(registration), false, 'it waits again');
    registration.retryNow();
    assert.ok(await back);
  });

  it('comes each time as who it was, so that a server that has not missed it gives it its id', async () => {
    const server = new FakeServer();
    const tokens: (string | undefined)[] = [];
    const { registration } = register(server, (seat) => {
      tokens.push(seat.token);
      return server.connect(seat);
    });
    const { registration: other } = register(new FakeServer(), (seat) => {
      assert.notEqual(seat.token, tokens[0], 'another id is held by something else');
      return new FakeServer().connect(seat);
    });
    await Promise.all([registration.first, other.first]);
    server.stop();
    server.start();
    await registration.connected();
    assert.ok(tokens.length > 1);
    assert.equal(new Set(tokens).size, 1);
    assert.match(tokens[0] ?? '', /^[0-9a-f]{32}$/);
  });

  it('looks for a lost server often at first, and then less and less', async () => {
    const server = new FakeServer();
    const times: number[] = [];
    const connect: typeof server.connect = (seat) => {
      times.push(performance.now());
      return server.connect(seat);
    };
    const seat: BrokerSeat = { id: ID, onLink: () => undefined, onServer: () => undefined };
    const registration = new Registration(connect, seat, [8, 60_000]);
    made.push(registration);
    await registration.first;
    server.stop();
    await until(() => times.length > 28, 'many attempts');
    const pauses = times.slice(2).map((time, index) => time - (times[index + 1] ?? 0));
    const average = (some: readonly number[]): number => some.reduce((sum, one) => sum + one) / some.length;
    assert.ok(average(pauses.slice(0, 20)) < 8 * 2, 'for a while they do not grow');
    assert.ok((pauses.at(-1) ?? 0) >= 8 * 2, 'then they do');
  });

  it('tries for a taken id until it is free, and does not call that a lost server', async () => {
    const server = new FakeServer();
    const holder = await server.connect({ id: ID, onLink: () => undefined, onServer: () => undefined });
    const { registration, news } = register(server);
    assert.equal(await registration.first, 'id-taken');
    assert.deepEqual([hasId(registration), news], [false, []]);
    holder.dispose();
    assert.ok(await registration.connected());
    assert.deepEqual(news, [true]);
  });

  it('says that there is no server, and finds it when there is one', async () => {
    const server = new FakeServer();
    server.stop();
    const { registration, news } = register(server);
    assert.equal(await registration.first, 'unreachable');
    assert.equal(news[0], false);
    server.start();
    assert.ok(await registration.connected());
  });

  it('keeps nobody waiting, and no id, when it is disposed of', async () => {
    const server = new FakeServer();
    server.stop();
    const { registration } = register(server);
    const waiting = registration.connected();
    registration.dispose();
    assert.equal(await waiting, null);
    server.start();
    const second = register(server).registration;
    await second.first;
    second.dispose();
    assert.equal(server.knows(ID), false);
    assert.equal(await second.connected(), null);
  });

  it('gives an id back that arrives after it was disposed of', async () => {
    let give: (broker: Broker) => void = () => undefined;
    const late = new Promise<Broker>((resolve) => {
      give = resolve;
    });
    const { registration } = register(new FakeServer(), () => late);
    registration.dispose();
    let disposed = false;
    give({
      connected: true,
      call: () => Promise.reject(new BrokerError('closed')),
      dispose: () => {
        disposed = true;
      },
    });
    await registration.first;
    await turn();
    assert.ok(disposed);
  });
});
