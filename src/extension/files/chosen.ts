import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { relativePath } from '../../shared/manifest.ts';
import { describeError, errorCode } from '../gateway/errorCode.ts';
import type { Log } from '../log.ts';
import type { Offering } from './offerBook.ts';
import { fileOffering, filesOnDisk, folderOffering } from './offerings.ts';
import { repositoryRules, rulesAbove, type RulesAbove } from './repository.ts';
import { scan, type Scanned, type ScanOptions, type ScanProblem } from './scan.ts';
import type { ShareProblem } from './shareSentences.ts';
import type { Spool } from './spool.ts';
import { diskTree, isExecutable, readHead, type Tree, type TreeStat } from './tree.ts';
import { asTreeStat, SpooledFiles, uriTree } from './uriFiles.ts';

/** A file that was chosen to be shared, as it is now. */
export interface ChosenFile {
  readonly kind: 'file';
  readonly name: string;
  readonly uri: vscode.Uri;
  readonly stat: TreeStat;
  readonly isNear: boolean;
  readonly head: (bytes: number) => Promise<Uint8Array>;
  readonly offering: (spool: Spool) => Offering;
}

/** A folder that was chosen to be shared. */
export interface ChosenFolder {
  readonly kind: 'folder';
  readonly name: string;
  readonly uri: vscode.Uri;
  readonly tree: Tree;
  /** Looks through it, with git's rules or without. */
  readonly scan: (
    withRules: boolean,
    options: Pick<ScanOptions, 'signal' | 'onProgress'>,
  ) => Promise<Scanned | ScanProblem>;
  readonly offering: (scanned: Scanned, spool: Spool) => Offering;
}
export type Chosen = ChosenFile | ChosenFolder;

/** Looks at what was chosen; a reason where it cannot be shared. */
export async function choose(uri: vscode.Uri, log: Log): Promise<Chosen | ShareProblem> {
  if (uri.scheme === 'untitled') return 'never-saved';
  try {
    return await (uri.scheme === 'file' ? chooseOnDisk(uri) : chooseElsewhere(uri));
  } catch (error) {
    log('warn', `something to share could not be looked at: ${describeError(error)}`);
    const gone =
      errorCode(error) === 'ENOENT' ||
      (error instanceof vscode.FileSystemError && error.code === 'FileNotFound');
    return gone ? 'gone' : 'unreadable';
  }
}

async function chooseOnDisk(uri: vscode.Uri): Promise<Chosen | ShareProblem> {
  // What was chosen may be a link; what it leads to now is what is shared, wherever it leads later.
  const path = await realpath(uri.fsPath);
  const found = await lstat(path);
  const name = basename(uri.fsPath) || basename(path);
  if (found.isDirectory()) {
    const tree = diskTree(path);
    return folderOf(
      uri,
      name,
      tree,
      () => repositoryRules(path),
      (scanned) => ({
        open: () => Promise.resolve(filesOnDisk(path, scanned)),
      }),
    );
  }
  if (!found.isFile()) return 'not-a-file';
  return fileHere(path, found, { uri, ...facts(uri, name) });
}

/**
 * A file on a disk of this machine.
 * @param found what `lstat` says of it.
 * @param dispose told when it is not shared any more.
 */
export function fileHere(
  path: string,
  { size, mtimeMs, mode }: Stats,
  { uri, ...named }: Parameters<typeof fileOffering>[0] & { readonly uri: vscode.Uri },
  dispose?: () => void,
): ChosenFile {
  const stat = { size, mtimeMs, executable: isExecutable(mode) };
  return {
    kind: 'file',
    name: named.name,
    uri,
    stat,
    isNear: true,
    head: (bytes) => readHead(path, bytes),
    offering: () => fileOffering(named, stat, () => Promise.resolve({ path, size, mtimeMs }), dispose),
  };
}

async function chooseElsewhere(uri: vscode.Uri): Promise<Chosen | ShareProblem> {
  const found = await vscode.workspace.fs.stat(uri);
  const name = basename(uri.path);
  if ((found.type & vscode.FileType.Directory) !== 0) {
    const above = async (): Promise<RulesAbove> => {
      const top = vscode.workspace.getWorkspaceFolder(uri)?.uri;
      return rulesAbove(uriTree(top ?? uri), workspacePath(uri)?.split('/') ?? []);
    };
    return folderOf(uri, name, uriTree(uri), above, ({ files }, spool) => {
      const parts = files.map((file) => ({
        size: file.size,
        mtimeMs: file.mtimeMs,
        executable: file.executable,
        uri: vscode.Uri.joinPath(uri, ...file.path),
      }));
      return new SpooledFiles(parts, spool);
    });
  }
  if ((found.type & vscode.FileType.File) === 0) return 'not-a-file';
  const stat = asTreeStat(found);
  const parent = vscode.Uri.joinPath(uri, '..');
  return {
    kind: 'file',
    name,
    uri,
    stat,
    isNear: false,
    head: (bytes) => uriTree(parent).head([name], bytes),
    offering: (spool) => {
      const copies = new SpooledFiles([{ ...stat, uri }], spool);
      const open = async () => {
        const [copy] = await copies.open();
        if (!copy) throw new Error('a file has no copy');
        return copy;
      };
      return fileOffering(facts(uri, name), stat, open, () => copies.dispose());
    },
  };
}

function folderOf(
  uri: vscode.Uri,
  name: string,
  tree: Tree,
  above: () => Promise<RulesAbove>,
  files: (scanned: Scanned, spool: Spool) => Pick<SpooledFiles, 'open'> & { dispose?: () => void },
): ChosenFolder {
  return {
    kind: 'folder',
    name,
    uri,
    tree,
    scan: async (withRules, options) => {
      const { rules, prefix } = await above();
      return scan(tree, { ...options, rules: withRules ? rules : null, prefix });
    },
    offering: (scanned, spool) => {
      const source = files(scanned, spool);
      return folderOffering(
        facts(uri, name),
        scanned,
        () => source.open(),
        () => source.dispose?.(),
      );
    },
  };
}

function facts(uri: vscode.Uri, name: string) {
  return { key: uri.toString(), name, path: workspacePath(uri) };
}

/** Where something is below its workspace folder; null outside of one, and for the folder itself. */
function workspacePath(uri: vscode.Uri): string | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  if (!folder) return null;
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  const path = uri.path.startsWith(base) ? uri.path.slice(base.length).replace(/\/+$/, '') : '';
  return v.is(relativePath, path) ? path : null;
}
