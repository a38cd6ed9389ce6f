import { matchesGlob, parseGlob, type Glob } from './glob.ts';

/** Rules of one file that are looked at; what a person writes has a few dozen. */
const MAX_RULES = 5_000;

interface Rule {
  readonly glob: Glob;
  /** `!pattern`: what earlier rules leave out comes back. */
  readonly negated: boolean;
  /** `pattern/`: folders only. */
  readonly folders: boolean;
  /** Without a slash in it a pattern is about names, in whatever folder below. */
  readonly byName: boolean;
}

interface RuleFile {
  /** The folder it is about, as segments from the top. */
  readonly base: readonly string[];
  readonly rules: readonly Rule[];
}

/**
 * The rules by which git leaves files out, gathered from the top of a repository downwards. Paths are segments from that
 * top. What is in a folder that is left out is not to be asked for: no rule brings it back.
 */
export class IgnoreRules {
  readonly #files: readonly RuleFile[];
  readonly #foldCase: boolean;

  /** @param foldCase whether names that differ in case alone are the same, as git has it on Windows and macOS. */
  constructor(foldCase: boolean, files: readonly RuleFile[] = []) {
    this.#foldCase = foldCase;
    this.#files = files;
  }

  /** These rules and, with more weight, those of a file (`.gitignore`, `info/exclude`) about a folder. */
  with(text: string, base: readonly string[]): IgnoreRules {
    const rules = parseRules(this.#foldCase ? text.toLowerCase() : text);
    return rules.length === 0 ? this : new IgnoreRules(this.#foldCase, [...this.#files, { base, rules }]);
  }

  /** Whether git would leave this out. */
  ignores(path: readonly string[], isFolder: boolean): boolean {
    for (const { base, rules } of this.#files.toReversed()) {
      if (path.length <= base.length) continue;
      const below = path.slice(base.length).map((name) => (this.#foldCase ? name.toLowerCase() : name));
      const name = below.slice(-1);
      const rule = rules.findLast(
        ({ glob, byName, folders }) => (isFolder || !folders) && matchesGlob(glob, byName ? name : below),
      );
      if (rule) return !rule.negated;
    }
    return false;
  }
}

function parseRules(text: string): Rule[] {
  const rules: Rule[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (rules.length === MAX_RULES) break;
    const rule = parseRule(line);
    if (rule) rules.push(rule);
  }
  return rules;
}

function parseRule(line: string): Rule | undefined {
  if (line.startsWith('#')) return undefined;
  const negated = line.startsWith('!');
  let pattern = trimEnd(negated ? line.slice(1) : line);
  const folders = pattern.endsWith('/');
  if (folders) pattern = pattern.slice(0, -1);
  const byName = !pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return undefined;
  const glob = parseGlob(pattern);
  return glob && { glob, negated, folders, byName };
}

/** Takes spaces off the end, but for one that a backslash keeps. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && !isEscaped(line, end - 1)) end -= 1;
  return line.slice(0, end);
}

function isEscaped(line: string, at: number): boolean {
  let backslashes = 0;
  while (line[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
