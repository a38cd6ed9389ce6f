// Names of files as others announce them. What is made of them here can be joined to a folder on any system and stays
// directly in it.

/** UTF-8 bytes of a safe name. File systems take 255; the rest is room for " (2)" and a temporary suffix. */
const MAX_BYTES = 240;
/** A longer "extension" is the end of a sentence; it is cut like the rest. */
const MAX_EXTENSION_BYTES = 32;

/** Letters of the other writing direction's machinery, invisible ones, half surrogates: they only mislead. */
const MISLEADING = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|\p{Cs}/gu;
/** Path separators, NTFS streams and drives, wildcards, quotes, control characters, line separators. */
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}\u2028\u2029]/gu;
/** Names that Windows takes for devices, whatever their extension. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00B9\u00B2\u00B3])\s*(\.|$)/i;
/** What HFS+ passes over when it compares names, as far as `MISLEADING` leaves it. */
const PASSED_OVER = /\u200C|\u200D|[\u206A-\u206F]/g;

/**
 * Makes a name that cannot leave its folder, mean a device or be a repository's own folder: never empty, at most 240
 * bytes of UTF-8, in NFC. A safe name comes out as it went in.
 */
export function safeFileName(name: string): string {
  const plain = shorten(trim(name.replace(MISLEADING, '').replace(FORBIDDEN, '_').normalize('NFC')));
  const usable = RESERVED.test(plain) || isRepository(plain) ? shorten(`_${plain}`) : plain;
  return usable || 'file';
}

/** The name to try when a name is taken: `nthName('notes.txt', 2)` is `notes (2).txt`. */
export function nthName(name: string, n: number): string {
  const { stem, extension } = split(name);
  return `${stem} (${String(n)})${extension}`;
}

/** Git runs what the settings in there say as soon as VS Code looks into the folder around it. */
function isRepository(name: string): boolean {
  return name.replace(PASSED_OVER, '').toLowerCase() === '.git';
}

function shorten(name: string): string {
  if (byteLength(name) <= MAX_BYTES) return name;
  const { stem, extension } = split(name);
  const kept = byteLength(extension) <= MAX_EXTENSION_BYTES ? extension : '';
  return trim(cut(kept === '' ? name : stem, MAX_BYTES - byteLength(kept)) + kept);
}

function cut(text: string, bytes: number): string {
  let length = 0;
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) break;
    length += character.length;
  }
  return text.slice(0, length).replace(/[\s.]+$/u, '');
}

/** `archive.tar.gz` keeps both parts of its extension. */
function split(name: string): { readonly stem: string; readonly extension: string } {
  const extension = /^.+?((?:\.tar)?\.[^.\s]+)$/isu.exec(name)?.[1] ?? '';
  return { stem: name.slice(0, name.length - extension.length), extension };
}

/** Takes spaces and dots off both ends, but leaves `.editorconfig` its one dot. */
function trim(name: string): string {
  const bare = name.replace(/^[\s.]+/u, '').replace(/[\s.]+$/u, '');
  return bare !== '' && /^\s*\.[^\s.]/u.test(name) ? `.${bare}` : bare;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
