import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { IgnoreRules } from './ignoreRules.ts';
import { diskTree, readHead, type Tree } from './tree.ts';

/** What holds for a folder before its own `.gitignore`: rules, and where the folder is from where they begin. */
export interface RulesAbove {
  readonly rules: IgnoreRules;
  readonly prefix: readonly string[];
}

/** Bytes of a file of rules that are read. */
const MAX_RULES_FILE = 256 * 1024;
/** As git sets `core.ignorecase` when it makes a repository. */
const FOLD_CASE = process.platform === 'win32' || process.platform === 'darwin';

/** Gathers git's rules for a folder on disk from the top of its repository, when it is in one. */
export async function repositoryRules(folder: string): Promise<RulesAbove> {
  const top = await repositoryTop(folder);
  if (top === undefined) return { rules: new IgnoreRules(FOLD_CASE), prefix: [] };
  const prefix = relative(top, folder).split(sep).filter(Boolean);
  const exclude = await excludeText(join(top, '.git'));
  return rulesAbove(diskTree(top), prefix, new IgnoreRules(FOLD_CASE).with(exclude, []));
}

/** Gathers the rules of the `.gitignore` files above a folder. */
export async function rulesAbove(
  top: Tree,
  prefix: readonly string[],
  rules = new IgnoreRules(FOLD_CASE),
): Promise<RulesAbove> {
  let gathered = rules;
  for (let depth = 0; depth < prefix.length; depth++) {
    const base = prefix.slice(0, depth);
    const text = await orNothing(top.head([...base, '.gitignore'], MAX_RULES_FILE));
    if (text) gathered = gathered.with(new TextDecoder().decode(text), base);
  }
  return { rules: gathered, prefix };
}

async function repositoryTop(folder: string): Promise<string | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    if (await orNothing(lstat(join(path, '.git')))) return path;
    if (path === dirname(path)) return undefined;
  }
}

/** The rules that a repository keeps for itself. In a worktree or submodule `.git` is a file that says where it is. */
async function excludeText(git: string): Promise<string> {
  const link = await orNothing(readFile(git, 'utf8'));
  const own = /^gitdir: (.+)$/m.exec(link ?? '')?.[1];
  const directory = own === undefined ? git : resolve(dirname(git), own);
  const common = (await orNothing(readFile(join(directory, 'commondir'), 'utf8')))?.trim();
  const place = common === undefined ? directory : resolve(directory, common);
  const text = await orNothing(readHead(join(place, 'info', 'exclude'), MAX_RULES_FILE));
  return text ? new TextDecoder().decode(text) : '';
}

/** Files of rules need not be there, nor be readable: then there are no rules. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch {
    return undefined;
  }
}
