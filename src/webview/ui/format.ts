import { formatBytes } from '../../shared/sizes.ts';
import { fileStrings } from './fileStrings.ts';

/** Seconds. */
const DAY = 86_400;
/** Bytes a second as 9.1 MB/s; null where there is nothing to tell. */
export function formatRate(rate: number | null): string | null {
  return rate !== null && Number.isFinite(rate) && rate >= 1 ? `${formatBytes(rate)}/s` : null;
}

/** A time to wait, in seconds: 2 s, 2 min 5 s, 1 h 4 min; null where there is nothing to tell. */
export function formatLeft(seconds: number | null): string | null {
  if (seconds === null || Number.isNaN(seconds) || seconds < 0) return null;
  if (seconds < 1) return fileStrings.lessThanASecond;
  if (seconds >= DAY) return fileStrings.moreThanADay;
  const whole = Math.floor(seconds);
  if (whole >= 3600) return joined(whole / 3600, 'h', (whole % 3600) / 60, 'min');
  return whole >= 60 ? joined(whole / 60, 'min', whole % 60, 's') : `${String(whole)} s`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor(small);
  return `${String(Math.floor(large))} ${largeUnit}${rest > 0 ? ` ${String(rest)} ${smallUnit}` : ''}`;
}

/** Whole percent done, 0 to 100; a file of no bytes is done, and 100 is shown only when all is there. */
export function percentOf(bytes: number, size: number): number {
  if (size <= 0 || bytes >= size) return 100;
  return Math.max(0, Math.floor((bytes / size) * 100));
}

/** Hour and minute in the reader's own way; `at` in milliseconds since 1970. */
export function formatTime(at: number, locale?: string, timeZone?: string): string {
  return new Date(at).toLocaleTimeString(locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/** A length of time in milliseconds as 4:05 or 1:04:05. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)}:${pad(seconds % 60)}`;
  return `${String(Math.floor(minutes / 60))}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** One or two letters that stand for a name: of its first and last word. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = firstSign(words[0] ?? name.trim());
  const last = words.length > 1 ? firstSign(words.at(-1) ?? '') : '';
  return `${first}${last}` || '?';
}

const signs = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
function firstSign(word: string): string {
  for (const { segment } of signs.segment(word)) {
    if (/[\p{L}\p{N}]/u.test(segment)) return segment.toLocaleUpperCase();
  }
  for (const { segment } of signs.segment(word)) return segment;
  return '';
}

/** Degrees between the hues of two who came one after the other: however many come, all are far apart. */
const GOLDEN_ANGLE = 137.508;
/** Of who came first. */
const FIRST_HUE = 210;

/** A hue (0 to 359 degrees) of somebody's own in a meeting, by the place in which they came. */
export function hueOf(ordinal: number): number {
  return Math.floor(FIRST_HUE + ordinal * GOLDEN_ANGLE) % 360;
}
