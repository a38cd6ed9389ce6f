import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import { safeSegments } from '../../shared/manifest.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { Dialogs } from '../dialogs.ts';
import { editorColumn } from '../editorColumn.ts';
import { plainName } from '../personName.ts';

/**
 * Finds the file of this workspace that a received one is compared with: the one at the same place, else one that the
 * person chooses. Null: none, it is only to be opened; `undefined`: the person thought better of it.
 */
export async function chooseMine(
  offer: Pick<FileOffer, 'name' | 'path'>,
  dialogs: Dialogs,
): Promise<vscode.Uri | null | undefined> {
  const found = await filesAt(offer.path);
  if (found.length === 1) return found[0];
  const name = plainName(safeFileName(offer.name));
  if (found.length > 1) {
    const picked = await vscode.window.showQuickPick(
      found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri, true), uri })),
      { title: vscode.l10n.t('Compare "{0}" with', name) },
    );
    return picked?.uri;
  }
  const choose = vscode.l10n.t('Choose File…');
  const openOnly = vscode.l10n.t('Open Only');
  const sentence = vscode.l10n.t('There is no "{0}" at the same place in your workspace.', name);
  const answer = await dialogs.info(sentence, choose, openOnly);
  if (answer === openOnly) return null;
  if (answer !== choose) return undefined;
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Compare "{0}" with', name),
    openLabel: vscode.l10n.t('Compare'),
    ...(folder && { defaultUri: folder.uri }),
  });
  return chosen?.[0];
}

/** The files at a relative path, one for each workspace folder that has it. */
async function filesAt(path: string | null): Promise<vscode.Uri[]> {
  // A path that has to be changed to be safe is none of a file here.
  if (path === null || safeSegments(path).join('/') !== path) return [];
  const found: vscode.Uri[] = [];
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const file = vscode.Uri.joinPath(uri, ...path.split('/'));
    if (await isFile(file)) found.push(file);
  }
  return found;
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return false;
    throw error;
  }
}

/** Shows the received file beside the person's own one. */
export async function showCompared(
  mine: vscode.Uri,
  theirs: vscode.Uri,
  offer: FileOffer,
  from: string,
): Promise<void> {
  const title = vscode.l10n.t("{0} (mine ↔ {1}'s)", safeFileName(offer.name), plainName(from));
  await vscode.commands.executeCommand('vscode.diff', mine, theirs, title, {
    preview: true,
    viewColumn: editorColumn(),
  });
}
