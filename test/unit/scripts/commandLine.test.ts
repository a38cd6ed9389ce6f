import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { mocha } from '../../../scripts/lib/steps.ts';

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts', script), ...args], { encoding: 'utf8' });

describe('the scripts', () => {
  it('say what they can do, and what they do not know, in words', () => {
    for (const [script, name] of [
      ['start.ts', 'npm start'],
      ['test.ts', 'npm test'],
    ] as const) {
      const asked = run(script, '--help');
      assert.equal(asked.status, 0, asked.stderr);
      assert.ok(asked.stdout.startsWith(name), asked.stdout);
      const wrong = run(script, '--tow');
      assert.equal(wrong.status, 2);
      assert.match(wrong.stderr, /^parley: .*--tow/mu);
      assert.ok(wrong.stderr.includes(name), wrong.stderr);
      assert.doesNotMatch(wrong.stderr, /^\s+at /mu, 'no stack');
    }
  });

  it('fail where no test has the name that was asked for', async () => {
    const file = 'test/unit/extension/panelTitle.test.ts';
    assert.deepEqual(await mocha(file, ['--grep', 'no test is called so'], 1_000), { passed: 0, failed: 1 });
  });
});
