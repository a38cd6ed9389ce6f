import type { ConnectionFigures, ConnectionModel, StreamFigures, Way } from '../connectionModel.ts';
import type { PersonModel } from '../model.ts';
import { connectionStrings as say } from './connectionStrings.ts';

/** What the icon stands for. */
export type ShownLevel = keyof typeof say.levels;

/** One line of the details: of the whole connection, or of each way. */
export interface DetailRow {
  readonly label: string;
  /** One for both ways, or one from them and one to them. */
  readonly values: readonly [both: string] | readonly [from: string, to: string];
}

/** What the details say. */
export interface ConnectionTexts {
  readonly level: ShownLevel;
  readonly title: string;
  /** What it comes from, in sentences. */
  readonly sentence: string;
  /** What to do about it; empty when there is nothing. */
  readonly advice: string;
  readonly rows: readonly DetailRow[];
}

/** What is shown of the connection to a person; null where there is no icon. */
export function shownLevel({ self, link, quality }: PersonModel): ShownLevel | null {
  if (self || link === 'connecting') return null;
  return link === 'reconnecting' ? 'reconnecting' : (quality ?? 'measuring');
}

/** All that the details of a connection say. `figures` without a level are of somebody who is being looked for. */
export function connectionTexts(name: string, level: ShownLevel, model: ConnectionModel): ConnectionTexts {
  const [sentence, advice] = explain(name, level, model);
  return { level, title: say.title(name), sentence, advice, rows: rowsOf(model.figures) };
}

/** The details as plain text, as it is copied: figures alone, no addresses. */
export function plainText(name: string, { title, level, sentence, rows }: ConnectionTexts): string {
  const lines = rows.map(({ label, values: [first, second] }) =>
    second === undefined ? `${label}: ${first}` : `${label}: ${say.bothWays(name, first, second)}`,
  );
  return [`${title}: ${say.levels[level]}`, sentence, ...lines, ''].join('\n');
}

function explain(
  name: string,
  level: ShownLevel,
  { causes, figures }: ConnectionModel,
): readonly [sentence: string, advice: string] {
  if (level === 'measuring') return [say.measuring, ''];
  if (level === 'reconnecting') return [say.reconnecting(name), ''];
  const { roundTrip, loss, room, route, limited } = figures;
  const relayed = route?.way === 'relayed';
  const sentences: string[] = [];
  const advice: string[] = [];
  for (const cause of level === 'good' ? [] : causes) {
    switch (cause) {
      case 'loss-in':
        sentences.push(say.lossIn(name, formatShare(loss.in)));
        advice.push(say.adviceLossIn(name));
        break;
      case 'loss-out':
        sentences.push(say.lossOut(name, formatShare(loss.out)));
        advice.push(say.adviceLossOut);
        break;
      case 'round-trip':
        sentences.push((relayed ? say.slowRelayed : say.slow)(formatMilliseconds(roundTrip)));
        advice.push(relayed ? say.adviceSlowRelayed : say.adviceSlow);
        break;
      case 'room':
        sentences.push(say.narrow(formatBitRate(room)));
        advice.push(say.adviceNarrow);
        break;
    }
  }
  if (relayed && !causes.includes('round-trip')) sentences.push(say.relayedNote);
  if (limited === 'cpu') {
    sentences.push(say.cpu);
    advice.push(say.adviceCpu);
  }
  if (level !== 'good' && causes.length === 0) sentences.unshift(say.recovering);
  return [sentences.length === 0 ? say.good : sentences.join(' '), advice[0] ?? ''];
}

function rowsOf(figures: ConnectionFigures): DetailRow[] {
  const { roundTrip, loss, rate, streams, network, room } = figures;
  const rows: DetailRow[] = [
    { label: say.roundTrip, values: [formatMilliseconds(roundTrip)] },
    { label: say.route, values: [formatRoute(figures)] },
  ];
  if (network) rows.push({ label: say.network, values: [say.networks[network]] });
  if (room !== null) rows.push({ label: say.room, values: [formatBitRate(room)] });
  rows.push({ label: say.loss, values: [formatShare(loss.in), formatShare(loss.out)] });
  for (const kind of new Set(streams.map((stream) => stream.kind))) {
    const value = (way: Way): string =>
      formatStream(streams.find((stream) => stream.kind === kind && stream.way === way));
    rows.push({ label: say.streams[kind], values: [value('in'), value('out')] });
  }
  rows.push({ label: say.all, values: [formatBitRate(rate.in), formatBitRate(rate.out)] });
  return rows;
}

function formatRoute({ route }: ConnectionFigures): string {
  if (!route) return say.unknown;
  if (route.way === 'relayed') return route.protocol ? say.relayedBy(route.protocol) : say.relayed;
  return route.over === 'unknown' ? say.direct : say.directBy[route.over];
}

/** `1.1 Mbit/s, VP8, 640 × 360, 30 fps`, as much of it as is known. */
function formatStream(stream: StreamFigures | undefined): string {
  if (!stream) return say.unknown;
  const { rate, codec, width, height, frames } = stream;
  const size = width !== null && height !== null ? `${String(width)} × ${String(height)}` : null;
  const speed = frames === null ? null : `${String(Math.round(frames))} fps`;
  return [formatBitRate(rate), codec, size, speed].filter((part) => part !== null).join(', ');
}

/** Bits a second as people read them: 32 kbit/s, 1.2 Mbit/s. */
export function formatBitRate(rate: number | null): string {
  if (rate === null) return say.unknown;
  if (rate < 999_500) return `${String(Math.round(rate / 1_000))} kbit/s`;
  const digits = rate < 9_950_000 ? 1 : 0;
  return `${(rate / 1_000_000).toFixed(digits)} Mbit/s`;
}

/** A share of 0 to 1 as percent: 0 %, 0.4 %, 8 %. */
export function formatShare(share: number | null): string {
  if (share === null) return say.unknown;
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(percent > 0 && percent < 9.95 ? 1 : 0).replace(/\.0$/, '')} %`;
}

/** A time in milliseconds: < 1 ms, 12 ms. */
export function formatMilliseconds(time: number | null): string {
  if (time === null) return say.unknown;
  return time < 1 ? '< 1 ms' : `${String(Math.round(time))} ms`;
}
