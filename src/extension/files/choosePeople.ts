import * as vscode from 'vscode';
import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { MeetingStatus } from '../../shared/hostRpc.ts';
import type { Dialogs } from '../dialogs.ts';
import { plainName } from '../personName.ts';
import { nameList } from './shareSentences.ts';

type People = MeetingStatus['others'];

/**
 * Lets the person choose some of those in the meeting. `undefined` when they thought better of it, or chose nobody, which
 * they are told.
 * @param names of what is to be shared.
 */
export async function choosePeople(
  names: readonly string[],
  others: People,
  dialogs: Dialogs,
): Promise<string[] | undefined> {
  const picked = await vscode.window.showQuickPick(peopleItems(others), {
    title: vscode.l10n.t('Share {0} With', nameList(names)),
    placeHolder: vscode.l10n.t('Only who you choose sees what you share'),
    canPickMany: true,
  });
  if (picked?.length === 0) void dialogs.info(vscode.l10n.t('Nobody was chosen, so nothing was shared.'));
  return picked && picked.length > 0 ? picked.map(({ id }) => id) : undefined;
}

/** Those who can be chosen; the only one there is is chosen already. */
export function peopleItems(others: People): (vscode.QuickPickItem & { readonly id: string })[] {
  return others.map(({ id, name }) => ({ label: plainName(name), id, picked: others.length === 1 }));
}

/**
 * Lets the person change to whom an offer goes.
 * @returns null when they thought better of it.
 */
export async function changePeople(
  name: string,
  others: People,
  now: OwnOffer['to'],
  dialogs: Dialogs,
): Promise<{ to: OwnOffer['to'] } | null> {
  const everybody = vscode.l10n.t('Everybody in the meeting, also who comes later');
  const picked = await vscode.window.showQuickPick(
    [
      { label: everybody, id: null, picked: now === null },
      ...others.map(({ id, name }) => ({ label: plainName(name), id, picked: now?.includes(id) === true })),
    ],
    {
      title: vscode.l10n.t('Who Gets "{0}"', plainName(name)),
      placeHolder: vscode.l10n.t('Who may see it and take it'),
      canPickMany: true,
    },
  );
  if (picked?.length === 0) {
    void dialogs.info(vscode.l10n.t('Nobody was chosen, so nothing was changed. Withdraw takes it back.'));
  }
  if (!picked || picked.length === 0) return null;
  const ids = picked.flatMap(({ id }) => id ?? []);
  return { to: ids.length < picked.length ? null : ids };
}
