import * as vscode from 'vscode';
import { writeClipboard } from './clipboard.ts';
import type { Dialogs } from './dialogs.ts';
import type { Log } from './log.ts';

/**
 * Puts an invite on the clipboard and says so, or says that the clipboard cannot be written and offers to show it.
 * True when the person wants it on the clipboard once more.
 */
export async function handOutInvite(
  invite: string,
  occasion: 'started' | 'copied',
  dialogs: Dialogs,
  log: Log,
): Promise<boolean> {
  const written = await writeClipboard(invite, log);
  const copy = vscode.l10n.t('Copy Again');
  const show = vscode.l10n.t('Show Invite');
  const answer = written
    ? await dialogs.info(
        occasion === 'started'
          ? vscode.l10n.t('Meeting started. The invite is on your clipboard.')
          : vscode.l10n.t('The invite is on your clipboard.'),
        copy,
        show,
      )
    : await dialogs.warning(
        occasion === 'started'
          ? vscode.l10n.t('Meeting started, but the invite could not be put on the clipboard.')
          : vscode.l10n.t('The invite could not be put on the clipboard.'),
        copy,
        show,
      );
  if (answer === show) {
    await dialogs.input({
      title: vscode.l10n.t('Invite to the meeting'),
      prompt: vscode.l10n.t('Whoever has it can join. Copy it and send it to the people you want to meet.'),
      value: invite,
      ignoreFocusOut: true,
    });
  }
  return answer === copy;
}
