import * as vscode from 'vscode';

/** What a command of the explorer, of an editor tab or of the palette is about, by the arguments that VS Code gives it. */
export function selectedUris(clicked: unknown, selected: unknown): readonly vscode.Uri[] {
  if (Array.isArray(selected)) {
    const uris = selected.filter((uri) => uri instanceof vscode.Uri);
    if (uris.length > 0) return uris;
  }
  if (clicked instanceof vscode.Uri) return [clicked];
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
  return [];
}
