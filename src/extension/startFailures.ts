import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';
import { Commands, SettingIds } from './ids.ts';
import { ServerUrlError } from './openMeeting.ts';
import { ServerUnreachableError } from './server/findServer.ts';
import { hostOf } from './serverUrl.ts';
import { readSettings } from './settings.ts';

/** Says why a meeting could not be started or joined, and offers what can be done. Does not wait for the answer. */
export function reportStartFailure(
  error: unknown,
  role: 'host' | 'guest',
  dialogs: Dialogs,
  retry: () => Promise<unknown>,
): void {
  void offer(error, role, dialogs, retry);
}

async function offer(
  error: unknown,
  role: 'host' | 'guest',
  dialogs: Dialogs,
  retry: () => Promise<unknown>,
): Promise<void> {
  const again = vscode.l10n.t('Retry');
  const settings = vscode.l10n.t('Open Settings');
  const test = vscode.l10n.t('Test My Setup');
  // Where a guest has to go is written in the invite, not in the settings.
  const buttons = role === 'host' ? [again, settings, test] : [again, test];
  const answer = await dialogs.error(sentence(error, role), ...buttons);
  if (answer === again) await retry();
  if (answer === test) await vscode.commands.executeCommand(Commands.testSetup);
  if (answer === settings) {
    const setting = readSettings().serverUrl === '' ? SettingIds.serverPort : SettingIds.serverUrl;
    await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${setting}`);
  }
}

function sentence(error: unknown, role: 'host' | 'guest'): string {
  if (error instanceof ServerUnreachableError) {
    const tried = error.tried.map(({ url }) => hostOf(url)).join(', ');
    // What an invite leads to is there only as long as the meeting is, which is the likeliest cause of all.
    if (role === 'guest') {
      return vscode.l10n.t(
        'Nobody answers at {0}. The meeting may be over: ask who invited you. If it is not, check that both machines are on the same network, and that no firewall is in between.',
        tried,
      );
    }
    return vscode.l10n.t(
      'The meeting server at {0} cannot be reached. Check the address, that both machines are on the same network, and that no firewall is in between.',
      tried,
    );
  }
  if (error instanceof ServerUrlError) {
    return vscode.l10n.t(
      'The setting "parley.server.url" is not an address that begins with http:// or https://.',
    );
  }
  return vscode.l10n.t('The meeting could not be started. The output channel "Parley" says more.');
}
