import { safeFileName } from '../../shared/fileNames.ts';
import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { safeSegments } from '../../shared/manifest.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { FileModel, TransferModel } from '../model.ts';
import { fileKey } from './fileKeys.ts';
import type { Giving } from './giving.ts';
import type { Offered } from './others.ts';

/** What somebody is called, also when they have left. */
export type NameOf = (id: ParticipantId) => string;

/** What an own file is shown with. */
export interface OwnSurroundings {
  readonly self: ParticipantId;
  readonly selfName: string;
  readonly nameOf: NameOf;
  readonly giving: Pick<Giving, 'sending' | 'takers' | 'problem'>;
}

/** An own file as it is shown. */
export function ownModel({ offer, to }: OwnOffer, around: OwnSurroundings): FileModel {
  const { self, selfName, nameOf, giving } = around;
  return {
    ...facts(offer),
    id: fileKey(self, offer.id),
    owner: self,
    ownerName: selfName,
    self: true,
    gone: false,
    ownerHere: true,
    transfer: null,
    sending: giving.sending(offer.id).map((sending) => ({ name: nameOf(sending.to), bytes: sending.bytes })),
    taken: giving.takers(offer.id),
    to: to?.map(nameOf) ?? null,
    problem: giving.problem(offer.id),
  };
}

/** Somebody else's. */
export function othersModel(offered: Offered, transfer: TransferModel | null): FileModel {
  const { key, offer, owner, ownerName, gone, ownerHere } = offered;
  return {
    ...facts(offer),
    id: key,
    owner,
    ownerName,
    self: false,
    gone,
    ownerHere,
    transfer,
    sending: [],
    taken: 0,
    to: null,
    problem: null,
  };
}

/** Shown as it would be saved: a name from outside may look like another one. */
function facts({
  kind,
  name,
  size,
  files,
  path,
}: FileOffer): Pick<FileModel, 'kind' | 'name' | 'size' | 'files' | 'path'> {
  return {
    kind,
    name: safeFileName(name),
    size,
    files,
    path: path === null ? null : safeSegments(path).join('/'),
  };
}
