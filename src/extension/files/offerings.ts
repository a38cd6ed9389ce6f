import { join } from 'node:path';
import { MAX_FILE_NAME } from '../../shared/limits.ts';
import type { FileEntry, Manifest } from '../../shared/manifest.ts';
import type { SourceBundle } from '../gateway/sendBundle.ts';
import type { SourceFile } from '../gateway/sourceFile.ts';
import type { Offering } from './offerBook.ts';
import type { Scanned } from './scan.ts';
import type { TreeStat } from './tree.ts';

/** What is known of something that is to be shared, wherever it lies. */
interface Chosen {
  readonly key: string;
  readonly name: string;
  /** Where it is in the workspace; null outside of one. */
  readonly path: string | null;
}

const nothing = (): void => undefined;

/**
 * A single file.
 * @param open finds it on disk.
 */
export function fileOffering(
  { key, name, path }: Chosen,
  stat: TreeStat,
  open: () => Promise<SourceFile>,
  dispose = nothing,
): Offering {
  const { size } = stat;
  const shown = offerName(name);
  const manifest: Manifest = {
    kind: 'file',
    files: [entry(shown, stat)],
    emptyFolders: [],
  };
  return {
    key,
    facts: { kind: 'file', name: shown, size, files: 1, modified: wholeTime(stat), path },
    open: async () => ({ manifest, files: [await open()] }),
    dispose,
  };
}

/**
 * A folder as it was looked through.
 * @param open finds its files on disk, in that order.
 */
export function folderOffering(
  { key, name, path }: Chosen,
  scanned: Scanned,
  open: () => Promise<SourceBundle['files']>,
  dispose = nothing,
): Offering {
  const { files, size, emptyFolders } = scanned;
  return {
    key,
    facts: {
      kind: 'folder',
      name: offerName(name),
      size,
      files: files.length,
      modified: files.reduce((latest, file) => Math.max(latest, wholeTime(file)), 0),
      path,
    },
    // Made for each stream: of a large folder it is large.
    open: async () => ({
      manifest: {
        kind: 'folder',
        files: files.map((file) => entry(file.path.join('/'), file)),
        emptyFolders: emptyFolders.map((folder) => folder.join('/')),
      },
      files: await open(),
    }),
    dispose,
  };
}

/** The files of a folder on disk, by the folder's real path. */
export function filesOnDisk(root: string, { files }: Scanned): SourceFile[] {
  return files.map(({ path, size, mtimeMs }) => ({ path: join(root, ...path), size, mtimeMs }));
}

function entry(path: string, { size, executable }: TreeStat): FileEntry {
  return executable ? { path, size, executable } : { path, size };
}

/** Whole milliseconds since 1970; nothing is older. */
function wholeTime({ mtimeMs }: TreeStat): number {
  return Math.max(0, Math.floor(mtimeMs));
}

/** A name as an offer may have it: others cut what they save to what their disk takes. */
function offerName(name: string): string {
  return name.slice(0, MAX_FILE_NAME).replace(/\p{Cs}$/u, '') || 'file';
}
