import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MeetingServer, type RunningServer } from '../../../src/extension/meetingServer.ts';

const FIRST = 'http://10.0.0.1:9000/';
const NEXT = 'http://10.0.0.2:9000/';

function make(own = false, refuses = false) {
  const led: string[] = [];
  const stopped: string[] = [];
  const server = (url: string, port: number | null): RunningServer => ({
    url: () => url,
    servers: () => [url],
    ownPort: () => port,
    stop: () => {
      stopped.push(url);
      return Promise.resolve();
    },
  });
  const tried = { runs: 0 };
  const meeting = new MeetingServer({
    first: server(FIRST, own ? 9000 : null),
    find: (urls) => (refuses ? Promise.reject(new Error('nobody')) : Promise.resolve(urls[0] ?? '')),
    run: () => {
      tried.runs += 1;
      return refuses
        ? Promise.reject(new Error('no port'))
        : Promise.resolve(server('http://127.0.0.1:7/', 7));
    },
    lead: (url) => led.push(url),
    log: () => undefined,
  });
  return { meeting, led, stopped, tried };
}

describe('the server of a meeting', () => {
  it('is where others say, once it answers there', async () => {
    const { meeting, led, stopped } = make();
    await meeting.move([NEXT]);
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

  it('stays one that runs here', async () => {
    const { meeting, led, tried } = make(true);
    await meeting.move([NEXT]);
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

  it('is started too late for a meeting that has ended, and ended then', async () => {
    const { meeting, stopped } = make();
    const starting = meeting.hostOn();
    await meeting.stop();
    await starting;
    assert.deepEqual(stopped, ['http://127.0.0.1:7/']);
    await assert.rejects(make(false, true).meeting.hostOn());
  });
});
