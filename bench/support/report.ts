import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { NEWEST_HOST } from '../../scripts/lib/testHost.ts';

/** What a benchmark prints as its last line. Figures are milliseconds unless their names say otherwise. */
export interface Report {
  readonly name: string;
  readonly ratio: number;
  readonly better: 'lower' | 'higher';
  readonly goal: number;
  readonly figures: Readonly<Record<string, unknown>>;
}

/** Prints the report as one line of JSON, with the machine it holds for. */
export async function printReport(report: Report): Promise<void> {
  const figures = { ...report.figures, machine: await machine() };
  console.log(JSON.stringify({ ...report, ratio: Number(report.ratio.toFixed(2)), figures }));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('there is no median of nothing');
  return (low + high) / 2;
}

/** Median and all values, as figures. */
export function summary(values: readonly number[]): { median: number; all: number[] } {
  return { median: round(median(values)), all: values.map(round) };
}

/** A tenth of a millisecond is finer than anything measured here. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Says how a run went, for whoever watches. */
export function progress(line: string): void {
  console.log(`  ${line}`);
}

async function machine(): Promise<Record<string, unknown>> {
  const chromium = execFileSync(await findChromium(), ['--version'], {
    encoding: 'utf8',
    // Debian's launcher complains of the machine.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? '',
    chromium: /[\d.]+/.exec(chromium)?.[0] ?? chromium.trim(),
    codeServer: NEWEST_HOST,
    node: process.versions.node,
  };
}
