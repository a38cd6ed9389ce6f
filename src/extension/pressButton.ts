import * as vscode from 'vscode';
import type { PressAnswer, PressedControl } from '../shared/hostRpc.ts';
import type { Dialogs } from './dialogs.ts';

/** Milliseconds for which the status bar says what a command did. */
const SHOWN_FOR = 3_000;

/**
 * Says what came of pressing a button by a command, since the panel with the button may be out of sight. What worked is said in
 * the status bar for a moment; VS Code does not read that aloud, so whoever uses a screen reader is told as well.
 */
export function tellPressed(what: PressedControl, { outcome, hint }: PressAnswer, dialogs: Dialogs): void {
  if (outcome === 'out' || outcome === 'unavailable') void dialogs.warning(hint ?? notNow());
  else if (outcome === 'pending') void dialogs.info(hint ?? notNow());
  else {
    const sentence = SENTENCES[what][outcome]();
    vscode.window.setStatusBarMessage(sentence, SHOWN_FOR);
    if (hasScreenReader()) void dialogs.info(sentence);
  }
}

/** The page that has the button did not answer. */
export function tellNotPressed(dialogs: Dialogs): void {
  void dialogs.warning(
    vscode.l10n.t('The meeting panel does not answer. Show the meeting, and press its button.'),
  );
}

const SENTENCES: Readonly<Record<PressedControl, Readonly<Record<'on' | 'off', () => string>>>> = {
  microphone: {
    on: () => vscode.l10n.t('Your microphone is on'),
    off: () => vscode.l10n.t('Your microphone is muted'),
  },
  camera: {
    on: () => vscode.l10n.t('Your camera is on'),
    off: () => vscode.l10n.t('Your camera is off'),
  },
  hand: {
    on: () => vscode.l10n.t('Your hand is raised'),
    off: () => vscode.l10n.t('Your hand is lowered'),
  },
};

function notNow(): string {
  return vscode.l10n.t('This cannot be used now.');
}

function hasScreenReader(): boolean {
  return vscode.workspace.getConfiguration('editor').get('accessibilitySupport') === 'on';
}
