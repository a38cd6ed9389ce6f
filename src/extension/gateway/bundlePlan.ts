import { nthName, safeFileName } from '../../shared/fileNames.ts';
import { parseManifest, type Manifest } from '../../shared/manifest.ts';
import { TransferFailure } from './transferSocket.ts';

/** A file of a bundle and where it goes. */
export interface PlannedFile {
  /** Safe names of folders and of the file, below the bundle's own folder; none for a bundle that is one file. */
  readonly segments: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** Position of its first byte in the content. */
  readonly start: number;
  readonly executable: boolean;
}

/** What a bundle becomes on disk. */
export interface BundlePlan {
  readonly files: readonly PlannedFile[];
  readonly emptyFolders: readonly (readonly string[])[];
  /** Bytes of all files. */
  readonly size: number;
}

/** What was announced of a bundle before its manifest was there. */
export interface Announced {
  readonly kind: 'file' | 'folder';
  /** Bytes, and number of files. */
  readonly size: number;
  readonly files: number;
}

/** Reads a manifest and gives each of its files a place. @throws {TransferFailure} it is not what was announced. */
export function planBundle(text: string, announced: Announced): BundlePlan {
  const manifest = parseManifest(text);
  if (manifest?.kind !== announced.kind || manifest.files.length !== announced.files)
    throw new TransferFailure('protocol');
  const names = new Names();
  let start = 0;
  const files = manifest.files.map(({ path, size, executable }): PlannedFile => {
    const planned = {
      segments: manifest.kind === 'folder' ? names.file(path) : [],
      size,
      start,
      executable: executable === true,
    };
    start += size;
    return planned;
  });
  if (start !== announced.size) throw new TransferFailure('protocol');
  return { files, emptyFolders: foldersOf(manifest, names), size: start };
}

function foldersOf({ emptyFolders }: Manifest, names: Names): string[][] {
  return emptyFolders.map((path) => names.folder(path.split('/')).segments);
}

/** A folder as it grows. */
interface Folder {
  readonly segments: string[];
  /** By the names that the manifest gives them. */
  readonly folders: Map<string, Folder>;
  /** Names that are taken, as a file system would compare them that knows no case, with the number to go on from. */
  readonly taken: Map<string, number>;
}

/** Hands out safe names, none of them twice in one folder on any file system. */
class Names {
  readonly #root: Folder = makeFolder([]);

  file(path: string): string[] {
    const segments = path.split('/');
    const folder = this.folder(segments.slice(0, -1));
    return [...folder.segments, freeName(folder, segments.at(-1) ?? '')];
  }

  folder(segments: readonly string[]): Folder {
    let folder = this.#root;
    for (const segment of segments) {
      const next = folder.folders.get(segment) ?? makeFolder([...folder.segments, freeName(folder, segment)]);
      folder.folders.set(segment, next);
      folder = next;
    }
    return folder;
  }
}

function makeFolder(segments: string[]): Folder {
  return { segments, folders: new Map(), taken: new Map() };
}

function freeName({ taken }: Folder, wanted: string): string {
  const name = safeFileName(wanted);
  const key = folded(name);
  const before = taken.get(key);
  if (before === undefined) {
    taken.set(key, 1);
    return name;
  }
  for (let n = before + 1; ; n++) {
    const other = nthName(name, n);
    if (taken.has(folded(other))) continue;
    taken.set(key, n);
    taken.set(folded(other), 1);
    return other;
  }
}

/** Equal for names that some file system takes for one. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase().normalize('NFKC');
}
