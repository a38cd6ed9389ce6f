import * as vscode from 'vscode';
import { columnFor } from './freeColumn.ts';
import { isPanelTab } from './panelTabs.ts';

/** The column for an editor that the meeting asks for: where the person's editors are, never over the meeting itself. */
export function editorColumn(): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all.map(({ viewColumn, isActive, activeTab }) => ({
    column: viewColumn,
    active: isActive,
    meeting: activeTab !== undefined && isPanelTab(activeTab),
  }));
  return columnFor(groups) ?? vscode.ViewColumn.Beside;
}
