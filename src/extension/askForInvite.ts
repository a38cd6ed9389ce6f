import * as vscode from 'vscode';
import { findInvite, parseInvite, type Invite } from '../shared/invite.ts';
import { readClipboard } from './clipboard.ts';
import type { Dialogs } from './dialogs.ts';
import { inviteProblemSentence, meetingOf, meetingPlace } from './inviteSentences.ts';
import type { Log } from './log.ts';

/**
 * Asks for an invite, with the one on the clipboard already in place. The box says whose meeting it leads to and
 * where, so pressing Enter is the consent. Of what is in it from the start its prompt says so, since VS Code shows
 * nothing of what `validateInput` finds before something is typed. `undefined` when the person thought better of it.
 */
export async function askForInvite(dialogs: Dialogs, log: Log): Promise<Invite | undefined> {
  const copied = findInvite(await readClipboard(log));
  const text = await dialogs.input({
    title: vscode.l10n.t('Join Meeting'),
    prompt:
      copied === undefined
        ? vscode.l10n.t('Paste the invite that you were sent.')
        : vscode.l10n.t('From your clipboard: {0}', describeInvite(copied).message),
    placeHolder: 'vscode://parley.parley/join…',
    ...(copied === undefined ? {} : { value: copied }),
    ignoreFocusOut: true,
    validateInput: describeInvite,
  });
  if (text === undefined) return undefined;
  const result = parseInvite(text, Date.now());
  if (result.ok) return result.invite;
  void dialogs.error(inviteProblemSentence(result.problem));
  return undefined;
}

function describeInvite(text: string): vscode.InputBoxValidationMessage {
  if (text.trim() === '') {
    // Nothing to find fault with yet, and nothing that Enter could join.
    return { message: vscode.l10n.t('Paste an invite.'), severity: vscode.InputBoxValidationSeverity.Error };
  }
  const result = parseInvite(text, Date.now());
  if (!result.ok) {
    return {
      message: inviteProblemSentence(result.problem),
      severity: vscode.InputBoxValidationSeverity.Error,
    };
  }
  return {
    message: vscode.l10n.t(
      'Enter joins {0} at {1}. Camera and files are shared only when you say so.',
      meetingOf(result.invite),
      meetingPlace(result.invite),
    ),
    severity: vscode.InputBoxValidationSeverity.Info,
  };
}
