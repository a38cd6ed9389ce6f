import { l10n } from 'vscode';
import { MAX_ENTRIES, MAX_OFFERS, MAX_PATH, MAX_PATH_DEPTH } from '../../shared/limits.ts';
import { plainName } from '../personName.ts';
import type { ScanProblem, Scanned } from './scan.ts';
import type { SecretReason } from './secretGuard.ts';
import type { Suspect } from './secretSearch.ts';

/** Why something is not on offer. */
export type ShareProblem =
  Exclude<ScanProblem, 'cancelled'> | 'never-saved' | 'not-a-file' | 'gone' | 'already-shared' | 'too-many';

/** Something that was not shared. */
export interface Refused {
  readonly name: string;
  readonly problem: ShareProblem;
}

/** Names in a list of what is suspect; more do not fit onto a screen. */
const MAX_LISTED = 12;

/** What was not shared and why, one sentence for each reason, in the order of the selection. */
export function notSharedSentences(refused: readonly Refused[]): readonly string[] {
  const byProblem = new Map<ShareProblem, string[]>();
  for (const { name, problem } of refused) {
    byProblem.set(problem, [...(byProblem.get(problem) ?? []), name]);
  }
  return Array.from(byProblem, ([problem, names]) => sentence(problem, nameList(names)));
}

function sentence(problem: ShareProblem, names: string): string {
  switch (problem) {
    case 'never-saved':
      return l10n.t('This was never saved, so there is no file to share; save it first: {0}.', names);
    case 'not-a-file':
      return l10n.t('Only files and folders can be shared: {0}.', names);
    case 'gone':
      return l10n.t('This is not there any more: {0}.', names);
    case 'unreadable':
      return l10n.t('This could not be read: {0}.', names);
    case 'already-shared':
      return l10n.t('Already shared: {0}.', names);
    case 'too-many':
      return l10n.t(
        'You share {0} files and folders already, as many as a meeting can hold; withdraw some first. Not shared: {1}.',
        MAX_OFFERS,
        names,
      );
    case 'too-many-files':
      return l10n.t(
        'A folder with more than {0} files cannot be shared; choose a part of it: {1}.',
        MAX_ENTRIES,
        names,
      );
    case 'path-too-long':
      return l10n.t('Not shared, because paths in it are longer than {0} characters: {1}.', MAX_PATH, names);
    case 'too-deep':
      return l10n.t(
        'Not shared, because it has folders more than {0} levels deep: {1}.',
        MAX_PATH_DEPTH,
        names,
      );
    case 'too-large':
      return l10n.t('Not shared, because it is too large: {0}.', names);
  }
}

/** What stands below the question whether to share what looks like secrets: each file, and why. */
export function suspectList(suspects: readonly Suspect[]): string {
  const lines = suspects
    .slice(0, MAX_LISTED)
    .map(({ path, reason }) => l10n.t('{0}: {1}', plainName(path), reasonText(reason)));
  const more = suspects.length - lines.length;
  return [...lines, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join('\n');
}

function reasonText(reason: SecretReason): string {
  switch (reason) {
    case 'environment':
      return l10n.t('settings of an environment, which often hold passwords');
    case 'private-key':
      return l10n.t('a private key');
    case 'key-store':
      return l10n.t('a store of keys or passwords');
    case 'credentials':
      return l10n.t('passwords or tokens of a program');
    case 'service-account':
      return l10n.t('the key of a service account');
  }
}

/** Paths, one a line. @param all how many there are; not all of them may be named. */
export function pathList(paths: readonly string[], all: number): string {
  const lines = paths.slice(0, MAX_LISTED).map(plainName);
  const more = all - lines.length;
  return [...lines, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join('\n');
}

/** Names of people, as a sentence has them. */
export function peopleList(names: readonly string[]): string {
  return names.map(plainName).join(', ');
}

/** What of folders is not handed over, whatever was chosen; empty when that is nothing. */
export function leftOutSentences(folders: readonly Scanned[]): readonly string[] {
  const sum = (kind: 'links' | 'special' | 'unreadable'): number =>
    folders.reduce((total, { leftOut }) => total + leftOut[kind], 0);
  const sentences: string[] = [];
  if (sum('links') > 0) sentences.push(l10n.t('Links are left out: {0}.', sum('links')));
  if (sum('special') > 0)
    sentences.push(l10n.t('Pipes, sockets and devices are left out: {0}.', sum('special')));
  if (sum('unreadable') > 0)
    sentences.push(l10n.t('What could not be read is left out: {0}.', sum('unreadable')));
  return sentences;
}

/** The first names; a selection of hundreds does not fit into a sentence. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(plainName).join(', ');
  return names.length > 3 ? l10n.t('{0} and {1} more', shown, names.length - 3) : shown;
}
