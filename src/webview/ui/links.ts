/** A piece of a text: words, or an address with what stands in its place. */
export interface Piece {
  readonly text: string;
  /** Absolute, as it is opened; null for words. */
  readonly href: string | null;
}

/** Where an address may begin, and all that may belong to it: no spaces, quotes, angle brackets or signs that are not seen. */
const CANDIDATE = /(?<![\p{L}\p{N}+.-])(?:https?:\/\/|mailto:)[^\s"<>`\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/giu;
/** What ends a sentence rather than an address. */
const SENTENCE_END = new Set(".,;:!?'’”»…*_~");
/** Closing brackets, and what opens them. */
const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
const MAX_ADDRESS = 2_048;

/** Cuts a text at the addresses in it (http, https, mailto): the pieces together are the text. */
export function cutAtLinks(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: candidate, index } of text.matchAll(CANDIDATE)) {
    const address = withoutSentence(candidate);
    const href = hrefOf(address);
    if (href === null) continue;
    if (index > end) pieces.push({ text: text.slice(end, index), href: null });
    pieces.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

/** Takes off what belongs to the sentence around an address: a bracket that was opened before it and what follows, and a stop. */
function withoutSentence(candidate: string): string {
  let end = foreignBracket(candidate);
  while (SENTENCE_END.has(candidate.charAt(end - 1))) end--;
  return candidate.slice(0, end);
}

/** Where a bracket closes that was not opened in it; its length without one. */
function foreignBracket(candidate: string): number {
  const open = new Map<string, number>();
  for (let at = 0; at < candidate.length; at++) {
    const sign = candidate.charAt(at);
    const opener = BRACKETS.get(sign);
    const counted = opener ?? sign;
    const count = (open.get(counted) ?? 0) + (opener === undefined ? 1 : -1);
    if (count < 0) return at;
    open.set(counted, count);
  }
  return candidate.length;
}

/** The address as a browser reads it; null where it is none, or hides where it leads. */
function hrefOf(address: string): string | null {
  if (address.length > MAX_ADDRESS || !URL.canParse(address)) return null;
  const { protocol, hostname, username, password, pathname, href } = new URL(address);
  if (protocol === 'mailto:') return /^[^@\s]+@[^@\s]+$/.test(pathname) ? href : null;
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  // https://bank.example@evil.example leads to the second.
  return hostname !== '' && username === '' && password === '' && href.length <= MAX_ADDRESS ? href : null;
}
