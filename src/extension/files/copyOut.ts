import * as vscode from 'vscode';
import { nthName } from '../../shared/fileNames.ts';
import { TransferFailure } from '../gateway/transferSocket.ts';

/** Names that are tried before a folder is given up. */
const MAX_NAMES = 1_000;

/**
 * Copies what is whole on a disk here to a folder that only VS Code can write to, under a free name: `name`, else
 * `name (2)`…
 * @throws {TransferFailure}
 */
export async function copyOut(part: string, folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  const { fs } = vscode.workspace;
  const title = vscode.l10n.t('Copying "{0}" into the workspace…', name);
  const copying = async (): Promise<vscode.Uri> => {
    await fs.createDirectory(folder);
    for (let n = 1; n <= MAX_NAMES; n++) {
      const place = vscode.Uri.joinPath(folder, n === 1 ? name : nthName(name, n));
      if (await isThere(place)) continue;
      try {
        await fs.copy(vscode.Uri.file(part), place, { overwrite: false });
        return place;
      } catch (error) {
        if (hasCode(error, 'FileExists')) continue;
        await removeHalf(place);
        throw error;
      }
    }
    throw new TransferFailure('target-unwritable');
  };
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title },
      copying,
    );
  } catch (error) {
    throw error instanceof TransferFailure
      ? error
      : new TransferFailure('target-unwritable', { cause: error });
  }
}

/** Under its own name nothing is to lie that is not whole. */
async function removeHalf(place: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.delete(place, { recursive: true });
  } catch {
    // It never came about, or cannot be removed either: what is told is why it was not copied.
  }
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (hasCode(error, 'FileNotFound')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof vscode.FileSystemError && error.code === code;
}
