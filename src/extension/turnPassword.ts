import * as vscode from 'vscode';
import type { Dialogs } from './dialogs.ts';
import { passwordKey, relays, type NamedServer } from './iceServers.ts';
import { SettingIds } from './ids.ts';
import { serverName } from './networkSettings.ts';
import { readSettings } from './settings.ts';

/**
 * "Set TURN Password…": keeps the password of one of the TURN servers of the settings in VS Code's secret storage.
 * An empty one removes what was kept.
 */
export async function setTurnPassword(secrets: vscode.SecretStorage, dialogs: Dialogs): Promise<void> {
  const servers = readSettings().iceServers.servers.filter(relays);
  if (servers.length === 0) {
    void sayNoServer(dialogs);
    return;
  }
  const server = servers.length === 1 ? servers[0] : await choose(servers, secrets);
  if (!server) return;
  const password = await dialogs.input({
    title: vscode.l10n.t('Set TURN Password'),
    prompt: vscode.l10n.t(
      'The password of {0}. Leave it empty to remove the one that is kept.',
      serverName(server),
    ),
    password: true,
    ignoreFocusOut: true,
  });
  if (password === undefined) return;
  if (password === '') {
    await secrets.delete(passwordKey(server));
    void dialogs.info(vscode.l10n.t('The password of {0} was removed.', serverName(server)));
    return;
  }
  await secrets.store(passwordKey(server), password);
  void dialogs.info(
    vscode.l10n.t('The password of {0} is kept. It serves from the next meeting on.', serverName(server)),
  );
}

async function choose(
  servers: readonly NamedServer[],
  secrets: vscode.SecretStorage,
): Promise<NamedServer | undefined> {
  const items = await Promise.all(
    servers.map(async (server) => ({
      label: serverName(server),
      description:
        (await secrets.get(passwordKey(server))) === undefined
          ? vscode.l10n.t('no password')
          : vscode.l10n.t('has a password'),
      server,
    })),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Set TURN Password'),
    placeHolder: vscode.l10n.t('Whose password?'),
  });
  return picked?.server;
}

async function sayNoServer(dialogs: Dialogs): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const sentence = vscode.l10n.t(
    'No TURN server with a user name is named in the setting "parley.iceServers".',
  );
  if ((await dialogs.info(sentence, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${SettingIds.iceServers}`);
  }
}
