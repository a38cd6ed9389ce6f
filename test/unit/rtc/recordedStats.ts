import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { StreamKind } from '../../../src/webview/connectionModel.ts';
import { compareReadings, type Comparison } from '../../../src/webview/rtc/connectionFigures.ts';
import { readStats } from '../../../src/webview/rtc/statsReading.ts';

/** An entry of a report, with whatever a test makes of it. */
export type StatsEntry = Record<string, unknown>;
/** A report and when it was taken, in milliseconds of the page's clock. */
export interface Recorded {
  readonly at: number;
  readonly stats: readonly StatsEntry[];
}

const recorded = v.object({ at: v.number(), stats: v.array(v.record(v.string(), v.unknown())) });
const file = v.object({ before: recorded, after: recorded });
const KINDS: readonly StreamKind[] = ['microphone', 'camera', 'screen', 'screenAudio'];

/** Two reports of one connection, two seconds apart, as Chromium gave them. */
export const chromium = v.parse(
  file,
  JSON.parse(readFileSync(new URL('stats/chromium156.json', import.meta.url), 'utf8')),
);

/** Entries as a report has them. */
export function reportOf(stats: readonly StatsEntry[]): Map<string, StatsEntry> {
  return new Map(
    stats.map((entry, at) => [typeof entry['id'] === 'string' ? entry['id'] : String(at), entry]),
  );
}

/** On a link mid 0 is the data channel, and 1 to 4 are the slots. */
export function kindOf(mid: string): StreamKind | undefined {
  return KINDS[Number(mid) - 1];
}

/** A report with entries of a type changed. */
export function changed(
  from: Recorded,
  type: string,
  change: (entry: StatsEntry) => StatsEntry,
  at = from.at,
): Recorded {
  return {
    at,
    stats: from.stats.map((entry) => (entry['type'] === type ? { ...entry, ...change(entry) } : entry)),
  };
}

/** What lies between two reports. */
export function compare(before: Recorded | null, after: Recorded): Comparison {
  const read = ({ at, stats }: Recorded) => ({ at, reading: readStats(reportOf(stats), kindOf) });
  return compareReadings(before && read(before), read(after));
}
