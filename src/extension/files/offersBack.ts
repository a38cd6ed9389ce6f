import * as vscode from 'vscode';
import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { errorText, type Log } from '../log.ts';
import { choose, type ChosenFolder } from './chosen.ts';
import type { Offering } from './offerBook.ts';
import { suspectFiles, without } from './secretSearch.ts';
import type { Spool } from './spool.ts';

/** Something that was on offer, and where it lies. */
export interface KeptOffer {
  readonly own: OwnOffer;
  readonly uri: string;
}

/** Milliseconds in which all of them have to be found again: others wait for the person meanwhile. */
const TIME_LIMIT = 10_000;

/**
 * Finds what was on offer before a restart, without a question: what the person chose then holds. Whatever is not
 * exactly what others were told of is left out; it can be shared again, as it is now.
 */
export async function findOffersAgain(
  kept: readonly KeptOffer[],
  { spool, log }: { readonly spool: Spool; readonly log: Log },
): Promise<{ readonly own: OwnOffer; readonly offering: Offering }[]> {
  const signal = AbortSignal.timeout(TIME_LIMIT);
  const found = await Promise.all(
    kept.map(async ({ own, uri }) => {
      try {
        const offering = await findAgain(own.offer, vscode.Uri.parse(uri, true), { spool, log, signal });
        if (!offering) log('info', `a ${own.offer.kind} is not on offer any more: it is not what it was`);
        return offering ? [{ own, offering }] : [];
      } catch (error) {
        log('warn', `a ${own.offer.kind} is not on offer any more: ${errorText(error)}`);
        return [];
      }
    }),
  );
  return found.flat();
}

interface Tools {
  readonly spool: Spool;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function findAgain(offer: FileOffer, uri: vscode.Uri, tools: Tools): Promise<Offering | undefined> {
  const chosen = await choose(uri, tools.log);
  if (typeof chosen === 'string' || chosen.kind !== offer.kind) return undefined;
  if (chosen.kind === 'folder') return findFolder(offer, chosen, tools);
  const offering = chosen.offering(tools.spool);
  if (isSame(offering, offer)) return offering;
  offering.dispose();
  return undefined;
}

/** What the person once answered about ignored files and secrets shows in what was on offer. */
async function findFolder(
  offer: FileOffer,
  folder: ChosenFolder,
  { spool, signal }: Tools,
): Promise<Offering | undefined> {
  for (const withRules of [true, false]) {
    const scanned = await folder.scan(withRules, { signal });
    if (typeof scanned === 'string') continue;
    const suspects = await suspectFiles(folder.name, folder.tree, scanned, signal);
    if (signal.aborted) return undefined;
    const ways = suspects.size > 0 ? [without(scanned, suspects), scanned] : [scanned];
    for (const way of ways) {
      const offering = folder.offering(way, spool);
      if (isSame(offering, offer)) return offering;
      offering.dispose();
    }
  }
  return undefined;
}

function isSame({ facts }: Offering, offer: FileOffer): boolean {
  const { kind, name, size, files, modified } = facts;
  return (
    kind === offer.kind &&
    name === offer.name &&
    size === offer.size &&
    files === offer.files &&
    modified === offer.modified
  );
}
