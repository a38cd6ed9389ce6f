const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size as people read it: 0 B, 1.4 MB, 24 GB. Units of 1024, as in the explorer of VS Code. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.5 would round to 1024 of the smaller unit.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? 1024 : 1023.5)) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
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

/** A hue (0 to 359 degrees) that stays the same for an id and differs between most. */
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return (hash >>> 0) % 360;
}

const ICONS: readonly (readonly [string, RegExp])[] = [
  ['file-media', /\.(?:avif|bmp|gif|ico|jpe?g|mov|mp3|mp4|ogg|png|svg|wav|webm|webp)$/iu],
  ['file-zip', /\.(?:7z|bz2|gz|rar|tar|tgz|vsix|xz|zip|zst)$/iu],
  ['file-pdf', /\.pdf$/iu],
  ['markdown', /\.(?:md|markdown)$/iu],
  ['json', /\.(?:json|jsonc|jsonl)$/iu],
  ['file-text', /\.(?:csv|log|rst|txt)$/iu],
  ['file-binary', /\.(?:bin|dll|dylib|exe|o|so|wasm)$/iu],
  [
    'file-code',
    /\.(?:[cm]?[jt]sx?|c|cc|cpp|cs|css|go|h|hpp|html?|java|kt|lua|php|py|rb|rs|scss|sh|sql|swift|toml|vue|xml|ya?ml)$/iu,
  ],
];

/** The codicon that fits a file by its name. */
export function fileIcon(name: string): string {
  return ICONS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'file';
}
