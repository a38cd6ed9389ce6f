import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { EnterError } from '../../../src/webview/meeting/entry.ts';
import { WayBack } from '../../../src/webview/meeting/wayBack.ts';
import type { FakeLink } from './fakeLink.ts';
import { knocking, WELCOME, type Knocked } from './knocking.ts';

/** Somebody who is alone; `turn` says what they meet on each attempt. */
function make(meet: (attempt: number) => { door?: boolean; knock?: Knocked; alone?: boolean }) {
  const abort = new AbortController();
  const seen = { attempts: 0, settled: 0, problems: 0 };
  let met = meet(0);
  const wayBack = new WayBack<FakeLink>({
    signal: abort.signal,
    alone: () => {
      met = meet(++seen.attempts);
      return met.alone ?? true;
    },
    openDoor: () => Promise.resolve(met.door ?? false),
    ...knocking(seen, () => met.knock ?? { kind: 'absent' }),
  });
  return { wayBack, seen, abort };
}

describe('WayBack', () => {
  it('takes the door when nobody has it', async () => {
    const { wayBack, seen } = make(() => ({ door: true }));
    await wayBack.look();
    assert.deepEqual(seen, { attempts: 1, settled: 0, problems: 0 });
  });

  it('knocks where somebody has it, and goes on until it is let in', async () => {
    const { wayBack, seen } = make((attempt) => {
      if (attempt < 20) return { knock: { kind: 'absent' } };
      return { knock: { kind: 'welcome', welcome: WELCOME } };
    });
    await wayBack.look();
    assert.deepEqual(seen, { attempts: 20, settled: 1, problems: 0 });
  });

  it('does not give up because of a refusal: the room may be there again', async () => {
    const { wayBack, seen } = make((attempt) =>
      attempt < 5 ? { knock: new EnterError('no-connection') } : { door: true },
    );
    await wayBack.look();
    assert.deepEqual(seen, { attempts: 5, settled: 0, problems: 4 });
  });

  it('stops looking when somebody has found us, or the person leaves', async () => {
    const found = make((attempt) => ({ alone: attempt < 3 }));
    await found.wayBack.look();
    assert.deepEqual(found.seen, { attempts: 3, settled: 0, problems: 0 });
    const left = make((attempt) => {
      if (attempt === 3) left.abort.abort();
      return {};
    });
    await left.wayBack.look();
    assert.equal(left.seen.attempts, 3);
  });

  it('looks once at a time, and again when it is lost again', async () => {
    const { wayBack, seen } = make((attempt) => ({ door: attempt % 2 === 0 }));
    await Promise.all([wayBack.look(), wayBack.look()]);
    assert.equal(seen.attempts, 2);
    await wayBack.look();
    assert.equal(seen.attempts, 4);
  });
});
