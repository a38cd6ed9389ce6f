import * as vscode from 'vscode';
import type { Dialogs } from '../dialogs.ts';
import type { Part } from './partBook.ts';
import { nameList } from './shareSentences.ts';

/** Tells what was not received to its end, and asks whether it is to be removed. */
export async function confirmRemoval(parts: readonly Part[], dialogs: Dialogs): Promise<boolean> {
  const remove = vscode.l10n.t('Remove');
  const sentence = vscode.l10n.t(
    'Not received to the end: {0}. What there is of it is kept, to go on from when it is shared again.',
    nameList(parts.map(({ goal }) => goal.name)),
  );
  return (await dialogs.info(sentence, remove, vscode.l10n.t('Keep'))) === remove;
}
