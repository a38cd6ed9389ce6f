// From a reload in the middle of a meeting to both people seeing each other again, for panel, extension host and window, of
// the guest and of the host, and what of it is the page's. See docs/performance.md.
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { installExtension, startCodeServer, windowUrl } from '../scripts/lib/codeServer.ts';
import { vsixPath } from '../scripts/lib/paths.ts';
import { installTestHost, NEWEST_HOST } from '../scripts/lib/testHost.ts';
import { extensionHosts } from '../test/support/host.ts';
import { SLOW_CAMERA } from '../test/support/browser.ts';
import { differingFrames } from '../test/support/media.ts';
import { joinMeeting, startMeeting, tile } from '../test/support/meeting.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { openWindow, type VsCodeWindow } from '../test/support/window.ts';
import { median, printReport, progress, summary } from './support/report.ts';
import { freshPanel, markPanel } from '../test/support/freshPanel.ts';

const RUNS = Number(process.env['RUNS'] ?? 5);
/** What a window is given to come to rest before the next; a panel that is loaded takes the focus from the palette. */
const REST = 1_000;
/** The guest or the host only. */
const ONLY = process.env['ONLY'] ?? '';
/**
 * What is reloaded, and when that was asked for (`Date.now()`). In this order: VS Code starts an extension host that died
 * again three times in five minutes, and counts anew in a window that was loaded anew.
 */
const WAYS = {
  window: async (window: VsCodeWindow) => {
    const began = Date.now();
    await window.page.reload();
    return began;
  },
  'extension host': async (window: VsCodeWindow) => {
    const pid = pids.get(window);
    if (pid === undefined) throw new Error('there is no extension host');
    const began = Date.now();
    process.kill(pid, 'SIGKILL');
    return began;
  },
  panel: async (window: VsCodeWindow) => {
    await window.runCommand('Developer: Reload Webviews');
    // Typing into the palette is none of VS Code's share.
    return Date.now();
  },
} as const;
type Way = keyof typeof WAYS;

/** Milliseconds after the reload was asked for. */
interface Run {
  /** The new page of the panel begins to load: until then most is VS Code's, which starts again what had died. */
  readonly loading: number;
  /** The other person is in it again. */
  readonly back: number;
  /** The other person is seen moving. */
  readonly sees: number;
  /** And sees this person moving. */
  readonly seen: number;
}

const home = await makeTempFolder('bench-host');
const server = { host: await installTestHost(NEWEST_HOST), home: home.path };
await installExtension(server, process.env['PARLEY_VSIX'] ?? vsixPath());
const running = await startCodeServer(server);
const host = {
  version: NEWEST_HOST,
  origin: running.origin,
  prefix: [],
  pid: running.pid,
  data: join(home.path, 'data'),
  url: (path: string) => windowUrl(running.origin, path),
  log: () => running.log(),
  dispose: () => running.dispose(),
};
/** The process of each person's extension host; one that is left by its window lives on for a while. */
const pids = new Map<VsCodeWindow, number>();
const folders = [await makeTempFolder('bench'), await makeTempFolder('bench')];
const alice = await open('Alice', folders[0]?.path);
await notePid(alice, undefined);
const bob = await open('Bob', folders[1]?.path);
await notePid(bob, alice);
await joinMeeting(bob, await startMeeting(alice));
await Promise.all([seesMoving(await alice.panel(), 'Bob'), seesMoving(await bob.panel(), 'Alice')]);

const figures: Record<string, unknown> = {};
const ofPage: number[] = [];
for (const [role, who, other] of [
  ['guest', bob, alice],
  ['host', alice, bob],
] as const) {
  if (!role.includes(ONLY)) continue;
  const runs = { window: [] as Run[], 'extension host': [] as Run[], panel: [] as Run[] };
  for (let run = 0; run < RUNS; run++) {
    for (const way of Object.keys(runs) as Way[]) {
      const one = await measure(way, who, other);
      runs[way].push(one);
      progress(`${role}, ${way}: ${JSON.stringify(one)}`);
    }
  }
  for (const way of Object.keys(runs) as Way[]) {
    const own = runs[way].map((run) => run.seen - run.loading);
    ofPage.push(median(own));
    const keys = ['loading', 'back', 'sees', 'seen'] as const;
    const medians = keys.map((key) => [key, median(runs[way].map((run) => run[key]))]);
    figures[`${role}, ${way}`] = { ...Object.fromEntries(medians), ofPage: summary(own) };
  }
}
await printReport({
  name: 'reload',
  // The slowest of the six, in parts of the three seconds that coming back may take.
  ratio: Math.max(...ofPage) / 3_000,
  better: 'lower',
  goal: 1,
  figures,
});
await alice.dispose();
await bob.dispose();
await host.dispose();
for (const folder of [...folders, home]) await folder.dispose();

async function open(name: string, folder = ''): Promise<VsCodeWindow> {
  const window = await openWindow({ host, folder, name, browserArgs: [SLOW_CAMERA] });
  // A page that asks whether it may go is answered by the person who reloads it.
  window.page.on('dialog', (dialog) => void dialog.accept());
  await window.offersCommand('Parley: Start Meeting');
  return window;
}

async function seesMoving(panel: Frame, name: string): Promise<void> {
  await differingFrames(tile(panel, name).locator('video'));
}

async function measure(way: Way, who: VsCodeWindow, other: VsCodeWindow): Promise<Run> {
  await who.page.waitForTimeout(REST);
  await markPanel(who);
  const began = await WAYS[way](who);
  const panel = await freshPanel(who);
  await tile(panel, other.name).waitFor();
  const back = Date.now() - began;
  await seesMoving(panel, other.name);
  const sees = Date.now() - began;
  await seesMoving(await other.panel(), who.name);
  const seen = Date.now() - began;
  const loading = (await panel.evaluate(() => performance.timeOrigin)) - began;
  await notePid(who, other);
  return { loading: Math.round(loading), back, sees, seen };
}

async function notePid(who: VsCodeWindow, other: VsCodeWindow | undefined): Promise<void> {
  const taken = other && pids.get(other);
  const pid = (await extensionHosts(host.pid)).findLast((each) => each !== taken);
  if (pid !== undefined) pids.set(who, pid);
}
