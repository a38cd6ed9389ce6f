import * as vscode from 'vscode';
import type { Dialogs } from '../dialogs.ts';
import type { Chosen, ChosenFolder } from './chosen.ts';
import { plainName } from '../personName.ts';
import type { Offering } from './offerBook.ts';
import { withPatience } from './patience.ts';
import type { Scanned, ScannedFile } from './scan.ts';
import { suspectFile, suspectFiles, without, type Suspect } from './secretSearch.ts';
import { pathList, suspectList, type Refused } from './shareSentences.ts';
import type { Spool } from './spool.ts';

/** What can be put on offer, and what cannot. */
export interface MadeOfferings {
  readonly offerings: readonly Offering[];
  readonly refused: readonly Refused[];
  /** The folders among them. */
  readonly folders: readonly Scanned[];
}

interface Tools {
  readonly dialogs: Dialogs;
  readonly spool: Spool;
}

/** Something that was looked through, and what of it is suspect. */
type Item =
  { readonly chosen: Chosen & { kind: 'file' }; readonly suspect: Suspect | undefined } | ScannedItem;

interface ScannedItem {
  readonly chosen: ChosenFolder;
  readonly scanned: Scanned;
  readonly suspects: ReadonlyMap<ScannedFile, Suspect>;
}

/**
 * Looks through what was chosen and asks, once each, whether to share what git ignores and what looks like a secret.
 * @returns `undefined` when the person thought better of it.
 */
export async function makeOfferings(
  chosen: readonly Chosen[],
  { dialogs, spool }: Tools,
): Promise<MadeOfferings | undefined> {
  const folders = chosen.filter((each) => each.kind === 'folder');
  let looked = await lookThrough(chosen, true);
  if (!looked) return undefined;
  const ignored = looked.items.flatMap((item) => ('scanned' in item ? [item] : []));
  if (countIgnored(ignored) > 0) {
    const answer = await askAboutIgnored(ignored, folders, dialogs);
    if (answer === undefined) return undefined;
    if (answer === 'everything') looked = await lookThrough(chosen, false);
    if (!looked) return undefined;
  }
  const { refused } = looked;
  const suspects = looked.items.flatMap(suspectsOf);
  const others = looked.items.some((item) => 'scanned' in item || !item.suspect);
  const answer = suspects.length > 0 ? await askAboutSecrets(suspects, others, dialogs) : 'everything';
  if (answer === undefined) return undefined;
  const offerings: Offering[] = [];
  const shared: Scanned[] = [];
  for (const item of looked.items) {
    if ('scanned' in item) {
      const scanned = answer === 'without' ? without(item.scanned, item.suspects) : item.scanned;
      shared.push(scanned);
      offerings.push(item.chosen.offering(scanned, spool));
    } else if (answer === 'without' && item.suspect) continue;
    else offerings.push(item.chosen.offering(spool));
  }
  return { offerings, refused, folders: shared };
}

async function lookThrough(
  chosen: readonly Chosen[],
  withRules: boolean,
): Promise<{ items: Item[]; refused: Refused[] } | undefined> {
  const items: Item[] = [];
  const refused: Refused[] = [];
  const title = vscode.l10n.t('Looking through what to share…');
  const looking = await withPatience(title, async (signal, report) => {
    for (const each of chosen) {
      const item = await lookAt(each, withRules, signal, report);
      if (signal.aborted || item === 'cancelled') return false;
      if (typeof item === 'string') refused.push({ name: each.name, problem: item });
      else items.push(item);
    }
    return true;
  });
  return looking ? { items, refused } : undefined;
}

async function lookAt(
  chosen: Chosen,
  withRules: boolean,
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<Item | Refused['problem'] | 'cancelled'> {
  if (chosen.kind === 'file') return { chosen, suspect: await suspectFile(chosen) };
  const onProgress = (files: number): void => report(vscode.l10n.t('{0} files', files));
  const scanned = await chosen.scan(withRules, { signal, onProgress });
  if (typeof scanned === 'string') return scanned;
  return { chosen, scanned, suspects: await suspectFiles(chosen.name, chosen.tree, scanned, signal) };
}

function countIgnored(items: readonly ScannedItem[]): number {
  return items.reduce((sum, { scanned }) => sum + scanned.leftOut.ignored, 0);
}

function suspectsOf(item: Item): Suspect[] {
  if ('scanned' in item) return [...item.suspects.values()];
  return item.suspect ? [item.suspect] : [];
}

async function askAboutIgnored(
  items: readonly ScannedItem[],
  folders: readonly ChosenFolder[],
  dialogs: Dialogs,
): Promise<'without' | 'everything' | undefined> {
  const without = vscode.l10n.t('Share Without Them');
  const everything = vscode.l10n.t('Share Everything');
  const [folder] = folders;
  const question =
    folders.length === 1 && folder
      ? vscode.l10n.t('"{0}" holds what git ignores. Share it, too?', plainName(folder.name))
      : vscode.l10n.t('The folders hold what git ignores. Share it, too?');
  const names = items.flatMap(({ chosen: { name }, scanned }) =>
    scanned.ignored.map((path) => (items.length === 1 ? path : `${name}/${path}`)),
  );
  const list = pathList(names, countIgnored(items));
  const note = vscode.l10n.t('These are mostly things that others can make or fetch themselves.');
  const answer = await dialogs.question(question, `${list}\n\n${note}`, without, everything);
  if (answer === undefined) return undefined;
  return answer === without ? 'without' : 'everything';
}

/** @param others whether there is anything to share without them. */
async function askAboutSecrets(
  suspects: readonly Suspect[],
  others: boolean,
  dialogs: Dialogs,
): Promise<'without' | 'everything' | undefined> {
  const without =
    suspects.length === 1 ? vscode.l10n.t('Share Without It') : vscode.l10n.t('Share Without Them');
  const anyway = vscode.l10n.t('Share Anyway');
  const question =
    suspects.length === 1
      ? vscode.l10n.t('This file looks like a secret. Share it?')
      : vscode.l10n.t('{0} files look like secrets. Share them?', suspects.length);
  const no = vscode.l10n.t("Don't Share");
  // Enter presses the first one, and shares no secret.
  const buttons = others ? [without, anyway] : [no, anyway];
  const answer = await dialogs.risk(question, suspectList(suspects), ...buttons);
  if (answer === undefined || answer === no) return undefined;
  return answer === without ? 'without' : 'everything';
}
