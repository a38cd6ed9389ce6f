// What the stage costs: from a frame's capture at Alice to its display at Bob, its likeness there, and Alice's CPU; by a
// panel that captures, and by a stage in another browser process. See docs/performance.md.
import type { Page } from 'playwright-core';
import { startHost } from '../test/support/host.ts';
import { button, leave, openInvite, startMeeting, tile } from '../test/support/meeting.ts';
import { copyStageLink, SystemBrowser } from '../test/support/stage.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { openWindow } from '../test/support/window.ts';
import { installClip } from './support/clip.ts';
import { useClipAsCamera } from './support/clipCamera.ts';
import { firstPicture, fullSize, readClip, type Reading } from './support/clipReader.ts';
import { cpuSeconds, ownChildren } from './support/cpu.ts';
import { type Hop, hopsOf, watchConnections } from './support/hops.ts';
import { median, printReport, progress, round } from './support/report.ts';

const RUNS = 3;
/** From the first picture of full size, until the bandwidth estimate and the jitter buffers have come to rest. */
const WARM_UP = 5_000;
const LATENCIES = 300;
const SIMILARITIES = 60;
const CPU_TIME = 10_000;
/** Milliseconds that the stage may add in the median. */
const GOAL_ADDED = 60;
const GOAL_SSIM = 0.95;
const AT_ALICE = '[role="group"][aria-label="Alice"] video';

/** One meeting, measured. */
interface Run extends Reading {
  /** Seconds of CPU a second, of all of Alice's browsers. */
  readonly cpu: number;
  /** Milliseconds from Bob's click on Join to Alice's picture. */
  readonly firstPicture: number;
  /** Milliseconds from that click until her picture has its full size, on all of its way. */
  readonly fullSize: number;
  readonly hops: Readonly<Record<string, readonly Hop[]>>;
}

const host = await startHost();
const folder = await makeTempFolder('bench');
const bob = await openWindow({ host, folder: folder.path, name: 'Bob' });
for (const script of [installClip, watchConnections]) await bob.page.context().addInitScript(script);

const direct: Run[] = [];
const stage: Run[] = [];
for (let run = 1; run <= RUNS; run++) {
  direct.push(await measure(`run ${String(run)} direct`, false));
  stage.push(await measure(`run ${String(run)} stage`, true));
}

// A frame waits for the next refresh of the display, by a time that a run keeps from its start to its end: each run has
// one voice.
const latency = (runs: readonly Run[]): number => median(runs.map(({ latencies }) => median(latencies)));
const likeness = (runs: readonly Run[]): number => median(runs.flatMap(({ similarities }) => similarities));
const cpu = (runs: readonly Run[]): number => median(runs.map((run) => run.cpu));
const [directMs, stageMs] = [latency(direct), latency(stage)];
const [ssimDirect, ssimStage] = [likeness(direct), likeness(stage)];
await printReport({
  name: 'stage',
  ratio: stageMs / directMs,
  better: 'lower',
  // What 60 ms are to the direct way of this run.
  goal: Math.round((1 + GOAL_ADDED / directMs) * 100) / 100,
  figures: {
    addedMs: round(stageMs - directMs),
    goalAddedMs: GOAL_ADDED,
    directMs: round(directMs),
    stageMs: round(stageMs),
    directP95Ms: p95(direct),
    stageP95Ms: p95(stage),
    directRunsMs: direct.map(({ latencies }) => round(median(latencies))),
    stageRunsMs: stage.map(({ latencies }) => round(median(latencies))),
    ssimDirect: fine(ssimDirect),
    ssimStage: fine(ssimStage),
    ssimRatio: fine(ssimStage / ssimDirect),
    goalSsimRatio: GOAL_SSIM,
    cpuDirect: fine(cpu(direct)),
    cpuStage: fine(cpu(stage)),
    fpsDirect: round(median(direct.map(({ rate }) => rate))),
    fpsStage: round(median(stage.map(({ rate }) => rate))),
    firstPictureDirectMs: round(median(direct.map((run) => run.firstPicture))),
    firstPictureStageMs: round(median(stage.map((run) => run.firstPicture))),
    fullSizeDirectMs: direct.map((run) => run.fullSize),
    fullSizeStageMs: stage.map((run) => run.fullSize),
    hops: { direct: direct.at(-1)?.hops, stage: stage.at(-1)?.hops },
  },
});
await bob.dispose();
await host.dispose();
await folder.dispose();

/** Alice starts a meeting in windows of her own, Bob joins and reads what he sees of her. */
async function measure(name: string, byStage: boolean): Promise<Run> {
  const before = await ownChildren();
  const capture = byStage ? 'refused' : 'allowed';
  const alice = await openWindow({ host, folder: folder.path, name: 'Alice', capture });
  for (const script of [watchConnections, ...(byStage ? [] : [installClip, useClipAsCamera])]) {
    await alice.page.context().addInitScript(script);
  }
  const browser = byStage ? await SystemBrowser.launch(alice) : undefined;
  const invite = await startMeeting(alice);
  let page: Page | undefined;
  if (browser) {
    page = await browser.open('about:blank');
    for (const script of [watchConnections, installClip, useClipAsCamera]) {
      await page.context().addInitScript(script);
    }
    await page.goto(await copyStageLink(alice));
    await page.getByRole('button', { name: 'Start camera and microphone' }).click();
  }
  const atAlice = await alice.panel();
  await tile(atAlice, 'Alice').locator('video.live').waitFor();
  const roots = (await ownChildren()).filter((pid) => !before.includes(pid));

  await openInvite(bob, invite);
  const panel = await bob.panel();
  await panel.getByRole('textbox', { name: 'Your name' }).fill('Bob');
  // One picture is measured, so only one goes: Bob is heard and not seen.
  await panel.locator('.preview video.live').waitFor();
  await button(panel, 'Stop camera').click();
  const clicked = Date.now();
  await button(panel, 'Join').click();
  const pictured = (await firstPicture(panel, AT_ALICE)) - clicked;
  const full = (await fullSize(panel, AT_ALICE)) - clicked;
  await panel.waitForTimeout(WARM_UP);

  const reading = await readClip(panel, {
    selector: AT_ALICE,
    latencies: LATENCIES,
    similarities: SIMILARITIES,
  });
  const [from, used] = [performance.now(), await cpuSeconds(roots)];
  await panel.waitForTimeout(CPU_TIME);
  const cpu = ((await cpuSeconds(roots)) - used) / ((performance.now() - from) / 1_000);
  const hops = {
    ...(page ? { stage: await hopsOf(page.mainFrame()) } : {}),
    alice: await hopsOf(atAlice),
    bob: await hopsOf(panel),
  };

  await leave(bob);
  await alice.dispose();
  await browser?.dispose();
  const run = { ...reading, cpu, firstPicture: pictured, fullSize: full, hops };
  progress(
    `${name}: picture after ${String(pictured)} ms, full size after ${String(full)}; ${String(round(median(run.latencies)))} ms, SSIM ${String(fine(median(run.similarities)))}, ` +
      `${String(fine(cpu))} CPU, ${String(median(run.heights))}p at ${String(round(run.rate))}/s, ` +
      `${String(run.unread)} not read`,
  );
  return run;
}

function p95(runs: readonly Run[]): number {
  const sorted = runs.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
  return round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN);
}

function fine(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
