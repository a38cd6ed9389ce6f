import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import type { FilePart } from '../../shared/filesRpc.ts';
import { MAX_ENTRIES, MAX_FILE_NAME, MAX_FILE_SIZE, MAX_MANIFEST, MAX_OFFERS } from '../../shared/limits.ts';
import { samenessOf, type OfferFacts } from '../../shared/sameness.ts';
import { bytes32Schema } from '../../shared/ids.ts';
import { describeError } from '../gateway/errorCode.ts';
import { removePart, type PartState } from '../gateway/part.ts';
import type { Log } from '../log.ts';

/** Where the list is kept. */
const KEY = 'parley.parts';
/** Manifests up to so many characters stand in the list itself, longer ones in a file of their own. */
const MAX_INLINE = 4_096;

/** Where entries are kept over restarts; the shape of `vscode.Memento`. */
export interface PartStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const path = v.pipe(v.string(), v.maxLength(4_096), v.check(isAbsolute));
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FILE_NAME));

/** Where a bundle goes once it is whole: to a folder on a disk of this machine, or to one that VS Code can write to. */
const goal = v.variant('on', [
  v.object({ on: v.literal('disk'), directory: path, name }),
  v.object({ on: v.literal('elsewhere'), folder: v.pipe(v.string(), v.maxLength(4_096)), name }),
]);
export type Goal = v.InferOutput<typeof goal>;

const entry = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    kind: v.picklist(['file', 'folder']),
    name,
    size: count(MAX_FILE_SIZE),
    modified: count(MAX_FILE_SIZE),
    files: count(MAX_ENTRIES),
    goal,
    part: path,
    /** Null until it is known; its text is null where it stands in a file of its own. */
    manifest: v.nullable(
      v.object({ sha256: bytes32Schema, text: v.nullable(v.pipe(v.string(), v.maxLength(MAX_INLINE))) }),
    ),
    whole: count(MAX_ENTRIES),
    bytes: count(MAX_FILE_SIZE),
    paused: v.boolean(),
  }),
  // What the list names is removed some day, so it has to be a part.
  v.check(({ part }) => /\.[0-9a-f]{8}\.part$/.test(basename(part)) && dirname(part) !== part),
);
type Entry = v.InferOutput<typeof entry>;

/** An unfinished bundle. It belongs to one transfer at a time. */
export interface Part {
  readonly id: string;
  readonly offer: OfferFacts;
  readonly goal: Goal;
  /** What holds it, beside its future place. */
  readonly path: string;
}

/** How a book is opened. */
export interface PartBookOptions {
  readonly store: PartStore;
  /** A folder of the book's own, made when it is needed. */
  readonly folder: string;
  readonly log: Log;
}

/** Keeps nothing over restarts: for parts that go with the meeting. */
export function memoryStore(): PartStore {
  return { get: () => undefined, update: () => Promise.resolve() };
}

/** What is unfinished on disk, kept over restarts. */
export class PartBook {
  readonly #options: PartBookOptions;
  readonly #entries = new Map<string, Entry>();
  /** Parts that a transfer is at. */
  readonly #taken = new Set<string>();
  readonly #loaded: Promise<void>;
  /** Writes follow each other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: PartBookOptions) {
    this.#options = options;
    this.#loaded = this.#load();
  }

  /** What can be gone on with, as far as it was read already. */
  get parts(): readonly FilePart[] {
    return Array.from(this.#entries.values(), ({ kind, name, size, modified, files, bytes, paused }) => {
      return { kind, name, size, modified, files, bytes, paused, saved: null };
    });
  }

  /** Resolves when what was kept is read. */
  get loaded(): Promise<void> {
    return this.#loaded;
  }

  /** Those of some parts that are unfinished still. */
  unfinished(ids: ReadonlySet<string>): readonly Part[] {
    return [...this.#entries.values()].filter(({ id }) => ids.has(id)).map(partOf);
  }

  /** Takes a part that fits an offer and that no transfer is at. The taker has to `release` it. */
  async take(offer: OfferFacts): Promise<Part | undefined> {
    await this.#loaded;
    const found = this.#matching(offer).find(({ id }) => !this.#taken.has(id));
    if (!found) return undefined;
    this.#taken.add(found.id);
    this.#change({ ...found, paused: false });
    return partOf(found);
  }

  /** Notes a part that is about to be made; it is taken, too. */
  async begin({ kind, name, size, modified, files }: OfferFacts, to: Goal, part: string): Promise<Part> {
    await this.#loaded;
    const begun: Entry = {
      id: randomBytes(8).toString('hex'),
      kind,
      name,
      size,
      modified,
      files,
      goal: to,
      part,
      manifest: null,
      whole: 0,
      bytes: 0,
      paused: false,
    };
    this.#taken.add(begun.id);
    this.#change(begun);
    return partOf(begun);
  }

  /** What a part was left as; null where there is nothing of it yet. */
  async left({ id }: Part): Promise<PartState | null> {
    const found = this.#entries.get(id);
    if (!found?.manifest) return null;
    const { sha256, text } = found.manifest;
    try {
      const whole = text ?? (await readFile(this.#sidecar(id), 'utf8'));
      return whole.length > MAX_MANIFEST ? null : { manifest: { text: whole, sha256 }, whole: found.whole };
    } catch (error) {
      this.#options.log('warn', `the list of an unfinished folder is lost: ${describeError(error)}`);
      return null;
    }
  }

  /** Notes how a part stands; null: it is gone. */
  note({ id }: Part, state: PartState | null, bytes: number): void {
    const found = this.#entries.get(id);
    if (!found) return;
    if (!state) return this.#drop(id);
    const { text, sha256 } = state.manifest;
    const long = text.length > MAX_INLINE;
    if (long && found.manifest?.sha256 !== sha256) this.#write(() => this.#writeSidecar(id, text));
    this.#change({ ...found, manifest: { sha256, text: long ? null : text }, whole: state.whole, bytes });
  }

  /** The transfer at a part has ended. */
  release({ id }: Part, { paused }: { readonly paused: boolean }): void {
    this.#taken.delete(id);
    const found = this.#entries.get(id);
    if (found && paused) this.#change({ ...found, paused });
  }

  /** The parts that fit an offer, whether a transfer is at them or not. */
  matching(offer: OfferFacts): readonly Part[] {
    return this.#matching(offer).map(partOf);
  }

  /** Removes parts from disk; one that a transfer is at stays. */
  async discard(parts: readonly Part[]): Promise<void> {
    for (const { id, path: part } of parts) {
      if (this.#taken.has(id)) continue;
      this.#drop(id);
      await this.#remove(part);
    }
    await this.flush();
  }

  /** Resolves when everything noted so far is kept. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #matching(offer: OfferFacts): Entry[] {
    const sameness = samenessOf(offer);
    return [...this.#entries.values()].filter((one) => samenessOf(one) === sameness);
  }

  #change(changed: Entry): void {
    this.#entries.set(changed.id, changed);
    this.#save();
  }

  #drop(id: string): void {
    this.#entries.delete(id);
    this.#save();
    this.#write(() => rm(this.#sidecar(id), { force: true }));
  }

  #save(): void {
    this.#write(async () => {
      await this.#options.store.update(KEY, [...this.#entries.values()].slice(-MAX_OFFERS));
    });
  }

  #write(action: () => Promise<void>): void {
    this.#writing = this.#writing.then(action).catch((error: unknown) => {
      this.#options.log('warn', `what is unfinished could not be noted: ${describeError(error)}`);
    });
  }

  async #load(): Promise<void> {
    const kept = this.#options.store.get(KEY);
    for (const one of Array.isArray(kept) ? kept.slice(0, MAX_OFFERS) : []) {
      const parsed = v.safeParse(entry, one);
      if (!parsed.success) continue;
      const { id, part, kind, manifest } = parsed.output;
      const there = await this.#isThere(part, kind);
      if (there && manifest) this.#entries.set(id, parsed.output);
      else if (there) await this.#remove(part);
    }
  }

  async #isThere(part: string, kind: FilePart['kind']): Promise<boolean> {
    try {
      const found = await lstat(part);
      return kind === 'folder' ? found.isDirectory() : found.isFile();
    } catch (error) {
      this.#options.log('trace', `an unfinished ${kind} is gone: ${describeError(error)}`);
      return false;
    }
  }

  async #remove(part: string): Promise<void> {
    try {
      await removePart(part);
    } catch (error) {
      this.#options.log('warn', `an unfinished file could not be removed: ${describeError(error)}`);
    }
  }

  async #writeSidecar(id: string, text: string): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    await writeFile(this.#sidecar(id), text);
  }

  #sidecar(id: string): string {
    return join(this.#options.folder, `${id}.json`);
  }
}

function partOf({ id, kind, name, size, modified, files, goal: to, part }: Entry): Part {
  return { id, offer: { kind, name, size, modified, files }, goal: to, path: part };
}
