import * as vscode from 'vscode';

/**
 * Notifications that are true for a while. VS Code takes none back by itself: once one is not true any more, toasts are
 * hidden, and stay in the list of notifications.
 */
export class PassingToasts {
  /** One may be in view. */
  #shown = false;

  /** Notes that one is shown; gives its answer. */
  async show<T>(answer: Promise<T>): Promise<T> {
    this.#shown = true;
    return answer;
  }

  /** What they say is not true any more. */
  outdate(): void {
    if (!this.#shown) return;
    this.#shown = false;
    void vscode.commands.executeCommand('notifications.hideToasts');
  }
}
