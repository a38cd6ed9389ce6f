// A meeting of three goes on for half an hour while everybody does what chance says, and what pages, extension hosts and
// the server hold in memory is measured. See docs/reliability.md.
//   npm run bench -- soak [--minutes N] [--seed S] [--samples FILE]
// FILE gets one line of JSON for each time that it was measured, also of a run that came to no end.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Growth } from '../test/support/soak/growth.ts';
import { soak } from '../test/support/soak/soak.ts';
import { printReport, progress, round } from './support/report.ts';

/** Of the whole time: windows, caches and compiled code fill up. */
const WARM_UP = 1 / 6;
/** Times what it was. */
const GOAL = 1.1;
/** What the goal is for; the rest says where to look when it is missed. */
const JUDGED = /(page|host) heap$|^server resident$/;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, samples: { type: 'string' } },
});
const [minutes, seed] = [Number(values.minutes ?? 30), Number(values.seed ?? 1)];
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes and --seed are numbers');

const duration = minutes * 60_000;
const result = await soak({
  seed,
  duration,
  warmUp: duration * WARM_UP,
  sampleEvery: Math.min(30_000, duration / 30),
  pause: [1_500, 3_500],
  onProgress: progress,
  onSample: (sample) => {
    if (values.samples !== undefined) appendFileSync(values.samples, `${JSON.stringify(sample)}\n`);
  },
});
const judged = result.growth.filter(({ name }) => JUDGED.test(name));
const worst = Math.max(...judged.map(({ ratio }) => ratio));

console.log(`\nseed ${String(seed)}, ${String(minutes)} minutes, ${String(result.steps)} steps`);
for (const [what, count] of Object.entries(result.done))
  console.log(`  ${String(count).padStart(4)}  ${what}`);
console.log(
  '\n| what | after the warm-up | at the end | most | growth |\n| --- | ---: | ---: | ---: | ---: |',
);
for (const growth of result.growth) console.log(row(growth));
console.log(`\n${String(result.complaints.length)} complaints of pages and extension hosts`);
for (const complaint of result.complaints) console.log(`  ${complaint}`);

await printReport({
  name: 'soak',
  ratio: worst,
  better: 'lower',
  goal: GOAL,
  figures: {
    seed,
    minutes,
    steps: result.steps,
    complaints: result.complaints.length,
    growth: Object.fromEntries(
      result.growth.map(({ name, early, late, ratio }) => [name, [early, late, ratio].map(round)]),
    ),
    samples: result.samples.length,
  },
});
if (worst > GOAL || result.complaints.length > 0) process.exitCode = 1;

function row({ name, early, late, most, ratio }: Growth): string {
  const percent = Number.isFinite(ratio) ? `${((ratio - 1) * 100).toFixed(1)} %` : 'new';
  const cells = [early, late, most].map((value) => String(round(value)));
  const shown = JUDGED.test(name) ? `**${percent}**` : percent;
  return `| ${[name, ...cells, shown].join(' | ')} |`;
}
