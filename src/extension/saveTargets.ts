import { open, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';
import { plainName } from './personName.ts';
import { placeOf } from './places.ts';
import type { Settings } from './settings.ts';

/** How much of a file is looked at to tell text from anything else. */
const SNIFF_BYTES = 8_192;
/** Larger files are shown in the explorer rather than opened. */
const MAX_OPEN_BYTES = 5 * 1024 * 1024;

/**
 * Finds the folder a received file goes to, asking where the setting or the workspace leave it open. Gives its real
 * path, or `undefined` when the person thought better of it.
 */
export async function chooseFolder(
  saveTo: Settings['filesSaveTo'],
  file: string,
  dialogs: Dialogs,
): Promise<string | undefined> {
  const all = vscode.workspace.workspaceFolders ?? [];
  const folders = all.filter((folder) => placeOf(folder.uri.scheme) === 'here');
  const [only] = folders;
  if (saveTo === 'workspace' && only && folders.length === 1) return realFolder(only.uri.fsPath);
  if (saveTo === 'workspace' && folders.length > 1) {
    const picked = await vscode.window.showQuickPick(
      folders.map((folder) => ({
        label: folder.name,
        description: folder.uri.fsPath,
        path: folder.uri.fsPath,
      })),
      { title: vscode.l10n.t('Save "{0}"', file), placeHolder: vscode.l10n.t('The folder to save it in') },
    );
    return picked && realFolder(picked.path);
  }
  if (saveTo === 'workspace' && all.some(({ uri }) => placeOf(uri.scheme) === 'other-machine')) {
    void dialogs.info(
      vscode.l10n.t(
        'In this window Parley runs on another machine than the open folder and cannot save there yet. Choose a folder on this machine for "{0}".',
        plainName(file),
      ),
    );
  }
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Save "{0}" in', file),
    openLabel: vscode.l10n.t('Save Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    // By its scheme VS Code chooses whose folders it shows: those of this extension's machine.
    defaultUri: only?.uri ?? vscode.Uri.file(homedir()),
  });
  const [folder] = chosen ?? [];
  if (!folder) return undefined;
  if (placeOf(folder.scheme) === 'here') return realFolder(folder.fsPath);
  void dialogs.warning(
    vscode.l10n.t('Nothing was saved: Parley cannot write to that folder, which is on another machine.'),
  );
  return undefined;
}

async function realFolder(path: string): Promise<string> {
  return realpath(path);
}

/** Opens a received file when it is text, else shows it where it lies. */
export async function showSavedFile(path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  if (await isText(path)) {
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn: vscode.ViewColumn.One });
  } else if (vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
  } else if (vscode.env.uiKind === vscode.UIKind.Desktop) {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else {
    await vscode.commands.executeCommand('vscode.open', uri);
  }
}

async function isText(path: string): Promise<boolean> {
  if ((await stat(path)).size > MAX_OPEN_BYTES) return false;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return !buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await file.close();
  }
}
