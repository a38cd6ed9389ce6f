import { appendFileSync, writeFileSync } from 'node:fs';
import { format } from 'node:util';

/** Loads one test file, by its name for messages. */
export type TestFiles = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Runs test files with mocha inside of VS Code's extension host. What mocha prints goes to the file that
 * PARLEY_TEST_OUTPUT names and the counts to PARLEY_TEST_COUNTS, since an extension host has no terminal. Rejects when
 * a test fails, or none is run, which is how VS Code knows.
 */
export async function runInExtensionHost(files: TestFiles): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const output = process.env['PARLEY_TEST_OUTPUT'];
  if (output !== undefined) {
    const print = (...line: unknown[]): void => appendFileSync(output, `${format(...line)}\n`);
    Object.assign(Mocha.reporters.Base, { consoleLog: print });
  }
  const grep = process.env['PARLEY_TEST_GREP'];
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: 20_000, ...(grep ? { grep } : {}) });
  for (const [name, load] of Object.entries(files)) {
    mocha.suite.emit('pre-require', globalThis, name, mocha);
    await load();
  }
  let ran = 0;
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('test end', () => ran++);
    runner.once('end', () => {
      const counts = process.env['PARLEY_TEST_COUNTS'];
      if (counts === undefined) return;
      const { passes, failures: failed } = runner.stats ?? { passes: 0, failures: 1 };
      writeFileSync(counts, JSON.stringify({ passed: passes, failed }));
    });
  });
  if (ran === 0) throw new Error('no test was run');
  if (failures > 0) throw new Error(`${String(failures)} tests failed`);
}
