import * as vscode from 'vscode';

/** The scheme of files that are looked at without being saved. */
export const LOOK_SCHEME = 'parley-file';

/** The tabs of files that are looked at. @param which of them; all unless said otherwise. */
export function lookTabs(which: (uri: vscode.Uri) => boolean = () => true): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter((tab) => {
      const uri = uriOf(tab);
      return uri?.scheme === LOOK_SCHEME && which(uri);
    });
}

/** Closes such tabs. */
export async function closeLookTabs(which?: (uri: vscode.Uri) => boolean): Promise<void> {
  const tabs = lookTabs(which);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}

function uriOf({ input }: vscode.Tab): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputTextDiff) return input.modified;
  const known =
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputCustom ||
    input instanceof vscode.TabInputNotebook;
  return known ? input.uri : undefined;
}
