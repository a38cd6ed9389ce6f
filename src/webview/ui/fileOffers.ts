import type { FileModel, MeetingActions } from '../model.ts';
import { fileStrings as say } from './fileStrings.ts';

/** Something a person can do with a file. */
export type OfferKind =
  | 'save'
  | 'saveAs'
  | 'open'
  | 'compare'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'discard'
  | 'retry'
  | 'show'
  | 'reveal'
  | 'withdraw'
  | 'shareAgain'
  | 'receivers';

/** What stands on a row: one button with a text, and icons. */
export interface RowOffers {
  readonly primary: OfferKind | null;
  readonly tools: readonly OfferKind[];
}

interface Offer {
  readonly icon: string;
  readonly run: (actions: MeetingActions, file: FileModel) => void;
}

/** How each looks and what it does. Going on and trying again are for what the file was taken for. */
export const OFFERS: Readonly<Record<OfferKind, Offer>> = {
  save: { icon: 'save', run: (actions, { id }) => actions.takeFile(id, 'save') },
  saveAs: { icon: 'save-as', run: (actions, { id }) => actions.takeFile(id, 'save-as') },
  open: { icon: 'go-to-file', run: (actions, { id }) => actions.takeFile(id, 'open') },
  compare: { icon: 'compare-changes', run: (actions, { id }) => actions.takeFile(id, 'compare') },
  pause: { icon: 'debug-pause', run: (actions, { id }) => actions.pauseFile(id) },
  resume: { icon: 'debug-continue', run: takeAgain },
  cancel: { icon: 'close', run: (actions, { id }) => actions.cancelFile(id) },
  discard: { icon: 'trash', run: (actions, { id }) => actions.cancelFile(id) },
  retry: { icon: 'refresh', run: takeAgain },
  show: { icon: 'go-to-file', run: (actions, { id }) => actions.showFile(id, 'open') },
  reveal: { icon: 'folder-opened', run: (actions, { id }) => actions.showFile(id, 'reveal') },
  withdraw: { icon: 'close', run: (actions, { id }) => actions.withdrawFile(id) },
  shareAgain: { icon: 'refresh', run: (actions, { id }) => actions.shareAgain(id) },
  receivers: { icon: 'organization', run: (actions, { id }) => actions.chooseReceivers(id) },
};

function takeAgain(actions: MeetingActions, { id, transfer }: FileModel): void {
  actions.takeFile(id, transfer?.purpose ?? 'save');
}

/** What an offer is called on this file: by screen readers, and as its tooltip. */
export function labelOf(kind: OfferKind, { name, transfer }: FileModel): string {
  return kind === 'retry' ? say.retry.label(name, transfer?.purpose ?? 'save') : say[kind].label(name);
}

/** What can be done with a file in its present state. */
export function offersOf(file: FileModel): RowOffers {
  const { self, gone, transfer } = file;
  if (self && file.problem === 'source-changed')
    return { primary: 'shareAgain', tools: ['receivers', 'withdraw'] };
  if (self) return { primary: 'withdraw', tools: ['receivers'] };
  const leave = transfer?.kept === true ? 'discard' : 'cancel';
  switch (transfer?.status) {
    case undefined:
      return gone ? NOTHING : fresh(file);
    case 'asking':
      return { primary: 'cancel', tools: [] };
    case 'queued':
    case 'running':
      return { primary: 'pause', tools: ['cancel'] };
    case 'paused':
      return { primary: 'resume', tools: [leave] };
    case 'interrupted':
      // It waits for who is gone, or not, as the person likes; what only the link stops may be tried at once.
      return { primary: gone ? 'pause' : 'resume', tools: [leave] };
    case 'saved':
      if (onlyLooked(file)) return gone ? NOTHING : fresh(file);
      return { primary: 'show', tools: gone ? ['reveal'] : [...comparing(file), 'saveAs', 'reveal'] };
    case 'failed': {
      const kept: readonly OfferKind[] = transfer.kept ? ['discard'] : [];
      // What was saved before can still be shown.
      if (transfer.savedAs !== null) return { primary: 'show', tools: [...again(file), 'reveal', ...kept] };
      if (gone) return { primary: null, tools: kept };
      // Its owner has to do something first; then there is another row.
      if (transfer.problem === 'source-changed') return { primary: null, tools: ['retry'] };
      return { primary: 'retry', tools: ['saveAs', ...kept] };
    }
  }
}

const NOTHING: RowOffers = { primary: null, tools: [] };

function fresh(file: FileModel): RowOffers {
  const opening = file.kind === 'file' ? (['open'] as const) : [];
  return { primary: 'save', tools: [...opening, ...comparing(file), 'saveAs'] };
}

function again({ gone }: FileModel): readonly OfferKind[] {
  return gone ? [] : ['retry', 'saveAs'];
}

function comparing({ kind, path }: FileModel): readonly OfferKind[] {
  return kind === 'file' && path !== null ? ['compare'] : [];
}

/** The transfer is done, but was for a look only: there is nothing of it to show. */
export function onlyLooked({ transfer }: FileModel): boolean {
  return transfer?.status === 'saved' && (transfer.purpose === 'open' || transfer.purpose === 'compare');
}

/** Whether "Save all files" would take it. */
export function canSave(file: FileModel): boolean {
  const { primary } = offersOf(file);
  const unfinished = (primary === 'retry' || primary === 'resume') && file.transfer?.savedAs === null;
  return !file.gone && (primary === 'save' || unfinished);
}
