import * as v from 'valibot';

/** A connection's statistics: entries by id, each of a type of W3C webrtc-stats, none of them checked. */
export type Report = Pick<RTCStatsReport, 'get' | 'forEach'>;
/** One entry, not yet parsed. */
export type Entry = unknown;

/** A finite number from 0 on that can still be counted with; null when it is anything else. */
export const count = v.fallback(
  v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))),
  null,
);
/** A text of sensible length; null when it is anything else. */
export const text = v.fallback(v.nullable(v.pipe(v.string(), v.maxLength(256))), null);

const typed = v.object({ type: v.string() });
const selecting = v.object({ type: v.literal('transport'), selectedCandidatePairId: v.string() });

/** What type an entry is of; undefined when it has none. */
export function parseEntry(entry: Entry): { readonly type: string } | undefined {
  const parsed = v.safeParse(typed, entry);
  return parsed.success ? parsed.output : undefined;
}

/** The transport that is in use and the candidate pair that ICE has chosen for it, both not yet parsed. */
export function selectedPair(report: Report): { readonly transport: Entry; readonly pair: Entry } {
  let transport: Entry;
  let pair: Entry;
  report.forEach((entry: unknown) => {
    const parsed = v.safeParse(selecting, entry);
    if (!parsed.success || transport !== undefined) return;
    transport = entry;
    pair = report.get(parsed.output.selectedCandidatePairId);
  });
  return { transport, pair };
}
