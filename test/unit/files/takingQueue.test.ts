import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { MAX_TAKING } from '../../../src/shared/limits.ts';
import type { Attempt } from '../../../src/webview/files/taking.ts';
import { TakingQueue } from '../../../src/webview/files/takingQueue.ts';
import { turn } from '../../support/turn.ts';

/** Something to take, whose try a test ends. */
class Thing {
  readonly name: string;
  readonly sameness: string;
  attempt: Attempt | null = null;
  constructor(name: string, sameness = name) {
    this.name = name;
    this.sameness = sameness;
  }
  ask(attempt: Attempt): void {
    this.attempt = attempt;
  }
}

describe('the queue of what is taken', () => {
  let begun: string[];
  let ends: Map<string, () => void>;
  let queue: TakingQueue<Thing>;
  beforeEach(() => {
    begun = [];
    ends = new Map();
    queue = new TakingQueue<Thing>({
      start: ({ name }) => {
        begun.push(name);
        return new Promise((resolve) => ends.set(name, resolve));
      },
      onChange: () => undefined,
    });
  });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  const names = Array.from({ length: MAX_TAKING + 2 }, (_, n) => `thing ${String(n)}`);

  it('begins so many at once, and the others in their order as those end', async () => {
    for (const name of names) queue.add(new Thing(name));
    assert.deepEqual(begun, names.slice(0, MAX_TAKING));
    await end(names[1] ?? '');
    assert.deepEqual(begun, names.slice(0, MAX_TAKING + 1));
    await end(names[0] ?? '');
    assert.deepEqual(begun, names);
  });

  it('begins one thing once at a time, whoever it is from, and has it hold up nothing else', async () => {
    for (const thing of [new Thing('mine', 'same'), new Thing('yours', 'same'), new Thing('other')])
      queue.add(thing);
    assert.deepEqual(begun, ['mine', 'other']);
    await end('mine');
    assert.deepEqual(begun, ['mine', 'other', 'yours']);
  });

  it('begins nothing that was removed while it waited', async () => {
    const [first, second, third] = [new Thing('1', 'same'), new Thing('2', 'same'), new Thing('3', 'same')];
    for (const thing of [first, second, third]) queue.add(thing);
    assert.equal(queue.remove(second), null);
    await end('1');
    assert.deepEqual(begun, ['1', '3']);
  });

  it('gives the place of a removed one to the next at once only where it has no stream yet', async () => {
    const things = names.map((name) => new Thing(name));
    for (const thing of things) queue.add(thing);
    const [asking, running] = things;
    assert.ok(asking && running?.attempt);
    queue.remove(asking);
    queue.next();
    assert.deepEqual(begun, names.slice(0, MAX_TAKING + 1));
    const pump = { bytes: 0, done: new Promise<never>(() => undefined), addLane: () => true };
    running.attempt.pump = { ...pump, pause: () => undefined, cancel: () => undefined };
    assert.equal(queue.remove(running)?.pump?.bytes, 0);
    queue.next();
    assert.equal(begun.length, MAX_TAKING + 1);
    await end(running.name);
    assert.equal(begun.length, MAX_TAKING + 2);
  });

  it('begins nothing more when it is disposed of, and tells which tries are left', async () => {
    for (const name of names) queue.add(new Thing(name));
    assert.equal(queue.dispose().length, MAX_TAKING);
    await end(names[0] ?? '');
    queue.add(new Thing('late'));
    assert.equal(begun.length, MAX_TAKING);
  });
});
