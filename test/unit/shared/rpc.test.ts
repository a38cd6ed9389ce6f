import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { type Handlers, method, RpcEndpoint, RpcError, type Timers } from '../../../src/shared/rpc.ts';

const api = {
  double: method(v.object({ n: v.number() }), v.number()),
  fail: method(v.object({}), v.null()),
  lie: method(v.object({}), v.number()),
  never: method(v.object({}), v.null(), 50),
  patient: method(v.object({}), v.null(), null),
} as const;
const none = {} as const;

/** Timers that fire when told to. */
class HandTimers implements Timers {
  readonly waiting = new Map<number, () => void>();
  #next = 1;
  set(callback: () => void): number {
    this.waiting.set(this.#next, callback);
    return this.#next++;
  }
  clear(handle: unknown): void {
    this.waiting.delete(handle as number);
  }
  fire(): void {
    for (const [handle, callback] of this.waiting) {
      this.waiting.delete(handle);
      callback();
    }
  }
}

function pair(timers = new HandTimers()) {
  const problems: string[] = [];
  const handlers: Handlers<typeof api> = {
    double: ({ n }) => n * 2,
    fail: () => Promise.reject(new Error('broken')),
    lie: () => 'text' as unknown as number,
    never: () => new Promise(() => undefined),
    patient: () => new Promise(() => undefined),
  };
  const onProblem = (message: string): void => void problems.push(message);
  const server = new RpcEndpoint<typeof api, typeof none>({
    local: api,
    remote: none,
    handlers,
    post: (message) => queueMicrotask(() => client.receive(structuredClone(message))),
    timers,
    onProblem,
  });
  const posted: unknown[] = [];
  const client: RpcEndpoint<typeof none, typeof api> = new RpcEndpoint({
    local: none,
    remote: api,
    handlers: {},
    post: (message) => {
      posted.push(message);
      queueMicrotask(() => server.receive(structuredClone(message)));
    },
    timers,
    onProblem,
  });
  return { server, client, timers, problems, posted };
}

const code = (expected: string) => (error: unknown) => error instanceof RpcError && error.code === expected;

describe('rpc', () => {
  it('answers', async () => {
    const { client, timers } = pair();
    assert.equal(await client.call('double', { n: 21 }), 42);
    assert.equal(timers.waiting.size, 0, 'an answered call leaves no timer behind');
  });

  it('refuses parameters and results that are not as declared', async () => {
    const { client } = pair();
    await assert.rejects(client.call('double', { n: 'x' as unknown as number }), code('bad-params'));
    await assert.rejects(client.call('lie', {}), code('bad-result'));
  });

  it('reports a handler that throws to both sides', async () => {
    const { client, problems } = pair();
    await assert.rejects(client.call('fail', {}), code('failed'));
    assert.deepEqual(problems, ['fail failed']);
  });

  it('answers an unknown method with an error, also one of Object.prototype', async () => {
    for (const name of ['nothing', 'toString', 'constructor', '__proto__']) {
      const replies: unknown[] = [];
      const server = new RpcEndpoint<typeof api, typeof none>({
        local: api,
        remote: none,
        handlers: {} as Handlers<typeof api>,
        post: (message) => replies.push(message),
        timers: new HandTimers(),
        onProblem: () => undefined,
      });
      server.receive({ kind: 'request', id: 1, method: name, params: {} });
      await new Promise(setImmediate);
      assert.equal((replies[0] as { code: string }).code, 'unknown-method');
    }
  });

  it('times out, except where a person is waited for', async () => {
    const { client, timers } = pair();
    const call = client.call('never', {});
    timers.fire();
    await assert.rejects(call, code('timeout'));
    void client.call('patient', {}).catch(() => undefined);
    assert.equal(timers.waiting.size, 0);
  });

  it('rejects what is pending, and everything later, once disposed', async () => {
    const { client } = pair();
    const pending = client.call('patient', {});
    client.dispose();
    await assert.rejects(pending, code('disposed'));
    await assert.rejects(client.call('double', { n: 1 }), code('disposed'));
  });

  it('drops what is not of the protocol', () => {
    const { client, problems } = pair();
    for (const noise of [null, 1, 'text', {}, { kind: 'request' }, { kind: 'result', id: 'x' }, []])
      client.receive(noise);
    assert.equal(problems.length, 7);
    client.receive({ kind: 'result', id: 999, result: 1 });
    assert.equal(problems.length, 7, 'an answer that came too late is no problem');
  });

  it('does not take the answer to a page before it for its own', async () => {
    const posted: { id: number }[] = [];
    const endpoint = () =>
      new RpcEndpoint({
        local: {},
        remote: { ask: method(v.object({}), v.number(), null) },
        handlers: {},
        post: (message) => posted.push(message as { id: number }),
        timers: { set: setTimeout, clear: () => undefined },
        onProblem: () => undefined,
      });
    void endpoint()
      .call('ask', {})
      .catch(() => undefined);
    const reloaded = endpoint();
    const answer = reloaded.call('ask', {});
    const [before, now] = posted;
    reloaded.receive({ kind: 'result', id: before?.id, result: 1 });
    reloaded.receive({ kind: 'result', id: now?.id, result: 2 });
    assert.equal(await answer, 2);
  });
});
