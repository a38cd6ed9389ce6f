import { l10n } from 'vscode';
import type { Invite, InviteProblem } from '../shared/invite.ts';
import { plainName } from './personName.ts';
import { addressesToShow } from './serverUrl.ts';

/** What is wrong with a text that is no usable invite, and what to do about it. */
export function inviteProblemSentence(problem: InviteProblem): string {
  switch (problem) {
    case 'not-an-invite':
      return l10n.t('This is not a Parley invite. An invite looks like "vscode://parley.parley/join…".');
    case 'damaged':
      return l10n.t('This invite is not complete. Copy the whole of it and try again.');
    case 'newer-version':
      return l10n.t('This invite comes from a newer version of Parley. Update Parley to join.');
    case 'older-version':
      return l10n.t(
        'This invite comes from an older version of Parley. Ask its sender to update Parley and to send a new one.',
      );
    case 'expired':
      return l10n.t('This invite has expired. Ask somebody in the meeting for a new one.');
  }
}

/** "Alice's meeting", or "the meeting" when the invite names nobody. */
export function meetingOf(invite: Invite): string {
  const name = plainName(invite.hostName);
  return name ? l10n.t("{0}'s meeting", name) : l10n.t('the meeting');
}

/** Where an invite leads, in short: the first address, and how many more there are. */
export function meetingPlace(invite: Invite): string {
  const addresses = addressesToShow(invite.servers);
  const [first = ''] = addresses;
  return addresses.length > 1 ? l10n.t('{0} (and {1} more)', first, addresses.length - 1) : first;
}

/** What happens on "Join", for the modal question. */
export function joinDetail(invite: Invite): string {
  return l10n.t(
    'Parley will connect to {0}. Your camera, your microphone and your files are shared only when you say so.',
    addressesToShow(invite.servers).join(', '),
  );
}
