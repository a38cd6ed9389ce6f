// The tests of test/integration/, inside of a real extension host: of the npm test host, or with
// PARLEY_TEST_VSCODE=electron (or electron:<version>) of a desktop VS Code that @vscode/test-electron downloads.
//   node scripts/integration.ts [--grep text]
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { launchBrowser } from '../test/support/browser.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { UNCOMPRESSED } from '../test/support/window.ts';
import { runNode } from './lib/children.ts';
import { QUIET_SETTINGS, startCodeServer, windowUrl } from './lib/codeServer.ts';
import { CACHE, ROOT } from './lib/paths.ts';
import { findFiles } from './lib/steps.ts';
import { installTestHost, NEWEST_HOST } from './lib/testHost.ts';

/** All tests together may take this many milliseconds. */
const DEADLINE = 300_000;

const { values } = parseArgs({ options: { grep: { type: 'string', short: 'g' } } });
const target = process.env['PARLEY_TEST_VSCODE'] ?? 'server';

if ((await runNode(['esbuild.mjs'])) !== 0) process.exit(1);
const tests = await bundleTests();
const folder = await makeTempFolder('integration');
const workspace = join(folder.path, 'workspace');
const output = join(folder.path, 'output.txt');
await mkdir(workspace);
await writeFile(join(workspace, 'hello.txt'), 'hello\n');
const env = {
  PARLEY_TEST_OUTPUT: output,
  PARLEY_TEST_COUNTS: process.env['PARLEY_TEST_COUNTS'] ?? join(folder.path, 'counts.json'),
  ...(values.grep === undefined ? {} : { PARLEY_TEST_GREP: values.grep }),
};
try {
  const code = target.startsWith('electron') ? await runOnDesktop() : await runOnServer();
  if (existsSync(output)) process.stdout.write(readFileSync(output, 'utf8'));
  process.exitCode = code === 0 ? 0 : 1;
} finally {
  await folder.dispose();
}

/** Bundles every test file with what runs it into one module that the extension host can load; gives its path. */
async function bundleTests(): Promise<string> {
  const files = await findFiles('test/integration/**/*.test.ts');
  const loaders = files.map(
    (file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)})`,
  );
  const outfile = join(ROOT, 'out', 'integration', 'index.cjs');
  await build({
    stdin: {
      contents: `import { runInExtensionHost } from './test/support/integrationRun.ts';
export const run = () => runInExtensionHost({ ${loaders.join(', ')} });`,
      resolveDir: ROOT,
      sourcefile: 'integration.ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
    outfile,
  });
  return outfile;
}

/** Opens a window of the test host that runs the tests instead of waiting for a person; gives their exit code. */
async function runOnServer(): Promise<number> {
  const server = await startCodeServer({
    host: await installTestHost(NEWEST_HOST),
    home: join(folder.path, 'home'),
    env,
    development: true,
  });
  const browser = await launchBrowser('allowed');
  try {
    const page = browser.context.pages()[0] ?? (await browser.context.newPage());
    await page.setExtraHTTPHeaders(UNCOMPRESSED);
    const lines: string[] = [];
    const ended = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the tests did not end in time\n${lines.slice(-40).join('\n')}`));
      }, DEADLINE);
      const end = (code: number): void => {
        clearTimeout(timer);
        resolve(code);
      };
      // By these two VS Code reports to whoever drives it.
      void page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
        lines.push(`${type}: ${args.map(String).join(' ')}`);
      });
      void page.exposeFunction('codeAutomationExit', end);
    });
    await page.goto(windowUrl(server.origin, workspace, { developed: ROOT, tests }));
    const code = await ended;
    if (!existsSync(output)) console.error(lines.join('\n'));
    return code;
  } finally {
    await browser.dispose();
    await server.dispose();
  }
}

async function runOnDesktop(): Promise<number> {
  const data = join(folder.path, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  await writeFile(join(data, 'User', 'settings.json'), JSON.stringify(QUIET_SETTINGS));
  const version = target.split(':')[1];
  return runTests({
    cachePath: join(CACHE, 'desktop'),
    ...(version === undefined ? {} : { version }),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: tests,
    extensionTestsEnv: env,
    launchArgs: [
      workspace,
      '--user-data-dir',
      data,
      '--extensions-dir',
      join(folder.path, 'extensions'),
      '--disable-workspace-trust',
    ],
  });
}
