import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MeetingServer, othersServer, type RunningServer } from '../../../src/extension/meetingServer.ts';
import { findServer, ServerUnreachableError } from '../../../src/extension/server/findServer.ts';
import { startServerProcess } from '../../../src/extension/server/serverProcess.ts';
import { startGateway, ORIGIN } from '../gateway/support.ts';
import { peerId, PROGRAM, TestClient, TOKEN } from '../peer-server/support.ts';

const FIRST = 'http://10.0.0.1:9000/';
const NEXT = 'http://10.0.0.2:9000/';

function make(own = false, refuses = false) {
  const led: string[] = [];
  const stopped: string[] = [];
  const server = (url: string, port: number | null, term = 3): RunningServer => ({
    term,
    url: () => url,
    servers: () => [url],
    ownPort: () => port,
    stop: () => {
      stopped.push(url);
      return Promise.resolve();
    },
  });
  /** Whether servers of the terms 3, 4 and 5 would do. */
  const looks: (boolean | undefined)[][] = [];
  /** The only address at which a server answers; every one does without it. */
  const up: { only?: string } = {};
  const tried = { runs: 0, asked: 0, found: 0 };
  /** Whether the server that was gives a sign of life. */
  const first = { answers: false };
  const meeting = new MeetingServer({
    first: server(FIRST, own ? 9000 : null),
    find: (urls, how) => {
      tried.found += 1;
      looks.push([3, 4, 5].map((term) => how?.ofTerm?.(term)));
      if (refuses) return Promise.reject(new Error('nobody'));
      const url = urls.find((one) => up.only === undefined || one === up.only);
      return url === undefined
        ? Promise.reject(new ServerUnreachableError([]))
        : Promise.resolve({ url, term: 3 });
    },
    run: (term) => {
      tried.runs += 1;
      return refuses
        ? Promise.reject(new Error('no port'))
        : Promise.resolve(server('http://127.0.0.1:7/', 7, term));
    },
    lead: (url) => led.push(url),
    ask: () => {
      tried.asked += 1;
      return Promise.resolve(first.answers);
    },
    isInItsNetwork: () => true,
    log: () => undefined,
  });
  return { meeting, led, stopped, tried, looks, first, up };
}

describe('the server of a meeting', () => {
  it('is where others say, once it answers there', async () => {
    const { meeting, led, stopped } = make();
    assert.equal(await meeting.move([NEXT]), true);
    assert.deepEqual(
      [led, meeting.servers(), meeting.url(), meeting.ownPort()],
      [[NEXT], [NEXT], NEXT, null],
    );
    await meeting.stop();
    assert.deepEqual(stopped, [], 'it is theirs');
    const refused = make(false, true);
    await assert.rejects(refused.meeting.move([NEXT]));
    assert.deepEqual([refused.led, refused.meeting.servers()], [[], [FIRST]]);
  });

  it('stays one that gives a sign of life, whatever others say', async () => {
    const { meeting, led, tried, first } = make();
    first.answers = true;
    assert.equal(await meeting.move([NEXT]), false);
    assert.equal(await meeting.move([FIRST, NEXT]), false);
    assert.deepEqual(
      [led, meeting.url(), tried.found],
      [[], FIRST, 1],
      'of one’s own nobody has to be asked',
    );
    first.answers = false;
    assert.equal(await meeting.move([FIRST]), false, 'it is where it was');
    assert.deepEqual(led, [FIRST], 'and is connected with anew');
  });

  it('stays one that gives a sign of life where others tell of one that is not there', async () => {
    const { meeting, first } = make(false, true);
    first.answers = true;
    assert.equal(await meeting.move([NEXT]), false);
    assert.equal(await meeting.look([NEXT]), 'answers');
  });

  it('stays one that runs here', async () => {
    const { meeting, led, tried } = make(true);
    assert.equal(await meeting.move([NEXT]), false);
    assert.equal(await meeting.look([NEXT]), 'answers');
    assert.deepEqual([led, await meeting.hostOn(), tried.runs], [[], [FIRST], 0]);
  });

  it('is run here when it is asked for, once, and ended with the meeting', async () => {
    const { meeting, stopped, tried } = make();
    const [one, other] = await Promise.all([meeting.hostOn(), meeting.hostOn()]);
    assert.deepEqual([one, other, tried.runs], [['http://127.0.0.1:7/'], ['http://127.0.0.1:7/'], 1]);
    assert.deepEqual(await meeting.handlers().hostOn({}), { servers: ['http://127.0.0.1:7/'] });
    await meeting.stop();
    assert.deepEqual(stopped, ['http://127.0.0.1:7/']);
  });

  it('remembers where it was before, newest first', async () => {
    const { meeting } = make();
    await meeting.move([NEXT]);
    assert.deepEqual(meeting.earlier, [FIRST]);
    await meeting.hostOn();
    assert.deepEqual(meeting.earlier, [NEXT, FIRST]);
    const other = make();
    await other.meeting.move(Array.from({ length: 32 }, (_, port) => `http://10.0.0.3:${String(port)}/`));
    await other.meeting.move([FIRST]);
    assert.equal(other.meeting.earlier.length, 16);
    assert.ok(!other.meeting.earlier.includes(FIRST), 'the present one is none from before');
  });

  it('is looked for where it was before when it is not where it was told to be, or nothing was told', async () => {
    const { meeting, led, up } = make();
    await meeting.move([NEXT]);
    // Whoever slept meanwhile was not told that it is back.
    up.only = FIRST;
    assert.equal(await meeting.move([NEXT]), true);
    up.only = NEXT;
    assert.equal(await meeting.move([]), true);
    assert.deepEqual(led, [NEXT, FIRST, NEXT]);
    up.only = 'http://10.0.0.9:9000/';
    await assert.rejects(meeting.move([FIRST]), ServerUnreachableError);
    await assert.rejects(meeting.move([]), ServerUnreachableError);
  });

  it('gives way to one from before once the others know, and ends', async () => {
    const { meeting, led, stopped, looks } = make();
    await meeting.hostOn();
    assert.equal(meeting.term, 4, 'one more than that of the one that was');
    const told: (readonly string[])[] = [];
    const tell = (urls: readonly string[]) => {
      told.push(urls);
      assert.deepEqual(stopped, [], 'not before the others know');
      return Promise.resolve(true);
    };
    assert.equal(await meeting.giveWay([FIRST, 'http://127.0.0.1:7/'], 'older', tell), true);
    assert.deepEqual([told, led, stopped], [[[FIRST]], [FIRST], ['http://127.0.0.1:7/']]);
    assert.deepEqual([meeting.url(), meeting.servers(), meeting.ownPort()], [FIRST, [FIRST], null]);
    assert.deepEqual(
      [meeting.term, looks],
      [3, [[true, false, false]]],
      'of two that know of each other one stays',
    );
    assert.deepEqual(meeting.earlier, [], 'what has ended is not looked for');
    assert.equal(await meeting.giveWay([NEXT], 'any', tell), false, 'it is another’s');
  });

  it('gives way to nothing but another one, and not while nobody can be told', async () => {
    const { meeting, led, stopped } = make();
    await meeting.hostOn();
    const tell = () => Promise.resolve(false);
    assert.equal(await meeting.giveWay([NEXT], 'any', tell), false);
    assert.equal(await meeting.giveWay(['http://127.0.0.1:7/'], 'any', tell), false);
    assert.deepEqual([led, stopped, meeting.ownPort()], [[], [], 7]);
    const alone = make(true, true);
    await assert.rejects(alone.meeting.giveWay([NEXT], 'any', () => assert.fail('nobody is there')));
    assert.deepEqual(alone.stopped, []);
  });

  it('is started too late for a meeting that has ended, and ended then', async () => {
    const { meeting, stopped } = make();
    const starting = meeting.hostOn();
    await meeting.stop();
    await starting;
    assert.deepEqual(stopped, ['http://127.0.0.1:7/']);
    await assert.rejects(make(false, true).meeting.hostOn());
  });
});

describe('the server of a member who is not heard', function () {
  this.timeout(20_000);
  const KEY = 'secret-key';

  /** A meeting on a server of a process of its own, with a page that is registered there. */
  async function open(inItsNetwork: boolean) {
    const start = (port: number) =>
      startServerProcess({ program: PROGRAM, port, exactPort: port !== 0, key: KEY, log: () => undefined });
    const server = await start(0);
    const url = `http://127.0.0.1:${String(server.port)}/`;
    const { gateway } = await startGateway();
    gateway.setUpstream({ url, key: KEY });
    const page = new TestClient(
      `ws://127.0.0.1:${String(gateway.port)}/peerjs?key=${gateway.brokerKey}&id=${peerId(1)}&token=${TOKEN}`,
      { origin: ORIGIN },
    );
    assert.deepEqual(await page.next(), { type: 'OPEN' });
    const meeting = new MeetingServer({
      first: othersServer({ url, term: 0 }, [url]),
      find: (urls, how) => findServer(urls, KEY, { timeout: 1_000, ...how }),
      run: () => Promise.reject(new Error('not here')),
      lead: (to) => gateway.moveUpstream({ url: to, key: KEY }),
      ask: (signal) => gateway.askUpstream(signal),
      isInItsNetwork: () => inItsNetwork && gateway.isWhereItReachedIt,
      log: () => undefined,
    });
    return { meeting, server, url, page, again: () => start(server.port), end: () => gateway.dispose() };
  }

  it('answers, refuses once it was killed, and answers when it is back', async () => {
    const { meeting, server, url, page, again, end } = await open(true);
    const { lookAtServer } = meeting.handlers();
    const look = async () => (await lookAtServer({ servers: [url] })).state;
    assert.equal(await look(), 'answers');
    await server.dispose();
    await page.closed;
    assert.equal(await look(), 'refused');
    assert.equal(await meeting.look(['http://127.0.0.1:1/']), 'silent', 'it never was there');
    const back = await again();
    assert.equal(await look(), 'answers');
    await Promise.all([back.dispose(), end()]);
  });

  it('cannot be told of from another network', async () => {
    const { meeting, server, url, page, end } = await open(false);
    await server.dispose();
    await page.closed;
    assert.equal(await meeting.look([url]), 'silent');
    await end();
  });
});
