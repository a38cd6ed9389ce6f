import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Check, CheckRow } from '../../../src/webview/setup/check.ts';
import { Runner } from '../../../src/webview/setup/runner.ts';
import { turn } from '../../support/turn.ts';

const never = new Promise<never>(() => undefined);
const ok: Check = { id: 'ok', title: 'One', run: () => Promise.resolve({ state: 'ok', sentence: 'Well.' }) };
const endless: Check = {
  id: 'endless',
  title: 'Two',
  run: ({ tell }) => {
    tell('Waiting.', ['copy-stage-link']);
    return never;
  },
};
const broken: Check = { id: 'broken', title: 'Three', run: () => Promise.reject(new Error('a fault')) };

function start(checks: readonly Check[]) {
  const seen: string[] = [];
  const faults: string[] = [];
  const runner = new Runner(
    checks,
    () => seen.push(runner.rows.map(({ state }) => state).join()),
    (check) => faults.push(check),
  );
  return { runner, seen, faults };
}
const row = (runner: Runner, id: string): CheckRow | undefined => runner.rows.find((one) => one.id === id);

describe('running checks', () => {
  it('tells of each as it goes', async () => {
    const { runner, seen } = start([ok, broken]);
    assert.deepEqual(
      runner.rows.map(({ state }) => state),
      ['waiting', 'waiting'],
    );
    await runner.inTurn([ok, broken]);
    assert.deepEqual(seen, ['running,waiting', 'ok,waiting', 'ok,running', 'ok,failed']);
  });

  it('tells a fault of a check as one, and goes on', async () => {
    const { runner, faults } = start([broken, ok]);
    await runner.inTurn([broken, ok]);
    assert.deepEqual(faults, ['broken']);
    assert.match(row(runner, 'broken')?.advice ?? '', /output channel/);
    assert.equal(row(runner, 'ok')?.state, 'ok');
  });

  it('ends at once when it is stopped, with what was known by then', async () => {
    const { runner } = start([ok, endless, broken]);
    const running = runner.inTurn([ok, endless, broken]);
    await turn();
    assert.deepEqual(
      [row(runner, 'endless')?.sentence, row(runner, 'endless')?.actions],
      ['Waiting.', ['copy-stage-link']],
    );
    runner.stop();
    await running;
    assert.deepEqual(
      runner.rows.map(({ state }) => state),
      ['ok', 'skipped', 'skipped'],
    );
    assert.deepEqual(row(runner, 'endless')?.actions, []);
  });
});
