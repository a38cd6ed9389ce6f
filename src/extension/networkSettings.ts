import * as vscode from 'vscode';
import type { MeetingBootstrap } from '../shared/hostRpc.ts';
import type { Dialogs } from './dialogs.ts';
import { type BadEntry, type NamedServer, passwordKey, relays } from './iceServers.ts';
import { Commands, SettingIds } from './ids.ts';
import type { Settings } from './settings.ts';

/** How the connections of one meeting find their way. */
export interface Network extends Pick<MeetingBootstrap, 'iceServers' | 'iceTransportPolicy'> {
  /** Whether others are told this machine's addresses (`parley.shareAddresses`). */
  readonly shareAddresses: boolean;
}

type Answer = 'go on' | 'stop';

/**
 * Puts the settings and the kept passwords together, and says what cannot be used. `undefined` when the person would
 * rather change something first: nobody can be reached through a relay only when there is none.
 */
export async function readNetwork(
  settings: Pick<Settings, 'iceServers' | 'iceTransportPolicy' | 'shareAddresses'>,
  secrets: vscode.SecretStorage,
  dialogs: Dialogs,
): Promise<Network | undefined> {
  const { servers, bad } = settings.iceServers;
  if (bad.length > 0) void tellBadEntries(bad, dialogs);
  const iceServers: Network['iceServers'] = [];
  const closed: NamedServer[] = [];
  for (const server of servers) {
    if (!relays(server)) {
      iceServers.push({ urls: [...server.urls] });
      continue;
    }
    const credential = await secrets.get(passwordKey(server));
    if (credential === undefined || credential === '') closed.push(server);
    else iceServers.push({ urls: [...server.urls], username: server.username, credential });
  }
  const network = { iceServers, iceTransportPolicy: settings.iceTransportPolicy };
  const { shareAddresses } = settings;
  if (settings.iceTransportPolicy === 'relay' && !iceServers.some(({ username }) => username !== undefined)) {
    const answer = await askWithoutRelay(closed, dialogs);
    return answer === 'stop' ? undefined : { ...network, iceTransportPolicy: 'all', shareAddresses };
  }
  if (closed.length > 0) void tellClosed(closed, dialogs);
  return { ...network, shareAddresses };
}

/** A server as people know it: its first address, and for whom. */
export function serverName({ urls, username }: NamedServer): string {
  const [first = ''] = urls;
  return username === undefined ? first : `${first} (${username})`;
}

async function tellBadEntries(bad: readonly BadEntry[], dialogs: Dialogs): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const sentence = vscode.l10n.t(
    'The setting "parley.iceServers" has entries that cannot be used: {0}. The meeting goes on without them.',
    bad.map(describeEntry).join('; '),
  );
  if ((await dialogs.warning(sentence, open)) === open) await openSetting(SettingIds.iceServers);
}

/** Says why an entry of `parley.iceServers` was left out. */
export function describeEntry({ place, address, problem }: BadEntry): string {
  const entry = address === '' ? vscode.l10n.t('entry {0}', place) : address;
  switch (problem) {
    case 'shape':
      return vscode.l10n.t('{0} has no "urls"', entry);
    case 'address':
      return vscode.l10n.t('{0} is no stun:, turn: or turns: address', entry);
    case 'username':
      return vscode.l10n.t('{0} is a TURN server and needs a "username"', entry);
    case 'password':
      return vscode.l10n.t(
        '{0} has its password in the settings, where others may read it (use "Parley: Set TURN Password…")',
        entry,
      );
    case 'too-many':
      return vscode.l10n.t('{0} is one too many', entry);
  }
}

async function tellClosed(closed: readonly NamedServer[], dialogs: Dialogs): Promise<void> {
  const set = vscode.l10n.t('Set Password');
  const sentence = vscode.l10n.t(
    'No password is known for the TURN server {0}. The meeting goes on without it.',
    closed.map(serverName).join(', '),
  );
  if ((await dialogs.warning(sentence, set)) === set) {
    await vscode.commands.executeCommand(Commands.setTurnPassword);
  }
}

/** Modal: the person wanted no direct connections, so none is made without their word. */
async function askWithoutRelay(closed: readonly NamedServer[], dialogs: Dialogs): Promise<Answer> {
  const direct = vscode.l10n.t('Connect Directly');
  const way = closed.length > 0 ? vscode.l10n.t('Set Password') : vscode.l10n.t('Open Settings');
  const answer = await dialogs.question(
    vscode.l10n.t('Your connections go through a relay only, but there is no TURN server to go through.'),
    closed.length > 0
      ? vscode.l10n.t('No password is known for {0}.', closed.map(serverName).join(', '))
      : vscode.l10n.t('Name one in "parley.iceServers", or set "parley.iceTransportPolicy" to "all".'),
    way,
    direct,
  );
  if (answer === direct) return 'go on';
  if (answer === way && closed.length > 0) await vscode.commands.executeCommand(Commands.setTurnPassword);
  else if (answer === way) await openSetting(SettingIds.iceServers);
  return 'stop';
}

async function openSetting(id: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${id}`);
}
