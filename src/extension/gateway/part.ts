import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { planBundle, type Announced, type BundlePlan } from './bundlePlan.ts';
import { errorCode } from './errorCode.ts';

/** Files that are looked at together. */
const BATCH = 64;

/** What is known of an unfinished bundle beside its bytes on disk. It lies in `part`, a file or a folder. */
export interface PartState {
  readonly manifest: { readonly text: string; readonly sha256: string };
  /** So many files, from the first on, are whole and have the digest that they should have. */
  readonly whole: number;
}

/** From where a bundle is gone on with. */
export interface PartPosition {
  /** File, and bytes of it that are there; the number of files at the end. */
  readonly file: number;
  readonly inside: number;
  /** Position in the content. */
  readonly at: number;
}

/** A name for an unfinished file or folder, beside its future place. */
export function partPath(directory: string, name: string): string {
  return join(directory, `${name}.${randomBytes(4).toString('hex')}.part`);
}

/** Makes an empty part. Rejects with Node's error, EEXIST when something is there. */
export async function createPart(part: string, kind: Announced['kind']): Promise<void> {
  if (kind === 'folder') await mkdir(part);
  else await (await open(part, 'wx')).close();
}

/** Removes a part, whatever is in it. */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true, recursive: true, maxRetries: 3 });
}

/**
 * Finds from where a part is gone on with: never behind a file whose digest was not seen, so that the source gives it.
 * @returns `undefined` where the part is not there any more.
 */
export async function partPosition(
  part: string,
  announced: Announced,
  state: PartState,
): Promise<(PartPosition & { readonly plan: BundlePlan }) | undefined> {
  const plan = planBundle(state.manifest.text, announced);
  const found = await sizeOf(part, announced.kind);
  if (found === undefined) return undefined;
  let file = await firstOdd(part, plan, Math.min(state.whole, plan.files.length));
  while (plan.files[file]?.size === 0) file += 1;
  const current = plan.files[file];
  if (!current) return { plan, file, inside: 0, at: plan.size };
  const there = (await sizeOf(join(part, ...current.segments), 'file')) ?? 0;
  const inside = Math.min(there, current.size - 1);
  return { plan, file, inside, at: current.start + inside };
}

/** The first of the files that were whole which is not any more: a machine that crashed may have lost some. */
async function firstOdd(part: string, { files }: BundlePlan, whole: number): Promise<number> {
  for (let from = 0; from < whole; from += BATCH) {
    const some = files.slice(from, Math.min(whole, from + BATCH));
    const sizes = await Promise.all(some.map(({ segments }) => sizeOf(join(part, ...segments), 'file')));
    const odd = some.findIndex(({ size }, i) => sizes[i] !== size);
    if (odd >= 0) return from + odd;
  }
  return whole;
}

/** Bytes of a file, 0 for a folder; `undefined` where there is nothing of that kind. */
async function sizeOf(path: string, kind: Announced['kind']): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    if (kind === 'folder') return found.isDirectory() ? 0 : undefined;
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
