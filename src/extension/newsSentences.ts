import { l10n } from 'vscode';
import type { News } from './unseen.ts';

/** What is new in the meeting, in short: "1 new message, 2 new files". Empty when nothing is. */
export function newsText({ lines, files, hands }: News): string {
  const parts: string[] = [];
  if (lines > 0) parts.push(lines === 1 ? l10n.t('1 new message') : l10n.t('{0} new messages', lines));
  if (files > 0) parts.push(files === 1 ? l10n.t('1 new file') : l10n.t('{0} new files', files));
  if (hands > 0) parts.push(hands === 1 ? l10n.t('1 raised hand') : l10n.t('{0} raised hands', hands));
  return parts.join(', ');
}
