import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { allOrNothing, type OpenPart } from '../../../src/extension/allOrNothing.ts';

/** Parts with names, and a diary of what was closed. */
function makeParts() {
  const closed: string[] = [];
  const lines: string[] = [];
  const given = new AbortController();
  const options = { signal: given.signal, log: (_level: string, line: string) => void lines.push(line) };
  const part = (open: OpenPart, name: string, opening: Promise<unknown> = Promise.resolve()) =>
    open(
      opening.then(() => name),
      (opened) => closed.push(opened),
    );
  return { closed, lines, given, options, part };
}

describe('what is opened in parts', () => {
  it('stays open when all went well', async () => {
    const { closed, options, part } = makeParts();
    const whole = allOrNothing(
      async (open) => [await part(open, 'gateway'), await part(open, 'server')],
      options,
    );
    assert.deepEqual(await whole, ['gateway', 'server']);
    assert.deepEqual(closed, []);
  });

  it('is closed again, the youngest first, when a later step throws', async () => {
    const { closed, options, part } = makeParts();
    const whole = allOrNothing(async (open) => {
      await part(open, 'gateway');
      await part(open, 'server');
      throw new Error('no panel');
    }, options);
    await assert.rejects(whole, { message: 'no panel' });
    assert.deepEqual(closed, ['server', 'gateway']);
  });

  it('is closed when it comes after another part has failed', async () => {
    const { closed, options, part } = makeParts();
    let arrive: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    const whole = allOrNothing(
      (open) => Promise.all([part(open, 'gateway', late), part(open, 'x', Promise.reject(new Error('no')))]),
      options,
    );
    setImmediate(arrive);
    await assert.rejects(whole, { message: 'no' });
    assert.deepEqual(closed, ['gateway']);
  });

  it('is closed when it was given up in between', async () => {
    const { closed, given, options, part } = makeParts();
    const whole = allOrNothing(async (open) => {
      await part(open, 'gateway');
      const server = part(open, 'server');
      given.abort(new Error('cancelled'));
      await server;
      assert.fail('it went on');
    }, options);
    await assert.rejects(whole, { message: 'cancelled' });
    assert.deepEqual(closed, ['server', 'gateway']);
  });

  it('is closed as a whole although a part of it cannot be', async () => {
    const { closed, lines, options, part } = makeParts();
    const whole = allOrNothing(async (open) => {
      await part(open, 'gateway');
      await open(Promise.resolve(), () => Promise.reject(new Error('stuck')));
      throw new Error('why');
    }, options);
    await assert.rejects(whole, { message: 'why' });
    assert.deepEqual([closed, lines], [['gateway'], ['not closed cleanly: stuck']]);
  });
});
