import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Something in a folder. */
export interface TreeEntry {
  readonly name: string;
  /** `other`: a device, a pipe, a socket. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** A file as it is now. */
export interface TreeStat {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
  readonly executable: boolean;
}

/** A folder and what is below it, on a disk or anywhere VS Code can reach. Paths are segments from the folder. */
export interface Tree {
  /** Whether looking into each file costs little. */
  readonly isNear: boolean;
  list(path: readonly string[]): Promise<readonly TreeEntry[]>;
  stat(path: readonly string[]): Promise<TreeStat>;
  /** The first bytes of a file, at most so many. */
  head(path: readonly string[], bytes: number): Promise<Uint8Array>;
}

/** A folder on a disk of this machine, by its absolute path. Links are not followed. */
export function diskTree(root: string): Tree {
  const place = (path: readonly string[]): string => join(root, ...path);
  return {
    isNear: true,
    async list(path) {
      const entries = await readdir(place(path), { withFileTypes: true });
      return entries.map((entry) => ({
        name: entry.name,
        kind: entry.isSymbolicLink()
          ? 'link'
          : entry.isDirectory()
            ? 'folder'
            : entry.isFile()
              ? 'file'
              : 'other',
      }));
    },
    async stat(path) {
      const found = await lstat(place(path));
      if (!found.isFile()) throw new Error('this is no file any more');
      return { size: found.size, mtimeMs: found.mtimeMs, executable: isExecutable(found.mode) };
    },
    head: (path, bytes) => readHead(place(path), bytes),
  };
}

/** Whether a file's owner may run it. Windows knows no such thing. */
export function isExecutable(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o100) !== 0;
}

/** The first bytes of a regular file. */
export async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
