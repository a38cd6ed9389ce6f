// npm test [-- part [mocha options]]: everything, or one part, in order; its last line says how many passed and
// failed. The parts are the keys of `parts` below; "check" is the first four together.
import { packageExtension } from './lib/packaging.ts';
import { countTests, deadCode, format, lint, mocha, types } from './lib/steps.ts';
import type { Counts } from './lib/steps.ts';
import { installTestHosts } from './lib/testHost.ts';

/** Milliseconds that one test may take where windows and browsers are started in it. */
const WINDOW_TIMEOUT = 120_000;

const [part, ...args] = process.argv.slice(2);
let packed: boolean | undefined;

const parts: Readonly<Record<string, () => Promise<Counts>>> = {
  types,
  lint,
  format,
  'dead-code': deadCode,
  unit: () => mocha('test/unit/**/*.test.ts', args, 10_000),
  package: () => Promise.resolve(pack() ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
  integration: () => countTests(['scripts/integration.ts', ...args]),
  // The packed extension is what is tested: without one there is nothing to run.
  e2e: () =>
    pack() ? mocha('test/e2e/**/*.test.ts', args, WINDOW_TIMEOUT) : Promise.resolve({ passed: 0, failed: 1 }),
};
const CHECKS = ['types', 'lint', 'format', 'dead-code'];

const usage = `npm test [-- part [mocha options]]: everything, or one part: check, ${Object.keys(parts).join(', ')}
  npm test -- unit --grep invite   one test by its name, in unit, integration or e2e`;
if (part === '--help' || part === '-h') {
  console.log(usage);
  process.exit(0);
}
const chosen = part === undefined ? Object.keys(parts) : part === 'check' ? CHECKS : [part];
// What the tests run on comes while the checks run, and is waited for before tests do.
const hosts = part === undefined ? prepareHosts() : Promise.resolve();
let passed = 0;
let failed = 0;
for (const name of chosen) {
  const step = parts[name];
  if (!step) {
    console.error(`parley: there is no part "${name}"\n\n${usage}`);
    process.exit(2);
  }
  console.log(`\nparley: ${name}`);
  const started = Date.now();
  if (!CHECKS.includes(name)) await hosts;
  const counts = await step();
  passed += counts.passed;
  failed += counts.failed;
  const seconds = ((Date.now() - started) / 1_000).toFixed(1);
  console.log(
    `parley: ${name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed (${seconds} s)`,
  );
}
console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function prepareHosts(): Promise<void> {
  try {
    await installTestHosts();
  } catch (error) {
    console.error(
      'parley: a test host was not installed, which is tried again by the first test that needs it',
      error,
    );
  }
}

/** Packs the extension once a run. */
function pack(): boolean {
  packed ??= packageExtension();
  return packed;
}
