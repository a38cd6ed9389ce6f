// From the click on Join to the first remote frame, against a bare PeerJS page that does the same. See
// docs/performance.md.
import type { Page } from 'playwright-core';
import { startHost } from '../test/support/host.ts';
import { button, leave, openInvite, startMeeting, tile } from '../test/support/meeting.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { openWindow, type VsCodeWindow } from '../test/support/window.ts';
import { type BareCall, startBareCall } from './support/bareCall.ts';
import { type Measured, noteSteps, watchFirstFrame } from './support/firstFrame.ts';
import { median, printReport, progress, round, summary } from './support/report.ts';

const RUNS = 7;
/** What somebody spends in the lobby, looking at themselves; long enough for a window to come to rest. */
const LOBBY_TIME = 2_000;

const host = await startHost();
const folder = await makeTempFolder('bench');
const bare = await startBareCall();
const alice = await openWindow({ host, folder: folder.path, name: 'Alice' });
const bob = await openWindow({ host, folder: folder.path, name: 'Bob' });
await bob.page.context().addInitScript(noteSteps);
const invite = await startMeeting(alice);
const atAlice = await alice.panel();

const floors: Measured[] = [];
const ours: Measured[] = [];
// The first of each warms caches that a machine in use has warm, and is not counted.
for (let run = 0; run <= RUNS; run++) {
  const floor = await joinBare(bare);
  const parley = await joinParley(bob);
  progress(`run ${String(run)}: bare ${floor.total.toFixed(0)} ms, Parley ${parley.total.toFixed(0)} ms`);
  if (run === 0) continue;
  floors.push(floor);
  ours.push(parley);
}

const totals = (all: readonly Measured[]): number[] => all.map(({ total }) => total);
await printReport({
  name: 'join',
  ratio: median(totals(ours)) / median(totals(floors)),
  better: 'lower',
  goal: 1.5,
  figures: { parley: summary(totals(ours)), bare: summary(totals(floors)), steps: steps(ours) },
});
await bob.dispose();
await alice.dispose();
await bare.dispose();
await host.dispose();
await folder.dispose();

async function joinBare(call: BareCall): Promise<Measured> {
  const page = await call.lobby();
  await page.waitForTimeout(LOBBY_TIME);
  const firstFrame = await watchFirstFrame(page, '#remote');
  await page.getByRole('button', { name: 'Join' }).click();
  const measured = await firstFrame();
  await page.goto('about:blank');
  return measured;
}

async function joinParley(window: VsCodeWindow): Promise<Measured> {
  const registered = serverSaidOpen(window.page);
  await openInvite(window, invite);
  const panel = await window.panel();
  await registered;
  await panel.getByRole('textbox', { name: 'Your name' }).fill(window.name);
  await panel.locator('.preview video.live').waitFor();
  await panel.waitForTimeout(LOBBY_TIME);
  const firstFrame = await watchFirstFrame(panel, '[role="group"][aria-label="Alice"] video');
  await button(panel, 'Join').click();
  const measured = await firstFrame();
  await leave(window);
  await tile(atAlice, window.name).waitFor({ state: 'detached' });
  return measured;
}

/** Resolves when the page is known to the meeting's server, as the bare page's Peer is. */
function serverSaidOpen(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) => {
      if (!socket.url().includes('/peerjs')) return;
      socket.on('framereceived', ({ payload }) => {
        if (payload.toString().includes('"OPEN"')) resolve();
      });
    });
  });
}

/** Median time from the click to each step that every run had. */
function steps(runs: readonly Measured[]): Record<string, number> {
  const names = Object.keys(runs[0]?.steps ?? {});
  const found: [string, number][] = [];
  for (const name of names) {
    const times = runs.flatMap((run) => run.steps[name] ?? []);
    if (times.length === runs.length) found.push([name, round(median(times))]);
  }
  return Object.fromEntries(found.sort((a, b) => a[1] - b[1]));
}
