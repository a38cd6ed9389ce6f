// Mocha's spec reporter, which also writes `{ passed, failed }` to the file that PARLEY_TEST_COUNTS names. Plain
// JavaScript without types, since mocha loads it inside of VS Code's extension host as well.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class CountingSpec extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env.PARLEY_TEST_COUNTS;
      if (file === undefined) return;
      const { passes, failures } = this.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}
