import * as vscode from 'vscode';
import { Commands, ContextKeys } from './ids.ts';
import { newsText } from './newsSentences.ts';
import type { SessionState } from './sessionState.ts';

/** Shows how the meeting stands: in the status bar, a click away from its panel, and to commands by context keys. */
export function showState(statusBar: StatusBar, state: SessionState | undefined): void {
  statusBar.update(state);
  const set = (key: string, value: unknown): void =>
    void vscode.commands.executeCommand('setContext', key, value);
  set(ContextKeys.inMeeting, state !== undefined);
  set(ContextKeys.meetingPhase, state?.phase);
}

/** The entry in the status bar. Hidden without a meeting. */
export class StatusBar {
  readonly #item = vscode.window.createStatusBarItem('parley.status', vscode.StatusBarAlignment.Left, 50);

  constructor() {
    this.#item.name = 'Parley';
    this.#item.command = Commands.openPanel;
  }

  update(state: SessionState | undefined): void {
    if (!state) {
      this.#item.hide();
      return;
    }
    const { icon, text } = describeState(state);
    this.#item.text = `$(${icon}) ${text}`;
    this.#item.tooltip = vscode.l10n.t('Parley: {0}. Click to show the meeting.', text);
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Parley meeting: {0}', [text, microphoneText(state)].filter(Boolean).join(', ')),
      role: 'button',
    };
    this.#item.backgroundColor =
      state.phase === 'closed' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

/** What the entry says. */
export function describeState(state: SessionState): { readonly icon: string; readonly text: string } {
  switch (state.phase) {
    case 'lobby':
      return { icon: 'broadcast', text: vscode.l10n.t('Not joined yet') };
    case 'joining':
      return { icon: 'sync~spin', text: vscode.l10n.t('Joining…') };
    case 'left':
      return { icon: 'sign-out', text: vscode.l10n.t('Meeting left') };
    case 'failed':
      return { icon: 'error', text: vscode.l10n.t('Meeting not joined') };
    case 'closed':
      return { icon: 'warning', text: vscode.l10n.t('Meeting panel closed') };
    case 'in': {
      const people =
        state.people === 1 ? vscode.l10n.t('Only you') : vscode.l10n.t('{0} people', state.people);
      const parts = [people, presenterText(state), newsText(state.news)];
      return { icon: state.microphone ? 'mic' : 'mute', text: parts.filter(Boolean).join(', ') };
    }
  }
}

/** The icon says it to who sees it. */
function microphoneText({ phase, microphone }: SessionState): string {
  if (phase !== 'in') return '';
  return microphone ? vscode.l10n.t('your microphone is on') : vscode.l10n.t('your microphone is off');
}

function presenterText({ presenter, presenting }: SessionState): string {
  if (presenting) return vscode.l10n.t('you are presenting');
  // A status bar text may hold icons: "$(" in a name must not become one.
  return presenter ? vscode.l10n.t('{0} is presenting', presenter.replaceAll('$(', '$ (')) : '';
}
