import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { describeError, errorCode } from '../gateway/errorCode.ts';
import type { Log } from '../log.ts';
import { closeLookTabs, LOOK_SCHEME } from './lookTabs.ts';
import { isProcessRunning } from '../isProcessRunning.ts';

/** Folders of looks by process, so that one window does not clear away another's. */
const FOLDER = /^look-(\d{1,10})-[0-9a-f]{8}$/;

/** Larger files are saved and not looked at: VS Code holds them in memory. */
export const MAX_LOOK = 50 * 1024 * 1024;

/** Files that were received for a look: kept in a folder of their own, shown read-only, gone with the meeting. */
export class LookRoom {
  /** Where they lie, and their parts before. */
  readonly folder: string;
  readonly #parent: string;
  readonly #log: Log;
  /** Paths on disk by the authority of the URI, which is unique. */
  readonly #files = new Map<string, string>();
  /** What is here already. */
  readonly #shown = new Map<string, vscode.Uri>();
  readonly #registration: vscode.Disposable;

  /** @param parent where the folders of all windows lie. */
  constructor(parent: string, log: Log) {
    this.#parent = parent;
    this.#log = log;
    this.folder = join(parent, `look-${String(process.pid)}-${randomBytes(4).toString('hex')}`);
    this.#registration = vscode.workspace.registerFileSystemProvider(
      LOOK_SCHEME,
      new LookFiles(this.#files),
      {
        isReadonly: true,
        isCaseSensitive: true,
      },
    );
    void this.#clearOthers();
  }

  /** Makes the folder. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  /** A file that was received before. */
  find(offer: FileOffer): vscode.Uri | undefined {
    return this.#shown.get(keyOf(offer));
  }

  /** Takes a whole part over. */
  async add(part: string, offer: FileOffer, from: string): Promise<vscode.Uri> {
    const id = randomBytes(8).toString('hex');
    const path = join(this.folder, `${id}.look`);
    await rename(part, path);
    this.#files.set(id, path);
    const owner = safeFileName(vscode.l10n.t('from {0}', from));
    const uri = vscode.Uri.from({
      scheme: LOOK_SCHEME,
      authority: id,
      path: `/${owner}/${safeFileName(offer.name)}`,
    });
    this.#shown.set(keyOf(offer), uri);
    return uri;
  }

  /** Closes the tabs and removes the files. */
  async end(): Promise<void> {
    try {
      await closeLookTabs(({ authority }) => this.#files.has(authority));
    } catch (error) {
      this.#log('warn', `the tabs of files that were looked at could not be closed: ${describeError(error)}`);
    }
    await this.#clear(this.folder);
  }

  /** Nothing can be looked at any more; at once, so that the next meeting can have a room. */
  dispose(): void {
    this.#registration.dispose();
  }

  /** What a window left that ended without tidying up. */
  async #clearOthers(): Promise<void> {
    try {
      for (const name of await readdir(this.#parent)) {
        const pid = Number(FOLDER.exec(name)?.[1]);
        if (Number.isInteger(pid) && !isProcessRunning(pid)) await this.#clear(join(this.#parent, name));
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT')
        this.#log('warn', `what was looked at before could not be cleared: ${describeError(error)}`);
    }
  }

  async #clear(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      this.#log('warn', `what was looked at could not be removed: ${describeError(error)}`);
    }
  }
}

function keyOf({ id, name, size, modified }: FileOffer): string {
  return JSON.stringify([id, name, size, modified]);
}

/** Shows the files of a room to VS Code. */
class LookFiles implements vscode.FileSystemProvider {
  readonly #files: ReadonlyMap<string, string>;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { size, mtimeMs } = await stat(this.#path(uri));
    const permissions = vscode.FilePermission.Readonly;
    return { type: vscode.FileType.File, ctime: mtimeMs, mtime: mtimeMs, size, permissions };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return readFile(this.#path(uri));
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  #path(uri: vscode.Uri): string {
    const path = this.#files.get(uri.authority);
    if (path === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return path;
  }
}
