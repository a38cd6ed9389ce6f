import * as vscode from 'vscode';
import { errorText, type Log } from './log.ts';
import { tabsOfPanels } from './panelTabs.ts';
import { otherTitle, titleWithoutNews } from './panelTitle.ts';

/**
 * Milliseconds for a panel to be in the meeting before that in whose place it comes ends all the same: as long as the others
 * wait for somebody. Without a server the one from before has all the links there are.
 */
const PATIENCE = 60_000;
/** Milliseconds for the successor, which has met somebody, to meet the others as well: nobody is to miss its person. */
const GRACE = 500;
/** The same for one that is in and has met nobody: there may be nobody left. */
const ALONE_GRACE = 3_000;

/**
 * The panel of an extension host that ended, in a window that did not. VS Code leaves its page alone, so that whoever is in
 * the meeting with it goes on seeing and hearing its person; another extension host can get hold of it by its tab only.
 */
export class OrphanedPanel {
  /** What the panel in its place is to be called, so that the two can be told apart: it looks and reads the same. */
  readonly successor: string;
  #timer: NodeJS.Timeout | undefined;
  #retires: 'met' | 'alone' | undefined;
  #over = false;

  /** @param title its own. */
  constructor(title: string) {
    this.successor = otherTitle(title);
  }

  /** Whether it is still the one by which its person is in the meeting. */
  get isThere(): boolean {
    return !this.#retires && !this.#over;
  }

  /** Its successor is there: it is closed once that is in the meeting, or takes too long. */
  outlive(log: Log): void {
    this.#timer = setTimeout(() => {
      log('info', 'the panel from before is closed, though the new one is not in the meeting yet');
      this.close(log);
    }, PATIENCE);
  }

  /** Its successor is in, and may have met somebody: it is of no use before long. */
  retire(log: Log, hasMet: boolean): void {
    const how = hasMet ? 'met' : 'alone';
    if (this.#over || this.#retires === 'met' || this.#retires === how) return;
    this.#retires = how;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(log), hasMet ? GRACE : ALONE_GRACE);
  }

  /** Lets it be: the extension host ends, and another one looks after it. */
  leave(): void {
    clearTimeout(this.#timer);
  }

  /** Closes it, and whatever else there is but its successor. Only the first call does something. */
  close(log: Log): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    void closeAllBut(this.successor, log);
  }
}

async function closeAllBut(title: string, log: Log): Promise<void> {
  try {
    const left = tabsOfPanels().filter(({ label }) => titleWithoutNews(label) !== title);
    if (left.length > 0) await vscode.window.tabGroups.close(left, true);
  } catch (error) {
    log('warn', `the panel from before was not closed: ${errorText(error)}`);
  }
}
