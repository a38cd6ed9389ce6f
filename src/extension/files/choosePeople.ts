import * as vscode from 'vscode';
import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { MeetingStatus } from '../../shared/hostRpc.ts';
import { plainName } from '../personName.ts';

type People = MeetingStatus['others'];

/** Lets the person choose some of those in the meeting; `undefined` when they chose nobody. */
export async function choosePeople(others: People): Promise<string[] | undefined> {
  const picked = await vscode.window.showQuickPick(
    others.map(({ id, name }) => ({ label: plainName(name), id })),
    {
      title: vscode.l10n.t('Share With'),
      placeHolder: vscode.l10n.t('Only who you choose sees what you share'),
      canPickMany: true,
    },
  );
  return picked && picked.length > 0 ? picked.map(({ id }) => id) : undefined;
}

/**
 * Lets the person change to whom an offer goes.
 * @returns null when they thought better of it.
 */
export async function changePeople(
  name: string,
  others: People,
  now: OwnOffer['to'],
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
  if (!picked || picked.length === 0) return null;
  const ids = picked.flatMap(({ id }) => id ?? []);
  return { to: ids.length < picked.length ? null : ids };
}
