import type { ParticipantId } from '../../shared/ids.ts';

/** What a file is known by on this page: its owner and the id that the owner gave it. */
export function fileKey(owner: ParticipantId, id: string): string {
  return `${owner}/${id}`;
}

/** Channel labels: `file/<offer id>/<transfer id>`, and `lane/<transfer id>` on lanes. */
const FILE_LABEL = /^file\/([A-Za-z0-9_-]{22})\/([A-Za-z0-9_-]{22})$/;
const LANE_LABEL = /^lane\/([A-Za-z0-9_-]{22})$/;

/** What the first channel of a transfer asks for. */
export interface Request {
  readonly offer: string;
  readonly transfer: string;
}

export function fileLabel({ offer, transfer }: Request): string {
  return `file/${offer}/${transfer}`;
}

export function laneLabel(transfer: string): string {
  return `lane/${transfer}`;
}

/** `undefined` for any label but one of `fileLabel`. */
export function parseFileLabel(label: string): Request | undefined {
  const [, offer, transfer] = FILE_LABEL.exec(label) ?? [];
  return offer === undefined || transfer === undefined ? undefined : { offer, transfer };
}

/** The transfer that a lane's channel is for; `undefined` for any other label. */
export function parseLaneLabel(label: string): string | undefined {
  return LANE_LABEL.exec(label)?.[1];
}
