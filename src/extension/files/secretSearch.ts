import type { ChosenFile } from './chosen.ts';
import {
  MAX_SECRET_SIZE,
  mayHoldSecret,
  SECRET_HEAD,
  secretByContent,
  secretByName,
  type SecretReason,
} from './secretGuard.ts';
import type { Scanned, ScannedFile } from './scan.ts';
import type { Tree } from './tree.ts';

/** A file that looks like something that is not meant for others. */
export interface Suspect {
  /** Where it is, from what was chosen on. */
  readonly path: string;
  readonly reason: SecretReason;
}

/** Files that are looked into at once. */
const AT_ONCE = 16;

/** Looks at a file that was chosen. */
export async function suspectFile(file: ChosenFile): Promise<Suspect | undefined> {
  const path = file.uri.path.split('/').slice(-2).join('/');
  const reason = secretByName(path) ?? (await byContent(file.stat.size, path, file.isNear, file.head));
  return reason && { path: file.name, reason };
}

/** Looks at the files of a folder. Gives those that are suspect, in the folder's order. */
export async function suspectFiles(
  name: string,
  tree: Tree,
  { files }: Scanned,
  signal: AbortSignal,
): Promise<ReadonlyMap<ScannedFile, Suspect>> {
  const suspects = new Map<ScannedFile, Suspect>();
  for (let n = 0; n < files.length && !signal.aborted; n += AT_ONCE) {
    const some = files.slice(n, n + AT_ONCE);
    const reasons = await Promise.all(some.map((file) => judge(name, tree, file)));
    for (const [index, file] of some.entries()) {
      const reason = reasons[index];
      if (reason) suspects.set(file, { path: [name, ...file.path].join('/'), reason });
    }
  }
  return suspects;
}

/** A folder without some of its files. */
export function without(scanned: Scanned, files: ReadonlyMap<ScannedFile, unknown>): Scanned {
  const kept = scanned.files.filter((file) => !files.has(file));
  return { ...scanned, files: kept, size: kept.reduce((sum, { size }) => sum + size, 0) };
}

async function judge(name: string, tree: Tree, file: ScannedFile): Promise<SecretReason | undefined> {
  const path = [name, ...file.path].join('/');
  return (
    secretByName(path) ?? byContent(file.size, path, tree.isNear, (bytes) => tree.head(file.path, bytes))
  );
}

async function byContent(
  size: number,
  path: string,
  isNear: boolean,
  head: (bytes: number) => Promise<Uint8Array>,
): Promise<SecretReason | undefined> {
  if (size === 0 || size > MAX_SECRET_SIZE || !(isNear || mayHoldSecret(path))) return undefined;
  try {
    return secretByContent(await head(SECRET_HEAD));
  } catch {
    // What cannot be read is not handed over either: its stream says so.
    return undefined;
  }
}
