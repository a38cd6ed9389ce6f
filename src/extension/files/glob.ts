// The patterns of .gitignore, matched in time that grows with pattern times path and no faster, whatever the pattern:
// the files with the patterns come with a repository, and so from anybody.

/** One byte of a pattern, as git counts: `any` number of any, `one` of any, or one of a set. */
type Token = { readonly is: 'any' | 'one' } | { readonly is: 'set'; readonly has: (c: string) => boolean };
/** One segment of a pattern; `folders` is `**`: any number of segments. */
type Segment = readonly Token[] | 'folders';

/** A pattern with `/` between its segments, ready to be matched. */
export type Glob = readonly Segment[];

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  blank: /^[ \t]$/,
  cntrl: /^\p{Cc}$/u,
  digit: /^[0-9]$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[\t-\r ]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** Reads a pattern; `undefined` for one that can match nothing (an open bracket, a backslash at the end). */
export function parseGlob(pattern: string): Glob | undefined {
  const segments: Segment[] = [];
  const text = asBytes(pattern);
  for (let at = 0; at <= text.length;) {
    const segment = parseSegment(text, at);
    if (!segment) return undefined;
    if (segment.is !== 'folders' || segments.at(-1) !== 'folders')
      segments.push(segment.is === 'folders' ? 'folders' : segment.tokens);
    at = segment.end + 1;
  }
  return segments;
}

/** Whether a path, by its segments, is what a pattern says from its beginning to its end. */
export function matchesGlob(glob: Glob, path: readonly string[]): boolean {
  // `a/**` is what is in a, and not a.
  const inside = glob.at(-1) === 'folders' && glob.length > 1;
  if (inside && !matchesAll(glob, path.slice(0, -1), matchesSegment)) return false;
  return matchesAll(glob, path, matchesSegment);
}

function matchesSegment(segment: Segment, name: string): boolean {
  return segment === 'folders' || matchesAll(segment, asBytes(name), matchesToken);
}

/** A text as a character for each byte of its UTF-8. */
function asBytes(text: string): string[] {
  return Buffer.from(text).toString('latin1').split('');
}

function matchesToken(token: Token, character: string): boolean {
  return token.is !== 'set' || token.has(character);
}

/** Matches items in turn; one that takes any number of them is only ever gone back to while it is the last such one. */
function matchesAll<P extends Token | Segment, T>(
  pattern: readonly P[],
  items: readonly T[],
  matches: (part: P, item: T) => boolean,
): boolean {
  let [p, i] = [0, 0];
  let star = -1;
  let taken = 0;
  while (i < items.length) {
    const part = pattern[p];
    if (part !== undefined && takesAny(part)) {
      star = p;
      taken = i;
      p += 1;
    } else if (part !== undefined && matches(part, items[i] as T)) {
      p += 1;
      i += 1;
    } else if (star >= 0) {
      taken += 1;
      [p, i] = [star + 1, taken];
    } else return false;
  }
  return pattern.slice(p).every(takesAny);
}

function takesAny(part: Token | Segment): boolean {
  return part === 'folders' || ('is' in part && part.is === 'any');
}

/** Reads up to the next slash, or to the end. A slash in brackets is none. */
function parseSegment(text: readonly string[], from: number) {
  const tokens: Token[] = [];
  let end = from;
  for (; end < text.length && text[end] !== '/'; end++) {
    const character = text[end] ?? '';
    if (character === '*') {
      if (tokens.at(-1)?.is !== 'any') tokens.push({ is: 'any' });
    } else if (character === '?') tokens.push({ is: 'one' });
    else if (character === '[') {
      const set = parseSet(text, end + 1);
      if (!set) return undefined;
      tokens.push({ is: 'set', has: set.has });
      end = set.end;
    } else {
      if (character === '\\') end += 1;
      const literal = text[end];
      if (literal === undefined) return undefined;
      if (literal === '/') break;
      tokens.push({ is: 'set', has: (c) => c === literal });
    }
  }
  const is = text.slice(from, end).join('').replace(/\\$/, '') === '**' ? 'folders' : 'names';
  return { is, tokens, end };
}

/** Reads what is in brackets, from behind the opening one; `end` is the closing one. */
function parseSet(text: readonly string[], from: number) {
  const negated = text[from] === '!' || text[from] === '^';
  const parts: ((c: string) => boolean)[] = [];
  const first = negated ? from + 1 : from;
  for (let n = first; n < text.length; n++) {
    if (text[n] === ']' && n > first) {
      return { end: n, has: (c: string) => parts.some((has) => has(c)) !== negated };
    }
    const name = /^\[:(\w+):\]/.exec(text.slice(n, n + 12).join(''))?.[1];
    if (name !== undefined) {
      const named = CLASSES[name];
      if (!named) return undefined;
      parts.push((c) => named.test(c));
      n += name.length + 3;
      continue;
    }
    if (text[n] === '\\') n += 1;
    const low = text[n];
    if (low === undefined) return undefined;
    let high = low;
    if (text[n + 1] === '-' && text[n + 2] !== undefined && text[n + 2] !== ']') {
      n += text[n + 2] === '\\' ? 3 : 2;
      high = text[n] ?? low;
    }
    parts.push((c) => low <= c && c <= high);
  }
  return undefined;
}
