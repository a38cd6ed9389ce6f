import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ServerState } from '../../../src/shared/hostRpc.ts';
import type { HostClient } from '../../../src/webview/host/hostContext.ts';
import type { Member } from '../../../src/webview/meeting/member.ts';
import { ServerWatch } from '../../../src/webview/meeting/serverWatch.ts';
import { turn } from '../rtc/fakeConnection.ts';
import { until } from '../rtc/until.ts';

const [ALICE, BOB] = ['a'.repeat(43), 'b'.repeat(43)];
const URLS = ['http://10.0.0.1:9000/'];

function make() {
  const world = { away: new Set<string>(), state: 'refused' as ServerState | Error };
  const asked: string[] = [];
  const seen: string[] = [];
  const problems: string[] = [];
  const call = (method: string, params: unknown): Promise<unknown> => {
    asked.push(`${method} ${JSON.stringify(params)}`);
    const { state } = world;
    return state instanceof Error ? Promise.reject(state) : Promise.resolve({ state });
  };
  const watch = new ServerWatch({
    host: { call } as unknown as Pick<HostClient, 'call'>,
    isAway: (id) => world.away.has(id),
    onLook: (id, refused) => seen.push(`${id.slice(0, 1)} ${String(refused)}`),
    onProblem: (what) => problems.push(what),
    pause: 2,
  });
  const member = (id: string): Member => ({ address: { id }, away: world.away.has(id) }) as unknown as Member;
  const setAway = (id: string, away: boolean): void => {
    if (away) world.away.add(id);
    else world.away.delete(id);
    watch.onAway(member(id));
  };
  return { watch, world, asked, seen, problems, setAway, member };
}

describe('ServerWatch', () => {
  it('looks at the server of a member who is not heard, again and again until they are', async () => {
    const { watch, world, asked, seen, setAway } = make();
    watch.onTold(ALICE, URLS);
    await turn();
    assert.equal(asked.length, 0, 'she is heard');
    setAway(ALICE, true);
    setAway(ALICE, true);
    assert.equal(asked.length, 1, 'at once, and once');
    assert.equal(asked[0], `lookAtServer {"servers":["${String(URLS[0])}"]}`);
    await until(() => seen.length > 2, 'again');
    world.state = 'answers';
    const before = seen.length;
    await until(() => seen.slice(before).includes('a false'), 'it is back');
    setAway(ALICE, false);
    await turn();
    const { length } = asked;
    // Looked at all the while, as another one is.
    watch.onTold(BOB, ['http://10.0.0.2:9000/']);
    setAway(BOB, true);
    await until(() => asked.length > length + 3, 'the other one');
    watch.dispose();
    assert.ok(asked.slice(length).every((one) => one.includes('10.0.0.2')));
    // One refusal alone may be a server on its way up.
    assert.deepEqual(seen.slice(0, 3), ['a false', 'a true', 'a true']);
  });

  it('looks at nothing for who has given way to another server', async () => {
    const { watch, asked, setAway } = make();
    watch.onTold(ALICE, URLS);
    watch.onGaveWay(ALICE);
    setAway(ALICE, true);
    await turn();
    assert.deepEqual(asked, []);
    watch.dispose();
  });

  it('looks at nothing for who runs no server, as in a meeting on a server of a team', async () => {
    const { asked, setAway } = make();
    setAway(BOB, true);
    await turn();
    assert.deepEqual(asked, []);
  });

  it('takes a cable that was pulled for nothing else, and goes on when it cannot be looked', async () => {
    const { watch, world, seen, problems, setAway } = make();
    world.state = new Error('no answer');
    watch.onTold(ALICE, URLS);
    setAway(ALICE, true);
    await until(() => problems.length > 1, 'tried again');
    const failed = seen.length;
    world.state = 'silent';
    await until(() => seen.length > failed + 1, 'looked at');
    assert.ok(seen.every((one) => one === 'a false'));
    watch.dispose();
  });

  it('forgets who is gone', async () => {
    const { watch, asked, setAway, member } = make();
    watch.onTold(ALICE, URLS);
    watch.onGone(member(ALICE));
    setAway(ALICE, true);
    await turn();
    assert.deepEqual(asked, []);
  });
});
