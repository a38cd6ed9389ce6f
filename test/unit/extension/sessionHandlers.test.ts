import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MeetingBootstrap, SessionRecord } from '../../../src/shared/hostRpc.ts';
import { sessionHandlers, type SessionHandlersOptions } from '../../../src/extension/sessionHandlers.ts';

/** A session that notes what is done with it, in order. */
function make() {
  const log: string[] = [];
  const note = (what: string) => () => void log.push(what);
  let begin: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const nobody = { handlers: () => ({}) };
  let leave: (how: string) => void = () => undefined;
  const left = new Promise<string>((resolve) => {
    leave = resolve;
  });
  const options = {
    page: { ready: note('page ready'), reveal: note('revealed') },
    shares: nobody,
    saves: nobody,
    stages: { handlers: () => ({}), attend: note('stages attended') },
    server: {
      handlers: () => ({
        serversChanged: () => null,
        lookAtServer: ({ servers }: { servers: string[] }) => ({ state: servers[0] }),
        hostOn: () => Promise.reject(new Error('no')),
      }),
    },
    log: () => undefined,
    copyInvite: () => Promise.resolve(),
    ready,
    bootstrap: () => {
      log.push('bootstrap');
      return { role: 'host' } as unknown as MeetingBootstrap;
    },
    onName: note('name'),
    onStatus: note('status'),
    onSession: note('session'),
    onChanged: note('changed'),
    onLeft: (how: string) => leave(how),
  };
  const handlers = sessionHandlers(options as unknown as SessionHandlersOptions);
  return { handlers, log, begin, left };
}

describe('what answers a page', () => {
  it('tells how the meeting stands when it can, and as it is then', async () => {
    const { handlers: page, log, begin } = make();
    const answer = page.open({});
    await Promise.resolve();
    assert.deepEqual(log, []);
    begin();
    assert.deepEqual(await answer, { role: 'host' });
    // What changes from the bootstrap on reaches the page, since calls do.
    assert.deepEqual(log, ['page ready', 'stages attended', 'bootstrap']);
  });

  it('has kept what changes, also where it failed', async () => {
    const { handlers: page, log } = make();
    await page.rememberSession({} as SessionRecord);
    assert.deepEqual(log, ['session', 'changed']);
    await page.serversChanged({ servers: [] });
    await assert.rejects(Promise.resolve(page.hostOn({})), /no/);
    assert.deepEqual(log.slice(2), ['changed', 'changed']);
    for (const state of ['silent', 'refused', 'answers']) await page.lookAtServer({ servers: [state] });
    assert.deepEqual(log.slice(4), ['changed'], 'it may have been found elsewhere');
  });

  it('answers a page that leaves before the panel goes', async () => {
    const { handlers: page, left } = make();
    let told = false;
    void left.then(() => {
      told = true;
    });
    await page.left({ how: 'left' });
    assert.equal(told, false);
    assert.equal(await left, 'left');
  });
});
