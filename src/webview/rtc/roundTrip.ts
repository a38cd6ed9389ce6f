/** What is read of a connection's statistics (W3C webrtc-stats). */
type Stats = Pick<RTCStatsReport, 'get' | 'forEach'>;

/** The measured round trip of the connection's route, from its last connectivity check; milliseconds, `null` while there is none. */
export function roundTripOf(report: Stats): number | null {
  let chosen: unknown;
  report.forEach((stats: Record<string, unknown>) => {
    if (stats['type'] === 'transport') chosen ??= stats['selectedCandidatePairId'];
  });
  if (typeof chosen !== 'string') return null;
  const pair: unknown = report.get(chosen);
  if (typeof pair !== 'object' || pair === null || !('currentRoundTripTime' in pair)) return null;
  const seconds = pair.currentRoundTripTime;
  return typeof seconds === 'number' ? seconds * 1_000 : null;
}
