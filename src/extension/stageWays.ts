import * as vscode from 'vscode';
import { writeClipboard } from './clipboard.ts';
import type { Dialogs } from './dialogs.ts';
import type { Log } from './log.ts';
import { openInIntegratedBrowser, openInSystemBrowser } from './openLink.ts';
import { readSettings } from './settings.ts';
import type { StageDeskOptions, StageWays } from './stageDesk.ts';

/** What `StageDesk` needs of this VS Code. */
export function stageSurroundings(
  extensionUri: vscode.Uri,
  dialogs: Dialogs,
  log: Log,
): Pick<StageDeskOptions, 'files' | 'ways'> {
  return {
    files: {
      folder: vscode.Uri.joinPath(extensionUri, 'dist').fsPath,
      language: vscode.env.language,
      title: 'Parley',
    },
    ways: stageWays(dialogs, log),
  };
}

function stageWays(dialogs: Dialogs, log: Log): StageWays {
  return {
    prefersIntegrated: () => readSettings().stageBrowser === 'integrated',
    openIntegrated: (link) => openInIntegratedBrowser(link, log),
    openSystem: (link) => openInSystemBrowser(link, log),
    offerLink: async () => {
      const copy = vscode.l10n.t('Copy Link');
      const sentence = vscode.l10n.t(
        'No browser could be opened. Copy the link and open it in a browser on this computer.',
      );
      return (await dialogs.warning(sentence, copy)) === copy;
    },
    handOut: async (link) => {
      if (await writeClipboard(link, log)) {
        void dialogs.info(
          vscode.l10n.t('The link is on your clipboard. It can be opened once, within a minute.'),
        );
        return;
      }
      // Not waited for: the page's call would run out of time.
      void dialogs.input({
        title: vscode.l10n.t('Link to the page for your devices'),
        prompt: vscode.l10n.t(
          'Open it in a browser on this computer. It can be opened once, within a minute.',
        ),
        value: link,
        ignoreFocusOut: true,
      });
    },
  };
}
