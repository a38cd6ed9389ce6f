import * as vscode from 'vscode';
import { PANEL_VIEW_TYPE } from './ids.ts';

/** The tabs of all panels of meetings, also of such as nobody listens to. */
export function tabsOfPanels(): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(isPanelTab);
}

/** Whether a tab is a meeting's panel. */
export function isPanelTab({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(PANEL_VIEW_TYPE);
}
