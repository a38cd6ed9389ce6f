import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'mocha';
import { TooManyStagesError } from '../../../src/extension/gateway/stageDoor.ts';
import { MAX_STAGE_MESSAGE } from '../../../src/shared/stageRpc.ts';
import type { TestClient } from '../peer-server/support.ts';
import { startStage, welcome } from './stageSupport.ts';
import { ORIGIN } from './support.ts';
import { until } from '../../support/turn.ts';

const REFUSED = 4001;
const TAKEN_OVER = 4002;
const OVER = 4003;

describe('the door of the stages', () => {
  let stage: Awaited<ReturnType<typeof startStage>>;
  const seen: string[] = [];
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.dispose());

  const turnedDown = (status: number, options: { origin?: string; headers?: Record<string, string> }) =>
    assert.rejects(stage.connect(options).open(), { message: `status ${String(status)}` });
  /** A stage with its page. */
  const enter = async (purpose: 'devices' | 'screen' = 'devices') => {
    const { stage: id, code } = stage.door.issue(purpose);
    const client = await stage.greet({ t: 'code', code });
    const { session, purpose: said } = await welcome(client);
    assert.equal(said, purpose);
    assert.deepEqual(await stage.told(), [id, true]);
    seen.push(code, session, id);
    return { id, code, session, client };
  };
  const leave = async ({ id, client }: { id: string; client: TestClient }) => {
    await stage.door.close(id);
    await client.closed;
  };

  it('lets a code in once', async () => {
    const first = await enter('screen');
    assert.deepEqual(stage.door.stages, [{ stage: first.id, purpose: 'screen', connected: true }]);
    const second = await stage.greet({ t: 'code', code: first.code });
    assert.equal(await second.closed, REFUSED);
    assert.equal(first.client.socket.readyState, first.client.socket.OPEN);
    await leave(first);
    assert.deepEqual(stage.door.stages, []);
    assert.deepEqual(stage.left, []);
  });

  it('lets a page in by its session after a restart, and no link from before', async () => {
    const page = await enter();
    const unused = stage.door.issue('screen');
    const { kept } = stage.door;
    const next = await startStage({ kept });
    try {
      assert.deepEqual(
        next.door.stages.map(({ purpose, connected }) => [purpose, connected]),
        [
          ['devices', false],
          ['screen', false],
        ],
      );
      const back = await next.greet({ t: 'session', session: page.session });
      assert.equal((await welcome(back)).purpose, 'devices');
      assert.deepEqual(await next.told(), [page.id, true]);
      assert.equal(await (await next.greet({ t: 'code', code: unused.code })).closed, REFUSED);
    } finally {
      await next.dispose();
      await stage.door.close(unused.stage);
      await leave(page);
    }
  });

  it('does not let in what is no greeting, or an unknown code or session', async () => {
    const word = 'a'.repeat(22);
    for (const greeting of [{}, { t: 'code' }, { t: 'code', code: 'x' }, { kind: 'request' }, []]) {
      assert.equal(await (await stage.greet(greeting)).closed, REFUSED);
    }
    assert.equal(await (await stage.greet({ t: 'code', code: word })).closed, REFUSED);
    assert.equal(await (await stage.greet({ t: 'session', session: word })).closed, REFUSED);
    assert.deepEqual(stage.left, []);
  });

  it('gives the reason why', async () => {
    const client = await stage.greet({ t: 'code', code: 'a'.repeat(22) });
    const [code, reason] = (await once(client.socket, 'close')) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [REFUSED, 'the link is not good']);
  });

  it('lets no code in after its time', async () => {
    const own = await startStage({ codeLifetime: 5 });
    const { stage: id, code } = own.door.issue('devices');
    await until(() => own.lines.some((line) => line.includes('not used in time')));
    assert.equal(await (await own.greet({ t: 'code', code })).closed, REFUSED);
    assert.deepEqual(own.door.stages, [{ stage: id, purpose: 'devices', connected: false }]);
    await own.dispose();
  });

  it('keeps the last three codes good, each once, and its page is taken over from', async () => {
    const { stage: id, code: first } = stage.door.issue('devices');
    const more = [1, 2, 3].map(() => stage.door.fresh(id) ?? '');
    assert.equal(new Set([first, ...more]).size, 4);
    assert.equal(
      await (
        await stage.greet({ t: 'code', code: first })
      ).closed,
      REFUSED,
      'it was too long ago',
    );
    const [slow = '', , last = ''] = more;
    const one = await stage.greet({ t: 'code', code: last });
    await welcome(one);
    assert.deepEqual(await stage.told(), [id, true]);
    const two = await stage.greet({ t: 'code', code: slow });
    await welcome(two);
    assert.equal(await one.closed, TAKEN_OVER);
    assert.deepEqual(await stage.told(), [id, true]);
    for (const code of [slow, last])
      assert.equal(await (await stage.greet({ t: 'code', code })).closed, REFUSED, 'it was used');
    const three = await stage.greet({ t: 'code', code: stage.door.fresh(id) ?? '' });
    await welcome(three);
    assert.equal(await two.closed, TAKEN_OVER, 'a link that is copied while the page is there');
    assert.deepEqual(await stage.told(), [id, true]);
    await leave({ id, client: three });
  });

  it('has no code for a stage that is over, and lets none of its codes in', async () => {
    assert.equal(stage.door.fresh('a'.repeat(22)), undefined);
    const { stage: id, code } = stage.door.issue('devices');
    const codes = [code, stage.door.fresh(id) ?? ''];
    await stage.door.close(id);
    assert.equal(stage.door.fresh(id), undefined);
    for (const old of codes)
      assert.equal(await (await stage.greet({ t: 'code', code: old })).closed, REFUSED);
  });

  it('turns down every other host and origin, those of webviews included', async () => {
    const { port } = stage.gateway;
    for (const origin of [
      'https://evil.example',
      ORIGIN,
      'https://x.vscode-cdn.net',
      'null',
      `https://127.0.0.1:${String(port)}`,
      'http://127.0.0.1',
      `http://127.0.0.1:${String(port === 1 ? 2 : 1)}`,
    ]) {
      await turnedDown(403, { origin });
    }
    await turnedDown(403, { origin: '' });
    await turnedDown(421, { headers: { Host: 'evil.example' } });
    await turnedDown(421, { headers: { Host: `evil.example:${String(port)}` } });
    const local = await stage.connect({ origin: `http://localhost:${String(port)}` }).open();
    local.socket.close();
    await local.closed;
  });

  it('lets a forwarded origin in once it is told of it', async () => {
    await turnedDown(403, { origin: 'https://forwarded.example' });
    stage.gateway.allowStageOrigin('https://forwarded.example');
    const client = await stage.connect({ origin: 'https://forwarded.example' }).open();
    client.socket.close();
    await client.closed;
  });

  it('hands messages on both ways, in order', async () => {
    const entered = await enter();
    const { id, client } = entered;
    for (let n = 0; n < 50; n++) client.send({ n });
    for (let n = 0; n < 50; n++) assert.deepEqual(await stage.told(), [id, 'message', { n }]);
    for (let n = 0; n < 50; n++) assert.ok(stage.door.send(id, { n, text: 'é' }));
    for (let n = 0; n < 50; n++) assert.deepEqual(await client.next(), { n, text: 'é' });
    assert.ok(!stage.door.send(id, 'x'.repeat(MAX_STAGE_MESSAGE)));
    assert.ok(!stage.door.send('a'.repeat(22), {}));
    await leave(entered);
    assert.ok(!stage.door.send(id, {}));
  });

  it('knows the tab again after a reload, for as long as the stage is good', async () => {
    const { id, session, client } = await enter();
    client.socket.close();
    assert.deepEqual(await stage.told(), [id, false]);
    const again = await stage.greet({ t: 'session', session });
    assert.deepEqual(await welcome(again), { t: 'welcome', session, purpose: 'devices' });
    assert.deepEqual(await stage.told(), [id, true]);
    await leave({ id, client: again });
    assert.equal(await (await stage.greet({ t: 'session', session })).closed, REFUSED);
  });

  it('lets a second tab of the stage take over', async () => {
    const { id, session, client } = await enter();
    const second = await stage.greet({ t: 'session', session });
    await welcome(second);
    assert.equal(await client.closed, TAKEN_OVER);
    second.send({ from: 'second' });
    assert.deepEqual(await stage.told(), [id, true]);
    assert.deepEqual(await stage.told(), [id, 'message', { from: 'second' }]);
    stage.door.send(id, { to: 'second' });
    assert.deepEqual(await second.next(), { to: 'second' });
    assert.deepEqual(stage.left, []);
    await leave({ id, client: second });
  });

  it('does not listen to a tab that was taken over', async () => {
    const { id, session, client } = await enter();
    client.socket.pause();
    const second = await stage.greet({ t: 'session', session });
    await welcome(second);
    assert.deepEqual(await stage.told(), [id, true]);
    client.send({ from: 'first' });
    client.socket.resume();
    assert.equal(await client.closed, TAKEN_OVER);
    assert.deepEqual(stage.left, []);
    await leave({ id, client: second });
  });

  it('says that it is over after what was said before', async () => {
    const { id, client } = await enter();
    stage.door.send(id, { last: 'word' });
    await stage.door.close(id);
    assert.deepEqual(await client.next(), { last: 'word' });
    assert.equal(await client.closed, OVER);
    assert.deepEqual(stage.left, []);
  });

  it('closes who sends too much, too long, or anything but JSON', async () => {
    for (const [code, misbehave] of [
      [
        1008,
        (client: TestClient) => {
          for (let n = 0; n < 2_100; n++) client.send({ n });
        },
      ],
      [1009, (client: TestClient) => client.send('x'.repeat(MAX_STAGE_MESSAGE + 1))],
      [1007, (client: TestClient) => client.send('no JSON')],
      [1003, (client: TestClient) => client.socket.send(Buffer.from('{}'))],
    ] as const) {
      const { id, client } = await enter();
      misbehave(client);
      assert.equal(await client.closed, code);
      let messages = 0;
      for (let told = await stage.told(); told?.[1] !== false; told = await stage.told()) messages += 1;
      // The greeting counts as one.
      assert.equal(messages, code === 1008 ? 1_999 : 0);
      await stage.door.close(id);
    }
  });

  it('takes four sockets at a time that have not said who they are', async () => {
    const strangers = await Promise.all([1, 2, 3, 4].map(() => stage.connect().open()));
    await turnedDown(429, {});
    strangers[0]?.send({ t: 'nonsense' });
    assert.equal(await strangers[0]?.closed, REFUSED);
    strangers.push(await stage.connect().open());
    for (const { socket } of strangers) socket.close();
    await Promise.all(strangers.map(({ closed }) => closed));
  });

  it('holds eight stages', async () => {
    const made = Array.from({ length: 8 }, () => stage.door.issue('devices').stage);
    assert.throws(() => stage.door.issue('screen'), TooManyStagesError);
    await Promise.all(made.map((id) => stage.door.close(id)));
    assert.deepEqual(stage.door.stages, []);
  });

  it('does not wait for a greeting that does not come', async () => {
    const own = await startStage({ greetingDeadline: 20 });
    const client = await own.connect().open();
    assert.equal(await client.closed, REFUSED);
    await own.dispose();
  });

  it('notices who is gone without a word, and nobody else', async () => {
    const own = await startStage({ beat: 20, greetingDeadline: 10_000 });
    const silent = own.door.issue('devices');
    const lively = own.door.issue('screen');
    const good = await own.greet({ t: 'code', code: lively.code });
    assert.deepEqual(await own.told(), [lively.stage, true]);
    const dead = await own.greet({ t: 'code', code: silent.code }, { autoPong: false });
    assert.deepEqual(await own.told(), [silent.stage, true]);
    assert.deepEqual(await own.told(), [silent.stage, false]);
    assert.equal(await dead.closed, 1006);
    for (let n = 0; n < 5; n++) await once(good.socket, 'ping');
    assert.deepEqual(own.left, []);
    assert.ok(own.lines.includes('stage for devices: lost: gave no sign of life'));
    await own.dispose();
    assert.equal(await good.closed, OVER);
  });

  it('takes nobody in when it is closed', async () => {
    const own = await startStage();
    const stranger = await own.connect().open();
    await own.door.dispose();
    assert.equal(await stranger.closed, OVER);
    await assert.rejects(own.connect().open(), { message: 'status 429' });
    await own.dispose();
  });

  it('logs its steps, and no code, session or id', () => {
    const log = stage.lines.join('\n');
    for (const step of ['a link was made', 'connected', 'taken over', 'over', 'lost: closed by the page'])
      assert.ok(log.includes(step), step);
    assert.ok(seen.length > 0);
    for (const secret of seen) assert.ok(!log.includes(secret));
  });
});
