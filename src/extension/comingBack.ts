import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';
import { OrphanedPanel } from './orphanedPanel.ts';
import { tabsOfPanels } from './panelTabs.ts';
import { UNASKED_FOR } from './keptMeeting.ts';
import type { ClaimedMeeting } from './keptMeetings.ts';
import { withTimeLimit } from './timeLimit.ts';

/** Milliseconds for VS Code to bring back a panel that is in view. It does so as soon as it knows that somebody can. */
const REVIVAL_TIME_LIMIT = 700;
const MINUTE = 60_000;

/** Where a meeting's panel is to be: there already, or in a column. */
export interface PanelPlace {
  readonly revived?: vscode.WebviewPanel;
  readonly column?: vscode.ViewColumn;
  /** A panel whose extension host is gone still runs; it ends when the one in its place is in the meeting. */
  readonly orphan?: OrphanedPanel;
}

/** Finds the panel of the meeting that goes on after a reload, which VS Code brings back when it thinks fit. */
export class RevivedPanel {
  #offered: vscode.WebviewPanel | undefined;
  #wanted: ((panel: vscode.WebviewPanel) => void) | undefined;
  #over = false;

  /** VS Code has brought back a panel; false when nobody waits for one any more. */
  offer(panel: vscode.WebviewPanel): boolean {
    if (this.#over) return false;
    if (this.#wanted) this.#wanted(panel);
    else this.#offered = panel;
    return true;
  }

  /**
   * Where to go on. What is left of a panel that does not come back is removed. To be called once.
   * @param sameWindow only the extension host was started again: the panel stayed as it was, with nobody who listens to it.
   */
  async take(sameWindow: boolean): Promise<PanelPlace> {
    const [orphan, ...more] = sameWindow && !this.#offered ? tabsOfPanels() : [];
    // Two are of an extension host that ended while it had one take the place of the other.
    if (orphan && more.length === 0) {
      this.#over = true;
      return { column: orphan.group.viewColumn, orphan: new OrphanedPanel(orphan.label) };
    }
    if (!sameWindow && !this.#offered && tabsOfPanels().some(({ isActive }) => isActive)) {
      const coming = new Promise<vscode.WebviewPanel>((resolve) => {
        this.#wanted = resolve;
      });
      this.#offered = await withTimeLimit(coming, REVIVAL_TIME_LIMIT);
    }
    this.#over = true;
    if (this.#offered) return { revived: this.#offered };
    // Out of view, so that it came back only when looked at, or without an extension host.
    const left = tabsOfPanels();
    const [first] = left;
    if (!first) return {};
    const column = first.group.viewColumn;
    await vscode.window.tabGroups.close(left, true);
    return { column };
  }

  /** Whether the person is still in the meeting with a panel that only lost its extension host. */
  isRunning(sameWindow: boolean): boolean {
    return sameWindow && tabsOfPanels().length > 0;
  }

  /** Whether there is a panel that lost its extension host, and none that a reload of the window has left. */
  isOrphaned(sameWindow: boolean): boolean {
    return this.isRunning(sameWindow) && !this.#offered;
  }

  /** There is nothing to go on with: what is left of a panel goes, too. */
  async end(): Promise<void> {
    this.#over = true;
    this.#offered?.dispose();
    const left = tabsOfPanels();
    if (left.length > 0) await vscode.window.tabGroups.close(left, true);
  }
}

/** Whether the others may have given up on this person, so that coming back is for them to decide. */
export function mustAsk({ age }: ClaimedMeeting): boolean {
  return age > UNASKED_FOR;
}

/** Asks whether to go on with a meeting of some minutes ago. */
export async function askToComeBack({ age }: ClaimedMeeting, dialogs: Dialogs): Promise<boolean> {
  const rejoin = vscode.l10n.t('Rejoin');
  const minutes = Math.round(age / MINUTE);
  const sentence =
    minutes === 1
      ? vscode.l10n.t('You were in a meeting a minute ago. Go back to it?')
      : vscode.l10n.t('You were in a meeting {0} minutes ago. Go back to it?', minutes);
  return (await dialogs.info(sentence, rejoin)) === rejoin;
}
