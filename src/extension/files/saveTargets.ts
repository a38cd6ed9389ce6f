import { mkdir, realpath, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { formatBytes } from '../../shared/sizes.ts';
import type { Dialogs } from '../dialogs.ts';
import { editorColumn } from '../editorColumn.ts';
import { describeError, errorCode } from '../gateway/errorCode.ts';
import type { Log } from '../log.ts';
import { plainName } from '../personName.ts';
import { placeOf } from '../places.ts';
import type { Settings } from '../settings.ts';
import { BatchFolder } from './batchFolder.ts';
import type { Goal } from './partBook.ts';

type Where = Pick<Settings, 'filesSaveTo' | 'filesFolder'>;
/** What came of choosing a folder: `outside` is one that a link leads to and that is not used, null and `undefined` are none. */
export type FolderChoice = Folder | 'outside' | undefined | null;
/** A folder to save in: on a disk of this machine, or where only VS Code gets at it. */
type Folder =
  { readonly on: 'disk'; readonly directory: string } | { readonly on: 'elsewhere'; readonly folder: string };

/** Bytes that stay free on a disk that is nearly full. */
const RESERVE = 16 * 1024 * 1024;

/** Whether the settings and the workspace leave open where a file is saved. */
export function isPlaceOpen({ filesSaveTo }: Where): boolean {
  return filesSaveTo === 'ask' || vscode.workspace.workspaceFolders?.length !== 1;
}

/** An offer, and the click that it is saved by together with others. */
export interface ToSave {
  readonly offer: Pick<FileOffer, 'kind' | 'name'>;
  readonly purpose: 'save' | 'save-as';
  readonly batch?: string | undefined;
}

/**
 * Finds where an offer goes, asking where settings and workspace leave it open. `undefined` when the person thought
 * better of it, or has been told why it cannot be.
 */
export async function chooseGoal(
  { offer, purpose, batch }: ToSave,
  where: Where,
  dialogs: Dialogs,
  batches = new BatchFolder<FolderChoice>(),
): Promise<Goal | undefined> {
  const name = safeFileName(offer.name);
  if (purpose === 'save-as' && offer.kind === 'file') return askForFile(name);
  const what = batch === undefined ? `"${name}"` : vscode.l10n.t('all files');
  const folder = await batches.choose(batch, async () => {
    const asks = purpose === 'save-as' || where.filesSaveTo === 'ask';
    const inWorkspace = asks ? undefined : await workspaceFolder(what, where);
    return inWorkspace === undefined ? askForFolder(what) : inWorkspace;
  });
  if (folder === undefined || folder === null) return undefined;
  if (folder !== 'outside') return { ...folder, name };
  void dialogs.warning(
    vscode.l10n.t(
      'Nothing was saved: the folder in the setting "parley.files.folder" is a link that leads out of the workspace.',
    ),
  );
  return undefined;
}

/** The workspace's folder for received files; `undefined` where there is none, null when nobody chose one of several. */
async function workspaceFolder(what: string, { filesFolder }: Where): Promise<FolderChoice> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  let folder = folders[0];
  if (folders.length > 1) {
    const picked = await vscode.window.showQuickPick(
      folders.map((each) => ({ label: each.name, description: each.uri.fsPath, folder: each })),
      { title: vscode.l10n.t('Save {0}', what), placeHolder: vscode.l10n.t('The folder to save it in') },
    );
    if (!picked) return null;
    ({ folder } = picked);
  }
  if (!folder) return undefined;
  if (placeOf(folder.uri.scheme) !== 'here')
    return { on: 'elsewhere', folder: vscode.Uri.joinPath(folder.uri, ...filesFolder).toString() };
  const directory = await makeInside(folder.uri.fsPath, filesFolder);
  return directory === undefined ? 'outside' : { on: 'disk', directory };
}

/** Makes a folder below another, one segment after the other; `undefined` where a link leads out of it. */
async function makeInside(root: string, segments: readonly string[]): Promise<string | undefined> {
  const top = await realpath(root);
  let place = top;
  for (const segment of segments) {
    const next = join(place, segment);
    await mkdir(next).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    place = await realpath(next);
    const way = relative(top, place);
    if (isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`)) return undefined;
  }
  return place;
}

async function askForFolder(what: string): Promise<Folder | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Save {0} in', what),
    openLabel: vscode.l10n.t('Save Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: startFolder(),
  });
  const [folder] = chosen ?? [];
  if (!folder) return undefined;
  if (placeOf(folder.scheme) === 'here') return { on: 'disk', directory: await realpath(folder.fsPath) };
  return { on: 'elsewhere', folder: folder.toString() };
}

async function askForFile(name: string): Promise<Goal | undefined> {
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save "{0}"', name),
    defaultUri: vscode.Uri.joinPath(startFolder(), name),
  });
  if (!chosen) return undefined;
  if (placeOf(chosen.scheme) === 'here')
    return { on: 'disk', directory: await realpath(dirname(chosen.fsPath)), name: basename(chosen.fsPath) };
  const folder = vscode.Uri.joinPath(chosen, '..').toString();
  return { on: 'elsewhere', folder, name: chosen.path.slice(chosen.path.lastIndexOf('/') + 1) };
}

/** By its scheme VS Code chooses whose folders it shows. */
function startFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}

/** Whether there is room for so many bytes; says so where there is not. Where the system does not tell, there is. */
export async function hasRoom(
  directory: string,
  bytes: number,
  name: string,
  { dialogs, log }: { readonly dialogs: Dialogs; readonly log: Log },
): Promise<boolean> {
  let free;
  try {
    const { bavail, bsize } = await statfs(directory);
    free = bavail * bsize;
  } catch (error) {
    log('trace', `the free space of a disk is not known: ${describeError(error)}`);
    return true;
  }
  // Network drives and the like say 0 where they do not know.
  if (free === 0 || free >= bytes + RESERVE) return true;
  void dialogs.error(
    vscode.l10n.t(
      'There is not enough room for "{0}": it takes {1}, and {2} are free.',
      plainName(name),
      formatBytes(bytes),
      formatBytes(free),
    ),
  );
  return false;
}

/** Opens a received file; folders are shown where they lie. */
export async function showSaved(
  uri: vscode.Uri,
  kind: FileOffer['kind'],
  how: 'open' | 'reveal',
  dialogs: Dialogs,
): Promise<void> {
  if (how === 'open' && kind === 'file') {
    await open(uri);
  } else if (vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
  } else if (vscode.env.uiKind === vscode.UIKind.Desktop && uri.scheme === 'file') {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else if (kind === 'file') {
    await open(uri);
  } else {
    void dialogs.info(vscode.l10n.t('It is saved in {0}.', uri.scheme === 'file' ? uri.fsPath : uri.path));
  }
}

async function open(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', uri, { preview: true, viewColumn: editorColumn() });
}
