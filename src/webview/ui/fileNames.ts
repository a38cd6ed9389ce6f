import type { FileModel } from '../model.ts';

// How a file's name is shown.

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

/** The codicon that fits a file by its name, or a folder. */
export function fileIcon({ kind, name }: Pick<FileModel, 'kind' | 'name'>): string {
  if (kind === 'folder') return 'folder';
  return ICONS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'file';
}

/** Signs of the stem that stay in sight before the extension. */
const TAIL = 4;
/** A longer "extension" is no sign of what the file is. */
const MAX_EXTENSION = 12;
/** What is shorter fits nearly anywhere. */
const SHORT = 16;
const signs = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Parts a name in two, the second of which holds its end and extension: where room is short, the first is shortened. */
export function splitName(name: string): readonly [string, string] {
  const parts = Array.from(signs.segment(name), ({ segment }) => segment);
  if (parts.length < SHORT) return [name, ''];
  const dot = parts.lastIndexOf('.');
  const extension = dot > 0 && parts.length - dot <= MAX_EXTENSION ? parts.length - dot : 0;
  const at = parts.length - extension - TAIL;
  return [parts.slice(0, at).join(''), parts.slice(at).join('')];
}
