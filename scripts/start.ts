// npm start [-- --two] [--browser]: builds Parley and opens it in a VS Code, on a small sample workspace with a meeting
// started; --two opens a second window that joins. --browser takes the VS Code from npm that the tests use, whatever
// else is there. A desktop loads Parley in development mode; in the browser that mode shows no notifications, so there
// it is installed.
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { atExit, isEnding, runNode, startChild } from './lib/children.ts';
import { startCodeServer, windowUrl } from './lib/codeServer.ts';
import { downloadedDesktop, hasDisplay, installedDesktop, openDesktop } from './lib/desktop.ts';
import { CACHE, findOnPath, ROOT } from './lib/paths.ts';
import { installTestHost, NEWEST_HOST } from './lib/testHost.ts';

const USAGE = `npm start [-- options]: a VS Code with the Parley of this clone and a meeting started
  --two      a second window that joins the meeting
  --browser  the VS Code from npm that the tests use, in your browser, whatever else is there
  --help     this`;

const values = readOptions();
const roles = values.two === true ? ['host', 'guest'] : ['host'];
/** The extension that starts and joins the meeting, as a person would by the commands. */
const starter = join(ROOT, 'scripts', 'start-extension');

console.log('parley: building');
if ((await runNode(['esbuild.mjs'])) !== 0) process.exit(1);

await mkdir(CACHE, { recursive: true });
const folder = await mkdtemp(join(CACHE, 'start-'));
// Last of all, after everything that writes there has ended.
atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
for (const role of roles) {
  await cp(join(ROOT, 'scripts', 'sample-workspace'), join(folder, role), { recursive: true });
}
const env = { PARLEY_START_DIR: folder };

const desktop = await findDesktop();
if (desktop) {
  console.log(`parley: opening ${desktop.name} with a meeting started; close it, or press Ctrl-C, to stop`);
  await Promise.all(
    roles.map((role) =>
      openDesktop(desktop, join(folder, `${role}-home`), join(folder, role), [ROOT, starter], env),
    ),
  );
  process.exit(0);
}

const host = await installTestHost(NEWEST_HOST);
console.log(`parley: starting VS Code from npm (code-server ${host.version})`);
const home = join(folder, 'home');
await installFolder(starter, []);
await installFolder(ROOT, ['package.nls.json', 'dist', 'media']);
const server = await startCodeServer({ host, home, env });
for (const role of roles) {
  const url = windowUrl(server.origin, join(folder, role));
  console.log(role === 'host' ? 'parley: the meeting starts in' : 'parley: the second window joins in');
  console.log(`  ${url}`);
  openBrowser(url);
}
console.log('parley: press Ctrl-C to stop');
const code = await server.ended;
if (!isEnding()) {
  console.error(`parley: VS Code ended (${String(code)})\n${server.log().split('\n').slice(-20).join('\n')}`);
  process.exit(1);
}

/** The options; ends the program where it is only asked for them, or does not know one. */
function readOptions(): { readonly two?: boolean; readonly browser?: boolean } {
  const options = {
    two: { type: 'boolean' },
    browser: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values: given } = parseArgs({ options });
    if (given.help !== true) return given;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`parley: ${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Puts an extension where installed ones are: its manifest and program, and what else it has. */
async function installFolder(extension: string, parts: readonly string[]): Promise<void> {
  const text = await readFile(join(extension, 'package.json'), 'utf8');
  const { publisher, name, version, main } = JSON.parse(text) as Record<string, string>;
  const target = join(home, 'extensions', `${String(publisher)}.${String(name)}-${String(version)}`);
  for (const part of new Set(['package.json', String(main), ...parts]))
    await cp(join(extension, part), join(target, part), { recursive: true });
}

async function findDesktop(): ReturnType<typeof downloadedDesktop> {
  if (values.browser === true) return undefined;
  if (!hasDisplay()) {
    console.log('parley: there is no display for a desktop VS Code, so it runs in a browser');
    return undefined;
  }
  return installedDesktop() ?? (await downloadedDesktop());
}

/** Shows a page in the person's browser, where there is one to show it. */
function openBrowser(url: string): void {
  if (!hasDisplay()) return;
  const opener = { darwin: 'open', win32: 'explorer.exe' }[process.platform as string] ?? 'xdg-open';
  const program = findOnPath([opener, opener.replace(/\.exe$/, '')]);
  if (program === undefined) return;
  startChild(program, [url], { stdio: 'ignore' }).unref();
}
