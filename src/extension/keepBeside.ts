import * as vscode from 'vscode';
import { PANEL_VIEW_TYPE } from './ids.ts';
import { errorText, type Log } from './log.ts';
import { isAlone, isCovered, isInTheWay, type PanelGroup } from './panelLayout.ts';
import { isPanelTab } from './panelTabs.ts';

/** Where a person says that they want none of this, as for any other editor. */
const AUTO_LOCK = 'workbench.editor.autoLockGroups';

/**
 * Keeps a meeting in view beside the files that are opened. Its group is locked the first time it is the active one, as VS
 * Code does by itself with editors that its setting names; a panel that had the window to itself moves beside the first
 * file. Both once: what the person does about it afterwards stays. A default for the setting would do the first part, but
 * takes the place of all that VS Code locks by itself, terminals for one (VS Code 1.139).
 */
export function keepBeside(panel: vscode.WebviewPanel, log: Log): vscode.Disposable {
  let wasAlone = false;
  let moved = false;
  let locked = false;
  const look = (): void => {
    if (!isWanted()) return;
    const groups = groupsNow();
    if (!moved && isCovered(wasAlone, groups)) {
      moved = true;
      panel.reveal(vscode.ViewColumn.Beside, true);
    }
    wasAlone = isAlone(wasAlone, groups);
    if (!locked && panel.active && isInTheWay(groups)) {
      locked = true;
      void lockGroup(log);
    }
  };
  const { tabGroups } = vscode.window;
  return vscode.Disposable.from(
    panel.onDidChangeViewState(look),
    tabGroups.onDidChangeTabs(look),
    tabGroups.onDidChangeTabGroups(look),
  );
}

/** Locks the active group. */
async function lockGroup(log: Log): Promise<void> {
  try {
    await vscode.commands.executeCommand('workbench.action.lockEditorGroup');
  } catch (error) {
    log('warn', `the group of the panel was not locked: ${errorText(error)}`);
  }
}

function groupsNow(): PanelGroup[] {
  return vscode.window.tabGroups.all.map(({ isActive, tabs, activeTab }) => ({
    active: isActive,
    tabs: tabs.length,
    panel: activeTab && isPanelTab(activeTab) ? 'front' : tabs.some(isPanelTab) ? 'behind' : 'none',
  }));
}

function isWanted(): boolean {
  const locks = vscode.workspace.getConfiguration().get<Readonly<Record<string, unknown>>>(AUTO_LOCK);
  return locks?.[`mainThreadWebview-${PANEL_VIEW_TYPE}`] !== false;
}
