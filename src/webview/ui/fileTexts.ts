import type { TransferProblem } from '../../shared/transfer.ts';
import { formatBytes, formatDone } from '../../shared/sizes.ts';
import type { FileModel, TransferModel } from '../model.ts';
import { onlyLooked } from './fileOffers.ts';
import { fileStrings as say, transferSentence } from './fileStrings.ts';
import { formatLeft, formatRate, percentOf } from './format.ts';

// The lines of a row in "Shared files".

/** Between a number and its unit no line breaks. */
const UNIT_SPACE = /(?<=\d) (?=(?:[KMGTP]?B|s|min|h)\b)/gu;

/** What it is and whose: size, files in a folder, from whom or with whom. */
export function metaOf(file: FileModel): string {
  const { kind, size, files, self, taken, to } = file;
  const parts = [formatBytes(size)];
  if (kind === 'folder') parts.push(say.inFiles(files));
  if (!self) parts.push(whose(file));
  else parts.push(to === null ? say.own : say.ownWith(to));
  if (self && taken > 0) parts.push(say.taken(taken));
  return parts.join(' · ');
}

function whose({ gone, ownerHere, ownerName }: FileModel): string {
  if (!gone) return say.from(ownerName);
  if (ownerName === '') return say.leftBefore;
  return ownerHere ? say.withdrawn(ownerName) : say.fromGone(ownerName);
}

/** How far it has come, in percent, where that is worth a bar; null elsewhere. */
export function progressOf({ size, transfer }: FileModel): number | null {
  if (!transfer) return null;
  const { status, bytes } = transfer;
  const stopped = status === 'paused' || status === 'interrupted' || status === 'queued';
  return status === 'running' || (stopped && bytes > 0) ? percentOf(bytes, size) : null;
}

/** The line below the bar, which changes all the time: 43% · 12.3 of 28.1 MB · 9.1 MB/s · 2 s left. */
export function progressLine(file: FileModel): string {
  const { size, transfer } = file;
  const percent = progressOf(file);
  if (!transfer || percent === null) return '';
  const parts = [`${String(percent)}%`, formatDone(transfer.bytes, size)];
  if (transfer.status === 'running') {
    const left = formatLeft(transfer.left);
    parts.push(formatRate(transfer.rate) ?? '', left === null ? '' : say.left(left));
  }
  return parts.filter(Boolean).join(' · ').replaceAll(UNIT_SPACE, '\u00A0');
}

/** What a transfer waits for or has come to, or to whom an own file goes; empty while there is nothing to say. */
export function stateOf(file: FileModel, ahead: number): string {
  const { self, size, transfer, sending } = file;
  if (transfer) return transferState(file, transfer, ahead);
  if (!self) return '';
  if (sending.length === 0) return file.problem === null ? '' : transferSentence(file.problem, 'sender');
  return say.sending(sending.map(({ name, bytes }) => ({ name, percent: percentOf(bytes, size) })));
}

function transferState(file: FileModel, transfer: TransferModel, ahead: number): string {
  const { purpose } = transfer;
  const looks = purpose === 'open' || purpose === 'compare';
  switch (transfer.status) {
    case 'queued':
      return say.queued(ahead);
    case 'asking':
      return looks ? say.fetching : say.asking;
    case 'running':
      return '';
    case 'paused':
      return say.paused;
    case 'interrupted':
      return interruption(file, transfer.problem);
    case 'saved':
      return onlyLooked(file) ? say.looked : say.saved(transfer.savedAs ?? file.name);
    case 'failed': {
      const sentence = transferSentence(transfer.problem ?? 'protocol');
      return transfer.kept ? `${sentence} ${say.kept}` : sentence;
    }
  }
}

function interruption({ gone, ownerHere, ownerName }: FileModel, problem: TransferProblem | null): string {
  if (gone && (ownerHere || ownerName === '')) return say.sharedAgain;
  if (gone || problem === null || problem === 'link-lost') return say.interrupted(ownerName);
  return `${transferSentence(problem)} ${say.goesOn}`;
}

/** What screen readers are told before the state: which file it is about, and while it runs each quarter of the way. */
export function spokenOf(file: FileModel): string {
  const { name, size, transfer } = file;
  if (!transfer) return '';
  if (transfer.status !== 'running') return `${name}: `;
  const quarter = Math.floor(percentOf(transfer.bytes, size) / 25) * 25;
  const doing = say.progressOf(name, transfer.purpose);
  return quarter > 0 && quarter < 100 ? `${doing}: ${String(quarter)}%` : doing;
}
