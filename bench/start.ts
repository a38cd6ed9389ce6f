// From Enter on "Parley: Start Meeting" to a panel whose Join can be pressed, against an extension whose command opens a
// panel with one button in it. See docs/performance.md.
import { join } from 'node:path';
import { installExtension, startCodeServer, windowUrl } from '../scripts/lib/codeServer.ts';
import { vsixPath } from '../scripts/lib/paths.ts';
import { installTestHost, NEWEST_HOST } from '../scripts/lib/testHost.ts';
import type { Host } from '../test/support/host.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { openWindow, type VsCodeWindow } from '../test/support/window.ts';
import { FLOOR_COMMAND, packFloorExtension } from './support/floorExtension.ts';
import { noteReady, timeToReady } from './support/panelReady.ts';
import { median, printReport, progress, summary } from './support/report.ts';

const RUNS = 5;
/** What a window is given to come to rest after it was loaded. */
const REST = 3_000;
const PARLEY_COMMAND = 'Parley: Start Meeting';

/** The first panel of a window just loaded, extension host and all, and the second one. */
interface Run {
  readonly first: number;
  readonly again: number;
}

const home = await makeTempFolder('bench-host');
const folder = await makeTempFolder('bench');
const host = await startHost();
const window = await openWindow({ host, folder: folder.path, name: 'Alice' });
await window.page.context().addInitScript(noteReady);

const floors: Run[] = [];
const ours: Run[] = [];
// The first of each fills the browser's caches, and is not counted.
for (let run = 0; run <= RUNS; run++) {
  const floor = await measure(FLOOR_COMMAND, closeFloor);
  const parley = await measure(PARLEY_COMMAND, leaveLobby);
  progress(`run ${String(run)}: floor ${show(floor)}, Parley ${show(parley)}`);
  if (run === 0) continue;
  floors.push(floor);
  ours.push(parley);
}
const firsts = (runs: readonly Run[]): number[] => runs.map(({ first }) => first);
const agains = (runs: readonly Run[]): number[] => runs.map(({ again }) => again);
await printReport({
  name: 'start',
  ratio: median(firsts(ours)) / median(firsts(floors)),
  better: 'lower',
  goal: 3.5,
  figures: {
    parley: summary(firsts(ours)),
    floor: summary(firsts(floors)),
    parleyAgain: summary(agains(ours)),
    floorAgain: summary(agains(floors)),
  },
});
await window.dispose();
await host.dispose();
await folder.dispose();
await home.dispose();

/** Loads the window afresh, and opens the panel twice. */
async function measure(command: string, close: (window: VsCodeWindow) => Promise<void>): Promise<Run> {
  await window.open();
  await window.page.waitForTimeout(REST);
  const first = await timeToReady(window.page, command);
  await close(window);
  const again = await timeToReady(window.page, command);
  await close(window);
  return { first, again };
}

function closeFloor(window: VsCodeWindow): Promise<void> {
  return window.closeTab('Floor');
}

async function leaveLobby(window: VsCodeWindow): Promise<void> {
  const panel = await window.panel();
  await panel.getByRole('button', { name: 'Leave meeting' }).click();
  await window.page.locator('.tabs-container .tab', { hasText: 'Parley' }).waitFor({ state: 'detached' });
}

/** A server as the end-to-end tests have it, with the floor's extension beside Parley. */
async function startHost(): Promise<Host> {
  const server = { host: await installTestHost(NEWEST_HOST), home: home.path };
  await installExtension(server, process.env['PARLEY_VSIX'] ?? vsixPath());
  await installExtension(server, await packFloorExtension(home.path));
  const running = await startCodeServer(server);
  return {
    version: NEWEST_HOST,
    origin: running.origin,
    prefix: [],
    pid: running.pid,
    data: join(home.path, 'data'),
    url: (path) => windowUrl(running.origin, path),
    log: () => running.log(),
    dispose: () => running.dispose(),
  };
}

function show({ first, again }: Run): string {
  return `${first.toFixed(0)} ms, again ${again.toFixed(0)} ms`;
}
