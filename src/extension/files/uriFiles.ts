import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SourceFile } from '../gateway/sourceFile.ts';
import { TransferFailure } from '../gateway/transferSocket.ts';
import type { Spool } from './spool.ts';
import type { Tree, TreeEntry, TreeStat } from './tree.ts';

// Files that do not lie on a disk of this machine, as VS Code's own file service reaches them.

/** Larger files are not fetched to look at how they begin. */
const MAX_HEAD_FILE = 256 * 1024;
/** Files that are copied at once. */
const AT_ONCE = 4;

/** A folder of any file system that VS Code knows. */
export function uriTree(folder: vscode.Uri): Tree {
  const place = (path: readonly string[]): vscode.Uri => vscode.Uri.joinPath(folder, ...path);
  return {
    isNear: false,
    async list(path) {
      const entries = await vscode.workspace.fs.readDirectory(place(path));
      return entries.map(([name, type]) => ({ name, kind: kindOf(type) }));
    },
    stat: async (path) => asTreeStat(await vscode.workspace.fs.stat(place(path))),
    async head(path, bytes) {
      const uri = place(path);
      if ((await vscode.workspace.fs.stat(uri)).size > MAX_HEAD_FILE) return new Uint8Array();
      return (await vscode.workspace.fs.readFile(uri)).subarray(0, bytes);
    },
  };
}

/** What VS Code says of a file, which is nothing of who may run it. */
export function asTreeStat({ size, mtime }: vscode.FileStat): TreeStat {
  return { size, mtimeMs: mtime, executable: false };
}

function kindOf(type: vscode.FileType): TreeEntry['kind'] {
  if ((type & vscode.FileType.SymbolicLink) !== 0) return 'link';
  if ((type & vscode.FileType.Directory) !== 0) return 'folder';
  return (type & vscode.FileType.File) === 0 ? 'other' : 'file';
}

/** Copies on disk of files from elsewhere: made when they are first asked for, removed with `dispose`. */
export class SpooledFiles {
  readonly #files: readonly (TreeStat & { readonly uri: vscode.Uri })[];
  readonly #spool: Spool;
  #copies: Promise<readonly SourceFile[]> | undefined;
  #folder: string | undefined;
  #disposed = false;

  /** @param files as they were when they were put on offer. */
  constructor(files: readonly (TreeStat & { readonly uri: vscode.Uri })[], spool: Spool) {
    this.#files = files;
    this.#spool = spool;
  }

  /** The copies, in the order of the files. @throws {TransferFailure} */
  open(): Promise<readonly SourceFile[]> {
    const copies = (this.#copies ??= this.#copy());
    // Whoever asks next may have more luck.
    copies.catch(() => (this.#copies = undefined));
    return copies;
  }

  dispose(): void {
    this.#disposed = true;
    // One that is being filled is removed by who fills it.
    if (this.#folder !== undefined) void this.#spool.remove(this.#folder);
  }

  async #copy(): Promise<readonly SourceFile[]> {
    const folder = await this.#spool.make();
    const copies: SourceFile[] = [];
    try {
      for (let n = 0; n < this.#files.length; n += AT_ONCE) {
        if (this.#disposed) throw new TransferFailure('withdrawn');
        const some = this.#files.slice(n, n + AT_ONCE);
        copies.push(
          ...(await Promise.all(some.map((file, k) => copyOne(file, join(folder, String(n + k)))))),
        );
      }
      if (this.#disposed) throw new TransferFailure('withdrawn');
      this.#folder = folder;
      return copies;
    } catch (error) {
      await this.#spool.remove(folder);
      throw error;
    }
  }
}

async function copyOne(
  { uri, size, mtimeMs }: TreeStat & { readonly uri: vscode.Uri },
  path: string,
): Promise<SourceFile> {
  try {
    const now = await vscode.workspace.fs.stat(uri);
    if (now.size !== size || now.mtime !== mtimeMs) throw new TransferFailure('source-changed');
    await vscode.workspace.fs.copy(uri, vscode.Uri.file(path), { overwrite: true });
    const copy = await lstat(path);
    if (copy.size !== size) throw new TransferFailure('source-changed');
    return { path, size, mtimeMs: copy.mtimeMs };
  } catch (error) {
    if (error instanceof TransferFailure) throw error;
    const gone = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
    throw new TransferFailure(gone ? 'source-gone' : 'source-unreadable', { cause: error });
  }
}
