import * as v from 'valibot';
import { type Report, count, selectedPair } from './statsReport.ts';

const timed = v.object({ currentRoundTripTime: count });

/** The measured round trip of the connection's route, from its last connectivity check; milliseconds, `null` while there is none. */
export function roundTripOf(report: Report): number | null {
  const parsed = v.safeParse(timed, selectedPair(report).pair);
  const seconds = parsed.success ? parsed.output.currentRoundTripTime : null;
  return seconds === null ? null : seconds * 1_000;
}
