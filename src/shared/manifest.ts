import * as v from 'valibot';
import { safeFileName } from './fileNames.ts';
import { MAX_ENTRIES, MAX_FILE_SIZE, MAX_PATH, MAX_PATH_DEPTH } from './limits.ts';
import { parseJson } from './parseJson.ts';

// What a bundle holds. The paths of a folder's entries begin below the folder; a single file's entry has its name.

/** A relative path as another machine gives it: `/` between segments, none of them empty, `.` or `..`. */
export const relativePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_PATH),
  v.check((path) => {
    const segments = path.split('/');
    return (
      segments.length <= MAX_PATH_DEPTH &&
      segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..')
    );
  }),
);

const fileEntry = v.object({
  path: relativePath,
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_SIZE)),
  executable: v.optional(v.boolean()),
});
export type FileEntry = v.InferOutput<typeof fileEntry>;

export const manifest = v.pipe(
  v.object({
    kind: v.picklist(['file', 'folder']),
    /** In the order in which their contents follow. */
    files: v.pipe(v.array(fileEntry), v.maxLength(MAX_ENTRIES)),
    /** Folders with nothing in them. */
    emptyFolders: v.pipe(v.array(relativePath), v.maxLength(MAX_ENTRIES)),
  }),
  v.check(({ kind, files, emptyFolders }) => {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (!Number.isSafeInteger(size)) return false;
    return kind === 'folder' || (files.length === 1 && emptyFolders.length === 0);
  }),
);
export type Manifest = v.InferOutput<typeof manifest>;

/** Bytes of all files together. */
export function contentSize({ files }: Manifest): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

/** Parses a manifest's JSON; `undefined` for anything that is none. */
export function parseManifest(text: string): Manifest | undefined {
  return parseJson(manifest, text);
}

/** The segments under which a relative path may lie in a folder here: each one a safe name. */
export function safeSegments(path: string): string[] {
  return path.split('/').map(safeFileName);
}
