import * as vscode from 'vscode';

/** How a sentence is shown. `question` and `risk` are modal and have to be answered. */
export type DialogKind = 'info' | 'warning' | 'error' | 'question' | 'risk';

/** A sentence as it was shown to the person. */
export interface ShownDialog {
  readonly kind: DialogKind;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/**
 * Where extension tests look over the shoulder: VS Code has no way to read notifications, and refuses modal dialogs
 * under test. Given only in the extension's test mode.
 */
export interface DialogWatcher {
  /** Sees what is shown; a string answers in the person's place, `undefined` leaves it to them. */
  onShow(dialog: ShownDialog): string | undefined;
  /** Answers an input box in the person's place. */
  onInput(options: vscode.InputBoxOptions): Promise<string | undefined> | undefined;
}

/** Every sentence and question of the extension goes through here. Gives the label of the button, or `undefined`. */
export class Dialogs {
  readonly #watcher: DialogWatcher | undefined;

  constructor(watcher?: DialogWatcher) {
    this.#watcher = watcher;
  }

  info<B extends string>(message: string, ...buttons: B[]): Promise<B | undefined> {
    return this.#show('info', message, '', buttons);
  }

  warning<B extends string>(message: string, ...buttons: B[]): Promise<B | undefined> {
    return this.#show('warning', message, '', buttons);
  }

  error<B extends string>(message: string, ...buttons: B[]): Promise<B | undefined> {
    return this.#show('error', message, '', buttons);
  }

  /** A modal question; VS Code adds "Cancel". */
  question<B extends string>(message: string, detail: string, ...buttons: B[]): Promise<B | undefined> {
    return this.#show('question', message, detail, buttons);
  }

  /** A modal question about something that cannot be taken back, as a warning. Enter presses the first button. */
  risk<B extends string>(message: string, detail: string, ...buttons: B[]): Promise<B | undefined> {
    return this.#show('risk', message, detail, buttons);
  }

  async input(options: vscode.InputBoxOptions): Promise<string | undefined> {
    return this.#watcher?.onInput(options) ?? vscode.window.showInputBox(options);
  }

  async #show<B extends string>(
    kind: DialogKind,
    message: string,
    detail: string,
    buttons: readonly B[],
  ): Promise<B | undefined> {
    const answer = this.#watcher?.onShow({ kind, message, detail, buttons });
    if (answer !== undefined) return buttons.find((button) => button === answer);
    if (kind === 'question') {
      return vscode.window.showInformationMessage(message, { modal: true, detail }, ...buttons);
    }
    if (kind === 'risk')
      return vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
    if (kind === 'info') return vscode.window.showInformationMessage(message, ...buttons);
    if (kind === 'warning') return vscode.window.showWarningMessage(message, ...buttons);
    return vscode.window.showErrorMessage(message, ...buttons);
  }
}
