import { glob, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './children.ts';
import { bin, ROOT } from './paths.ts';

/** What a step adds to the closing line. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The files that match, in a fixed order, relative to the project. */
export async function findFiles(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: ROOT })) found.push(file);
  return found.sort();
}

/** Runs programs of the project one after the other, all of them, and counts them as one check. */
export async function check(...commands: readonly (readonly string[])[]): Promise<Counts> {
  let failed = false;
  for (const command of commands) if ((await runNode(command)) !== 0) failed = true;
  return failed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
}

/** Types: every folder that has a tsconfig.json of its own. */
export async function types(): Promise<Counts> {
  const projects = await findFiles('{src/*,test,bench,scripts}/tsconfig.json');
  return check(...projects.map((project) => [bin('typescript', 'bin/tsc'), '-p', project]));
}

export function lint(): Promise<Counts> {
  return check([bin('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings', '.']);
}

export function format(): Promise<Counts> {
  return check([bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.']);
}

export function deadCode(): Promise<Counts> {
  return check([bin('knip', 'bin/knip.js'), '--no-config-hints']);
}

/**
 * Runs a program that runs mocha, and reads how many tests passed and failed. A program that fails without a failed
 * test (it did not start, or a file did not load) counts as one failure.
 */
export async function countTests(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Counts> {
  const file = join(tmpdir(), `parley-counts-${String(process.pid)}.json`);
  await rm(file, { force: true });
  const code = await runNode(command, { ...env, PARLEY_TEST_COUNTS: file });
  const counts = await readCounts(file);
  await rm(file, { force: true });
  if (counts === undefined) return { passed: 0, failed: 1 };
  if (code !== 0 && counts.passed + counts.failed === 0) console.error('parley: no test was run');
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

/** Runs mocha on the files that match; nothing to run is a failure, since a suite must not vanish unseen, nor a test that is named. */
export async function mocha(pattern: string, args: readonly string[], timeout: number): Promise<Counts> {
  const files = await findFiles(pattern);
  if (files.length === 0) {
    console.error(`parley: no test matches ${pattern}`);
    return { passed: 0, failed: 1 };
  }
  const reporter = join(ROOT, 'scripts', 'lib', 'mochaReporter.mjs');
  const options = ['--forbid-only', '--fail-zero', '--reporter', reporter, '--timeout', String(timeout)];
  return countTests([bin('mocha', 'bin/mocha.js'), ...options, ...args, ...files]);
}

async function readCounts(file: string): Promise<Counts | undefined> {
  try {
    const counts = JSON.parse(await readFile(file, 'utf8')) as Counts;
    return { passed: counts.passed, failed: counts.failed };
  } catch (error) {
    // Mocha ended before it had run anything, so there is no file.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
