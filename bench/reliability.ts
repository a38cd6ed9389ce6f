// What a running meeting of three does when something breaks: how long until everybody is shown fresh pictures of
// everybody else, and whether lists, chat and files are whole afterwards. See docs/reliability.md.
// With names of faults it tries these alone, with --times N each so often (10 by default), with --stories it prints what
// the pages noted whenever it took long.
import { parseArgs } from 'node:util';
import { type Fault, FAULTS } from './support/faults.ts';
import { MeetingOfThree } from './support/meetingOfThree.ts';
import { type Outcome, repeat } from './support/repetition.ts';
import { median, printReport, progress } from './support/report.ts';

/** Milliseconds within which the pictures should be back, at the median. */
const GOAL = 3_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', default: '10' }, stories: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(FAULTS, name));
const times = Number(values.times);
if (unknown.length > 0 || !Number.isInteger(times) || times < 1) {
  console.error(
    `parley: usage: reliability [fault …] [--times N]; there are ${Object.keys(FAULTS).join(', ')}`,
  );
  process.exit(2);
}
const wanted = Object.entries(FAULTS).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);

interface Row {
  readonly fault: string;
  readonly n: number;
  readonly median: number | null;
  readonly worst: number | null;
  readonly rosterWorst: number | null;
  readonly fileWorst: number | null;
  readonly longestGap: number;
  readonly load: number;
  readonly figures: Readonly<Record<string, { readonly median: number; readonly worst: number }>>;
  readonly failed: readonly string[];
}

const rows: Row[] = [];
let meeting: MeetingOfThree | undefined;
for (const [name, fault] of wanted) {
  const outcomes: Outcome[] = [];
  const broken: string[] = [];
  for (let round = 0; round < times; round++) {
    try {
      meeting ??= await open();
      const outcome = await repeat(meeting, name, fault, round);
      outcomes.push(outcome);
      tell(name, round, outcome);
      if (outcome.media === null || outcome.roster === null)
        throw new Error('the meeting did not get whole again');
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      progress(
        `${name} ${String(round + 1)}: a new meeting is made: ${error instanceof Error ? (error.stack ?? why) : why}`,
      );
      broken.push(`round ${String(round + 1)}: ${why}`);
      for (const { name: who, window } of meeting?.people ?? []) {
        progress(`  ${who} sees ${JSON.stringify(await window.shownText())}`);
      }
      await meeting?.dispose();
      meeting = undefined;
    }
  }
  rows.push(summarize(fault, outcomes, broken));
}
await meeting?.dispose();
printTable(rows);
await printReport({
  name: 'reliability',
  ratio: Math.max(...rows.map((row) => (row.median ?? Infinity) / GOAL)),
  better: 'lower',
  goal: 1,
  figures: { faults: rows },
});

async function open(): Promise<MeetingOfThree> {
  const began = Date.now();
  const opened = await MeetingOfThree.open();
  progress(`a meeting of three was made in ${String(Math.round((Date.now() - began) / 1_000))} s`);
  return opened;
}

function tell(name: string, round: number, outcome: Outcome): void {
  const { stories, ...told } = outcome;
  progress(`${name} ${String(round + 1)}: ${JSON.stringify(told)}`);
  const slow = outcome.media === null || outcome.media > GOAL || outcome.failed.length > 0;
  if (!values.stories || !slow) return;
  for (const [who, lines] of Object.entries(stories)) {
    progress(`  ${who}`);
    for (const line of lines) progress(`    ${line}`);
  }
}

function summarize(fault: Fault, outcomes: readonly Outcome[], broken: readonly string[]): Row {
  const media = outcomes.map((outcome) => outcome.media ?? Infinity);
  const keys = new Set(outcomes.flatMap(({ figures }) => Object.keys(figures)));
  const figures = [...keys].map((key) => {
    const all = outcomes.map((outcome) => outcome.figures[key] ?? 0);
    return [key, { median: median(all), worst: Math.max(...all) }] as const;
  });
  return {
    fault: fault.title,
    n: outcomes.length,
    median: media.length > 0 ? finite(median(media)) : null,
    worst: media.length > 0 ? finite(Math.max(...media)) : null,
    rosterWorst: worst(outcomes.map(({ roster }) => roster)),
    fileWorst: worst(outcomes.map(({ file }) => file)),
    longestGap: Math.max(0, ...outcomes.flatMap(({ gaps }) => Object.values(gaps))),
    figures: Object.fromEntries(figures),
    load: outcomes.length > 0 ? median(outcomes.map(({ load }) => load)) : 0,
    failed: [
      ...outcomes.flatMap(({ failed }, round) => failed.map((what) => `round ${String(round + 1)}: ${what}`)),
      ...broken,
    ],
  };
}

function worst(all: readonly (number | null)[]): number | null {
  return finite(Math.max(...all.map((time) => time ?? Infinity)));
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? Math.round(time) : null;
}

function printTable(all: readonly Row[]): void {
  const seconds = (time: number | null): string =>
    time === null ? 'never' : `${(time / 1_000).toFixed(2)} s`;
  const medianOf = (figure: string, { figures }: Row): string => {
    const found = figures[figure];
    return found ? seconds(found.median) : '-';
  };
  const cells = all.map((row) => [
    row.fault,
    String(row.n),
    seconds(row.median),
    seconds(row.worst),
    seconds(row.rosterWorst),
    seconds(row.fileWorst),
    medianOf('longestGap', row),
    seconds(row.longestGap),
    medianOf('unseen', row),
    medianOf('runsAgain', row),
    medianOf('sinceThen', row),
    row.failed.length === 0 ? '-' : row.failed.join('; '),
  ]);
  const heads = [
    'fault',
    'n',
    'median',
    'worst',
    'roster',
    'file',
    'dark',
    'worst',
    'unseen',
    'runs again',
    'since then',
  ];
  const table = [[...heads, 'what failed'], ...cells];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    progress(
      row.map((cell, column) => (column < heads.length ? cell.padEnd(widths[column] ?? 0) : cell)).join('  '),
    );
  }
}
