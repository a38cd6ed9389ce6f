import * as vscode from 'vscode';
import { formatInvite, parseInvite, type Invite } from '../shared/invite.ts';
import type { Dialogs } from './dialogs.ts';
import { handOutInvite } from './handOutInvite.ts';
import { inviteProblemSentence, joinDetail, meetingOf, meetingPlace } from './inviteSentences.ts';
import type { Log } from './log.ts';
import type { MeetingSession } from './meetingSession.ts';
import { readSettings } from './settings.ts';

const HOUR = 3_600_000;

/** Reads invites, writes them, and says what has to be said of them. */
export class Invitations {
  readonly #dialogs: Dialogs;
  readonly #log: Log;

  constructor(dialogs: Dialogs, log: Log) {
    this.#dialogs = dialogs;
    this.#log = log;
  }

  /** The invite in a text; where there is none that can be used, the person is told why. */
  read(text: string): Invite | undefined {
    const result = parseInvite(text, Date.now());
    if (result.ok) return result.invite;
    this.#log('info', `an invite could not be used: ${result.problem}`);
    void this.#dialogs.error(inviteProblemSentence(result.problem));
    return undefined;
  }

  async confirmJoin(invite: Invite): Promise<boolean> {
    const join = vscode.l10n.t('Join');
    const question = vscode.l10n.t('Join {0} at {1}?', meetingOf(invite), meetingPlace(invite));
    return (await this.#dialogs.question(question, joinDetail(invite), join)) === join;
  }

  /** A new invite to a meeting that this person is in. */
  write(session: MeetingSession): string {
    const expires = Date.now() + readSettings().inviteExpireAfterHours * HOUR;
    return formatInvite(vscode.env.uriScheme, session.invite(expires));
  }

  /** Whether the invite that this person hands on has expired, which they are told. */
  hasExpired(session: MeetingSession): boolean {
    const { inviteExpires } = session.facts;
    if (inviteExpires === null || inviteExpires > Date.now()) return false;
    void this.#dialogs.warning(
      vscode.l10n.t('The invite you came with has expired. Ask the host of the meeting for a new one.'),
    );
    return true;
  }

  /** Puts an invite on the clipboard and says so; true when the person wants it there once more. */
  handOut(invite: string, occasion: 'started' | 'copied'): Promise<boolean> {
    return handOutInvite(invite, occasion, this.#dialogs, this.#log);
  }
}
