import { MAX_ENTRIES, MAX_FILE_SIZE, MAX_MANIFEST, MAX_PATH, MAX_PATH_DEPTH } from '../../shared/limits.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import type { Tree, TreeEntry, TreeStat } from './tree.ts';

/** Why a folder cannot be shared. */
export type ScanProblem =
  'too-many-files' | 'path-too-long' | 'too-deep' | 'too-large' | 'unreadable' | 'cancelled';

/** A file of a folder. */
export interface ScannedFile extends TreeStat {
  /** Segments from the folder. */
  readonly path: readonly string[];
}

/** What a folder holds, in the order in which it is handed over. */
export interface Scanned {
  readonly files: readonly ScannedFile[];
  /** Folders with nothing in them. */
  readonly emptyFolders: readonly (readonly string[])[];
  /** Bytes. */
  readonly size: number;
  /** What is left out: by rules of git (a folder counts as one), links, devices and the like, what cannot be read. */
  readonly leftOut: {
    readonly ignored: number;
    readonly links: number;
    readonly special: number;
    readonly unreadable: number;
  };
  /** The first of what is left out by rules of git: paths from the folder, with `/` behind a folder's. */
  readonly ignored: readonly string[];
}

/** How a folder is looked through. */
export interface ScanOptions {
  /** What git leaves out; null to take everything. The paths it is asked for begin with `prefix`. */
  readonly rules: IgnoreRules | null;
  /** The folder, as segments from where the rules begin. */
  readonly prefix: readonly string[];
  readonly signal: AbortSignal;
  /** Told now and then how many files there are so far. */
  readonly onProgress?: (files: number) => void;
}

/** Files whose size and time are asked for at once. */
const AT_ONCE = 32;
/** Paths of ignored things that are kept, for a person to read. */
const MAX_NAMED = 12;
/** Bytes of a file of rules that are read. */
const MAX_RULES_FILE = 256 * 1024;
/** What an entry costs in a manifest beside its path, at most. */
const ENTRY_BYTES = 64;

/** Looks through a folder. */
export async function scan(tree: Tree, options: ScanOptions): Promise<Scanned | ScanProblem> {
  const scanner = new Scanner(tree, options);
  try {
    await scanner.walk([], options.rules);
    return scanner.result;
  } catch (error) {
    if (error instanceof ScanFailure) return error.problem;
    throw error;
  }
}

class ScanFailure extends Error {
  readonly problem: ScanProblem;
  constructor(problem: ScanProblem) {
    super(problem);
    this.problem = problem;
  }
}

class Scanner {
  readonly #tree: Tree;
  readonly #options: ScanOptions;
  readonly #files: ScannedFile[] = [];
  readonly #emptyFolders: (readonly string[])[] = [];
  readonly #ignored: string[] = [];
  readonly #leftOut = { ignored: 0, links: 0, special: 0, unreadable: 0 };
  #size = 0;
  #manifestBytes = 0;

  constructor(tree: Tree, options: ScanOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  get result(): Scanned {
    return {
      files: this.#files,
      emptyFolders: this.#emptyFolders,
      size: this.#size,
      leftOut: this.#leftOut,
      ignored: this.#ignored,
    };
  }

  async walk(folder: readonly string[], rules: IgnoreRules | null): Promise<void> {
    if (this.#options.signal.aborted) throw new ScanFailure('cancelled');
    const all = await this.#list(folder);
    if (!all) return;
    const here = rules && (await this.#withRules(rules, folder, all));
    const entries = all
      .filter(({ name }) => name.toLowerCase() !== '.git')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const taken = entries.filter((entry) => this.#takes([...folder, entry.name], entry, here));
    if (entries.length === 0 && folder.length > 0) this.#addFolder(folder);
    for (let n = 0; n < taken.length; n += AT_ONCE) {
      const some = taken.slice(n, n + AT_ONCE);
      const stats = await Promise.all(some.map((entry) => this.#stat([...folder, entry.name], entry)));
      for (const [index, { name, kind }] of some.entries()) {
        const path = [...folder, name];
        const stat = stats[index];
        if (kind === 'folder') await this.walk(path, here);
        else if (stat) this.#addFile({ path, ...stat });
      }
      this.#options.onProgress?.(this.#files.length);
    }
  }

  /** `undefined` for a folder that cannot be read: why is the system's to tell, here it is one that is left out. */
  async #list(folder: readonly string[]): Promise<readonly TreeEntry[] | undefined> {
    try {
      return await this.#tree.list(folder);
    } catch {
      if (folder.length === 0) throw new ScanFailure('unreadable');
      this.#leftOut.unreadable += 1;
      return undefined;
    }
  }

  async #withRules(
    rules: IgnoreRules,
    folder: readonly string[],
    entries: readonly TreeEntry[],
  ): Promise<IgnoreRules> {
    if (!entries.some(({ name, kind }) => name === '.gitignore' && kind === 'file')) return rules;
    const text = await this.#tree.head([...folder, '.gitignore'], MAX_RULES_FILE);
    return rules.with(new TextDecoder().decode(text), [...this.#options.prefix, ...folder]);
  }

  #takes(path: readonly string[], { kind }: TreeEntry, rules: IgnoreRules | null): boolean {
    if (rules?.ignores([...this.#options.prefix, ...path], kind === 'folder')) {
      this.#leftOut.ignored += 1;
      if (this.#ignored.length < MAX_NAMED)
        this.#ignored.push(path.join('/') + (kind === 'folder' ? '/' : ''));
    } else if (kind === 'link') this.#leftOut.links += 1;
    else if (kind === 'other') this.#leftOut.special += 1;
    else return true;
    return false;
  }

  async #stat(path: readonly string[], { kind }: TreeEntry): Promise<TreeStat | undefined> {
    if (kind !== 'file') return undefined;
    try {
      return await this.#tree.stat(path);
    } catch {
      // It went away in between, or its name is none that this system can say.
      this.#leftOut.unreadable += 1;
      return undefined;
    }
  }

  #addFile(file: ScannedFile): void {
    this.#count(file.path);
    this.#size += file.size;
    if (this.#size > MAX_FILE_SIZE) throw new ScanFailure('too-large');
    if (this.#files.push(file) > MAX_ENTRIES) throw new ScanFailure('too-many-files');
  }

  #addFolder(path: readonly string[]): void {
    this.#count(path);
    if (this.#emptyFolders.push(path) > MAX_ENTRIES) throw new ScanFailure('too-many-files');
  }

  /** Holds to the bounds that the other side holds manifests to. */
  #count(path: readonly string[]): void {
    if (path.length > MAX_PATH_DEPTH) throw new ScanFailure('too-deep');
    const text = path.join('/');
    if (text.length > MAX_PATH) throw new ScanFailure('path-too-long');
    this.#manifestBytes += Buffer.byteLength(JSON.stringify(text)) + ENTRY_BYTES;
    if (this.#manifestBytes > MAX_MANIFEST - 1_024) throw new ScanFailure('too-many-files');
  }
}
