import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { samenessOf, type OfferFacts } from '../../shared/sameness.ts';
import { formatBytes, MEGABYTE } from '../../shared/sizes.ts';
import type { Dialogs } from '../dialogs.ts';
import { plainName } from '../personName.ts';
import { readSettings } from '../settings.ts';
import { isPlaceOpen } from './saveTargets.ts';

/**
 * What is taken without a click: what the settings say, each thing once in a meeting. To a page that was reopened every
 * offer is new.
 */
export class Acceptance {
  /** What the person has, or threw away. */
  readonly #settled = new Set<string>();

  /** Whether the settings say to take an offer without a click, and nothing has to be asked for it. */
  mayTake(offer: FileOffer, fromHost: boolean): boolean {
    const { filesAutoAccept, filesAskAbove, ...where } = readSettings();
    const trusted = filesAutoAccept === 'everyone' || (filesAutoAccept === 'host' && fromHost);
    return trusted && !isLarge(offer.size, filesAskAbove) && !isPlaceOpen(where) && !this.isSettled(offer);
  }

  /** The person asked for it. */
  want(offer: OfferFacts): void {
    this.#settled.delete(samenessOf(offer));
  }

  /** It was saved, or what came of it is not wanted. */
  settle(offer: OfferFacts): void {
    this.#settled.add(samenessOf(offer));
  }

  isSettled(offer: OfferFacts): boolean {
    return this.#settled.has(samenessOf(offer));
  }
}

/** Whether to ask about something of so many bytes; `askAbove` in megabytes, 0 asks always. */
export function isLarge(size: number, askAbove: number): boolean {
  return askAbove === 0 || size > askAbove * MEGABYTE;
}

/** Asks whether to save something large. */
export async function confirmLarge(offer: FileOffer, from: string, dialogs: Dialogs): Promise<boolean> {
  const save = vscode.l10n.t('Save');
  const name = plainName(safeFileName(offer.name));
  const question =
    offer.kind === 'folder'
      ? vscode.l10n.t(
          'Save the folder "{0}" from {1}? It has {2} files, {3} together.',
          name,
          plainName(from),
          offer.files,
          formatBytes(offer.size),
        )
      : vscode.l10n.t('Save "{0}" from {1}? It has {2}.', name, plainName(from), formatBytes(offer.size));
  // Whoever has pressed Save waits for it: a notification may be held back, and then nothing would happen.
  return (await dialogs.question(question, '', save)) === save;
}
