import { safeFileName } from '../../shared/fileNames.ts';
import type { ParticipantState } from '../../shared/protocol.ts';
import type { Member } from './member.ts';
import type { Notices } from './notices.ts';
import * as say from './sentences.ts';

type Tell = Pick<Notices, 'add'>;

/** Says what is new of a member who was here before: a hand, a presentation, files. */
export function tellNews(notices: Tell, { state }: Member, before: ParticipantState): void {
  const { name } = state;
  const offered = state.offers.filter(({ id }) => !before.offers.some((known) => known.id === id));
  if (state.hand && !before.hand) notices.add('info', say.handSentence(name));
  if (state.presenting !== null && before.presenting === null) {
    notices.add('info', say.presentingSentence(name));
  }
  if (state.presenting === null && before.presenting !== null) {
    notices.add('info', say.notPresentingSentence(name));
  }
  if (offered.length > 0) {
    const names = offered.map((file) => safeFileName(file.name));
    notices.add('info', say.offeredSentence(name, names));
  }
}

/** Says that a member is not here any more. */
export function tellGone(notices: Tell, { state: { name } }: Member, how: 'left' | 'lost'): void {
  if (how === 'left') notices.add('info', say.leftSentence(name));
  else notices.add('warning', say.lostSentence(name));
}
