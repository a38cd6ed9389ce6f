import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MeetingServer, othersServer, type RunningServer } from '../../../src/extension/meetingServer.ts';
import { findServer } from '../../../src/extension/server/findServer.ts';
import { startServerProcess } from '../../../src/extension/server/serverProcess.ts';
import { ServerReturn } from '../../../src/extension/serverReturn.ts';
import { startGateway, ORIGIN } from '../gateway/support.ts';
import { peerId, PROGRAM, TestClient, TOKEN } from '../peer-server/support.ts';
import { until } from '../rtc/until.ts';

const KEY = 'secret-key';

/** Servers are processes of their own, and the page a client of a real gateway. */
describe('the return of a server', function () {
  this.timeout(20_000);

  async function start({ port = 0, term = 0 } = {}): Promise<RunningServer> {
    const server = await startServerProcess({
      program: PROGRAM,
      port,
      exactPort: port !== 0,
      key: KEY,
      term,
      log: () => undefined,
    });
    const url = `http://127.0.0.1:${String(server.port)}/`;
    return {
      term,
      url: () => url,
      servers: () => [url],
      ownPort: () => server.port,
      stop: () => server.dispose(),
    };
  }

  /** A guest's meeting whose host has gone, on a server of the guest's machine. */
  async function hostingOn() {
    const hosts = await start();
    const { gateway } = await startGateway();
    gateway.setUpstream({ url: hosts.url(), key: KEY });
    let page = register(gateway.port, gateway.brokerKey);
    assert.deepEqual(await page.next(), { type: 'OPEN' });
    const server = new MeetingServer({
      first: othersServer({ url: hosts.url(), term: 0 }, hosts.servers()),
      find: (urls, how) => findServer(urls, KEY, { timeout: 1_000, ...how }),
      run: async (term) => {
        const own = await start({ term });
        gateway.setUpstream({ url: own.url(), key: KEY });
        return own;
      },
      lead: (url) => gateway.moveUpstream({ url, key: KEY }),
      ask: (signal) => gateway.askUpstream(signal),
      isInItsNetwork: () => true,
      log: () => undefined,
    });
    await hosts.stop();
    await page.closed;
    const [own] = await server.hostOn();
    page = register(gateway.port, gateway.brokerKey);
    assert.deepEqual(await page.next(), { type: 'OPEN' });
    const told: (readonly string[])[] = [];
    const heard = { by: true, moves: 0 };
    const watch = new ServerReturn({
      server,
      tell: (urls) => {
        if (heard.by) told.push(urls);
        return Promise.resolve(heard.by);
      },
      onMoved: () => (heard.moves += 1),
      log: (level, line) => assert.notEqual(level, 'warn', line),
      first: 20,
    });
    return {
      server,
      own,
      watch,
      told,
      heard,
      url: hosts.url(),
      page,
      again: () => register(gateway.port, gateway.brokerKey),
      /** Their server, or another one on its port. */
      hostIsBack: (term = 0) => start({ port: Number(new URL(hosts.url()).port), term }),
      end: async () => {
        watch.dispose();
        await gateway.dispose();
        await server.stop();
      },
    };
  }

  it('is noticed, and the meeting is there again with everybody who was told', async () => {
    const { server, own, told, heard, url, page, again, hostIsBack, end } = await hostingOn();
    assert.notEqual(own, url);
    const back = await hostIsBack();
    await until(() => heard.moves === 1, 'it is found');
    assert.deepEqual([told, server.url(), server.ownPort()], [[[url]], url, null]);
    await page.closed;
    await assert.rejects(findServer([own ?? ''], KEY, { timeout: 1_000 }), 'it has ended');
    const registered = again();
    assert.deepEqual(await registered.next(), { type: 'OPEN' }, 'the gateway leads there');
    await end();
    await back.stop();
  });

  it('changes nothing while there is no page that could tell the others', async () => {
    const { server, heard, url, hostIsBack, end } = await hostingOn();
    heard.by = false;
    const back = await hostIsBack();
    assert.equal((await findServer([url], KEY, { timeout: 1_000 })).url, url);
    assert.equal(await server.giveWay([url], 'older', () => Promise.resolve(false)), false);
    assert.notEqual(server.ownPort(), null);
    heard.by = true;
    await until(() => heard.moves === 1, 'it is told of');
    await end();
    await back.stop();
  });

  it('is none where the server that is found has taken the place of this one', async () => {
    const { server, told, url, hostIsBack, end } = await hostingOn();
    const later = await hostIsBack(server.term + 1);
    await assert.rejects(server.giveWay([url], 'older', () => Promise.resolve(true)));
    assert.deepEqual([told, server.ownPort() === null], [[], false], 'it would give way to this one');
    await end();
    await later.stop();
  });

  it('is learned of from an invite as well, by who has a server of their own or none that answers', async () => {
    const { server, watch, heard, hostIsBack, end } = await hostingOn();
    watch.dispose();
    assert.equal(await watch.follow(['http://127.0.0.1:1/']), false, 'nobody is there');
    const back = await hostIsBack();
    assert.equal(await watch.follow(back.servers()), true);
    assert.equal(await watch.follow(back.servers()), false, 'it is there already');
    await back.stop();
    const other = await start();
    assert.equal(await watch.follow(other.servers()), true);
    assert.deepEqual([server.url(), heard.moves], [other.url(), 2]);
    await end();
    await other.stop();
  });
});

function register(port: number, key: string): TestClient {
  return new TestClient(`ws://127.0.0.1:${String(port)}/peerjs?key=${key}&id=${peerId(1)}&token=${TOKEN}`, {
    origin: ORIGIN,
  });
}
