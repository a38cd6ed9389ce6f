import { l10n } from 'vscode';
import type { ShareProblem } from './offerBook.ts';
import { plainName } from './personName.ts';

/**
 * What was not shared and why, one sentence for each reason.
 * @param refused names and reasons, in the order of the selection.
 */
export function notSharedSentences(
  refused: readonly { readonly name: string; readonly problem: ShareProblem }[],
): readonly string[] {
  const byProblem = new Map<ShareProblem, string[]>();
  for (const { name, problem } of refused) {
    byProblem.set(problem, [...(byProblem.get(problem) ?? []), name]);
  }
  return Array.from(byProblem, ([problem, names]) => sentence(problem, list(names)));
}

function sentence(problem: ShareProblem, names: string): string {
  switch (problem) {
    case 'folder':
      return l10n.t('Folders cannot be shared yet; select the files in them: {0}.', names);
    case 'not-on-disk':
      return l10n.t('Only files that are saved on a disk of this machine can be shared: {0}.', names);
    case 'other-machine':
      return l10n.t(
        'In this window Parley runs on another machine than these files, which cannot be shared yet: {0}.',
        names,
      );
    case 'not-a-file':
      return l10n.t('Only regular files can be shared: {0}.', names);
    case 'unreadable':
      return l10n.t('This could not be read: {0}.', names);
    case 'already-shared':
      return l10n.t('Already shared: {0}.', names);
    case 'too-many':
      return l10n.t('You share as many files as a meeting can hold. Not shared: {0}.', names);
  }
}

/** The first names; a selection of hundreds does not fit into a sentence. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(plainName).join(', ');
  return names.length > 3 ? l10n.t('{0} and {1} more', shown, names.length - 3) : shown;
}
