// What the stage costs: from a frame's capture at Alice to its display at Bob and its likeness there, of her camera and of
// her screen, and her CPU; by a panel that captures, and by a stage in another browser process. See docs/performance.md.
//   node bench/stage.ts [pairs of runs [busy]]   busy: while another program uses one core
import type { ChildProcess } from 'node:child_process';
import { loadavg } from 'node:os';
import { endChild, startChild } from '../scripts/lib/children.ts';
import { startHost } from '../test/support/host.ts';
import { makeTempFolder } from '../test/support/temp.ts';
import { median, printReport, progress, round } from './support/report.ts';
import { measureMeeting, openBob, type Run, type Way } from './support/stageRun.ts';

const [pairs = '3', load] = process.argv.slice(2);
/** Milliseconds that the stage may add in the median. */
const GOAL_ADDED = 60;
const GOAL_SSIM = 0.95;
/** Milliseconds after which a busy program ends at the latest. */
const BUSY_TIME = 300_000;

type Kind = 'camera' | 'screen';
interface Pair {
  readonly direct: Run;
  readonly stage: Run;
}

const host = await startHost();
const folder = await makeTempFolder('bench');
const place = { host, folder: folder.path, bob: await openBob(host, folder.path) };
const runs: Pair[] = [];
/** Load average of the last minute after each run: what else the machine had to do. */
const loads: { direct: number[]; stage: number[] } = { direct: [], stage: [] };
for (let run = 1; run <= Number(pairs); run++) {
  const direct = await measure(`run ${String(run)} direct`, false);
  runs.push({ direct, stage: await measure(`run ${String(run)} stage`, true) });
}

const camera = compare('camera');
const screen = compare('screen');
// A ratio of what is added to what is there without it, so that one slow run of three does not show in it.
await printReport({
  name: 'stage',
  ratio: 1 + camera.addedMs / camera.directMs,
  better: 'lower',
  goal: Math.round((1 + GOAL_ADDED / camera.directMs) * 100) / 100,
  figures: {
    goalAddedMs: GOAL_ADDED,
    goalSsimRatio: GOAL_SSIM,
    camera,
    screen,
    cpuDirect: runs.map(({ direct }) => fine(direct.cpu)),
    cpuStage: runs.map(({ stage }) => fine(stage.cpu)),
    loadDirect: loads.direct,
    loadStage: loads.stage,
    busy: load === 'busy',
  },
});
await place.bob.dispose();
await host.dispose();
await folder.dispose();

async function measure(name: string, byStage: boolean): Promise<Run> {
  const busy = load === 'busy' ? keepCoreBusy() : undefined;
  const run = await measureMeeting(place, byStage);
  if (busy) await endChild(busy);
  for (const kind of ['camera', 'screen'] as const) {
    const way = run[kind];
    progress(
      `${name}, ${kind}: picture after ${String(way.firstPicture)} ms, full size after ${String(way.fullSize)}; ` +
        `${String(latency(way))} ms, SSIM ${String(likeness(way))}, ${String(median(way.heights))}p at ` +
        `${String(round(way.rate))}/s, ${String(way.unread)} not read`,
    );
  }
  const average = round(loadavg()[0] ?? Number.NaN);
  loads[byStage ? 'stage' : 'direct'].push(average);
  progress(`${name}: ${String(fine(run.cpu))} cores, load average ${String(average)}`);
  return run;
}

/** What a picture's way costs by the stage; every run's value beside the medians. */
function compare(kind: Kind): { addedMs: number; directMs: number; [figure: string]: unknown } {
  const direct = runs.map((pair) => pair.direct[kind]);
  const stage = runs.map((pair) => pair.stage[kind]);
  // A frame waits for the next refresh of the display, by a time that a run keeps from its start to its end: each run
  // has one voice, and those that were made one after the other are compared.
  const added = direct.map((way, run) => round(latency(stage[run]) - latency(way)));
  const kept = direct.map((way, run) => fine(likeness(stage[run]) / likeness(way)));
  return {
    addedMs: round(median(added)),
    directMs: round(median(direct.map(latency))),
    stageMs: round(median(stage.map(latency))),
    addedRunsMs: added,
    directRunsMs: direct.map(latency),
    stageRunsMs: stage.map(latency),
    directP95RunsMs: direct.map(p95),
    stageP95RunsMs: stage.map(p95),
    ssimRatio: fine(median(kept)),
    ssimDirectRuns: direct.map(likeness),
    ssimStageRuns: stage.map(likeness),
    rows: [...direct, ...stage].map(({ heights }) => median(heights)),
    fpsDirectRuns: direct.map(({ rate }) => round(rate)),
    fpsStageRuns: stage.map(({ rate }) => round(rate)),
    firstPictureDirectMs: direct.map((way) => way.firstPicture),
    firstPictureStageMs: stage.map((way) => way.firstPicture),
    fullSizeDirectMs: direct.map((way) => way.fullSize),
    fullSizeStageMs: stage.map((way) => way.fullSize),
    hops: { direct: direct.at(-1)?.hops, stage: stage.at(-1)?.hops },
  };
}

/** Milliseconds; the median of one run. */
function latency(way: Way | undefined): number {
  return round(median(way?.latencies ?? []));
}

function likeness(way: Way | undefined): number {
  return fine(median(way?.similarities ?? []));
}

function p95(way: Way): number {
  const sorted = way.latencies.toSorted((a, b) => a - b);
  return round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN);
}

function fine(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function keepCoreBusy(): ChildProcess {
  const program = `const end = Date.now() + ${String(BUSY_TIME)}; while (Date.now() < end);`;
  return startChild(process.execPath, ['-e', program], { stdio: 'ignore' });
}
