import * as vscode from 'vscode';
import type { PressAnswer, PressedControl } from '../shared/hostRpc.ts';
import type { Invite } from '../shared/invite.ts';
import { askForInvite } from './askForInvite.ts';
import { readClipboard, writeClipboard } from './clipboard.ts';
import type { Dialogs } from './dialogs.ts';
import { ContextKeys } from './ids.ts';
import { Invitations } from './invitations.ts';
import { meetingOf } from './inviteSentences.ts';
import { inviteFromUri } from './inviteUri.ts';
import type { Log } from './log.ts';
import { askForMeeting, askNewInvite, askToEnter, askToReplace } from './meetingQuestions.ts';
import type { MeetingSession } from './meetingSession.ts';
import { OnlyMeeting } from './onlyMeeting.ts';
import { openAsGuest, openAsHost } from './openMeeting.ts';
import { tellNotPressed, tellPressed } from './pressButton.ts';
import { replaceOnClipboard } from './renewInvite.ts';
import { selectedUris } from './selectedUris.ts';
import { SetupTest } from './setup/setupTest.ts';
import { setTurnPassword } from './turnPassword.ts';

/** Carries out the commands. It makes at most one meeting at a time and ends what it made. */
export class MeetingManager {
  readonly #extension: vscode.ExtensionContext;
  readonly #dialogs: Dialogs;
  readonly #log: Log;
  readonly #invites: Invitations;
  readonly #meeting: OnlyMeeting;
  /** The invite of a meeting's start, until its host has said in the lobby who they are. */
  #first: { readonly session: MeetingSession; readonly invite: string } | undefined;
  readonly #setup: SetupTest;

  constructor(extension: vscode.ExtensionContext, dialogs: Dialogs, log: Log) {
    this.#extension = extension;
    this.#dialogs = dialogs;
    this.#log = log;
    this.#invites = new Invitations(dialogs, log);
    this.#setup = new SetupTest(extension, dialogs, log, () => this.#meeting.session !== undefined);
    this.#meeting = new OnlyMeeting({
      extension,
      dialogs,
      log,
      copyInvite: () => this.copyInvite(),
      onNamed: () => void this.#renewInvite(),
      onServerMoved: () => void this.#offerNewInvite(),
    });
  }

  /** Starts a meeting and gives its invite; `undefined` when there is none to give (the person was told why). */
  async startMeeting(): Promise<string | undefined> {
    if (!(await this.#makeRoom(vscode.l10n.t('Leave and Start')))) return undefined;
    const session = await this.#meeting.open({
      title: vscode.l10n.t('Starting the meeting…'),
      role: 'host',
      open: openAsHost,
      retry: () => this.startMeeting(),
    });
    if (!session) return undefined;
    const invite = this.#invites.write(session);
    this.#first = { session, invite };
    void this.#handOutInvite(invite, 'started');
    return invite;
  }

  /**
   * Joins a meeting.
   * @param argument an invite; without one, the person is asked for it. Anything but a text counts as none.
   */
  async joinMeeting(argument?: unknown): Promise<void> {
    if (typeof argument === 'string') {
      const invite = this.#invites.read(argument);
      if (invite && (await this.#invites.confirmJoin(invite))) await this.#join(invite);
      return;
    }
    const invite = await askForInvite(this.#dialogs, this.#log);
    if (invite) await this.#join(invite);
  }

  /** An invite was opened as a link. Nothing happens without a yes. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    this.#log('info', 'a link was opened');
    const invite = this.#invites.read(inviteFromUri(uri));
    if (invite && (await this.#invites.confirmJoin(invite))) await this.#join(invite);
  }

  async leaveMeeting(): Promise<void> {
    const session = this.#meeting.session;
    if (!session) return this.#sayNoMeeting();
    if (session.state.phase !== 'closed' && session.state.phase !== 'in')
      return this.#meeting.end(session, 'gave-up');
    if (await session.askToLeave()) return;
    const leave = vscode.l10n.t('Leave Meeting');
    const answer = await this.#dialogs.question(vscode.l10n.t('Leave the meeting?'), '', leave);
    if (answer === leave) await session.leaveNow().then(() => this.#meeting.end(session, 'left'));
  }

  async copyInvite(): Promise<void> {
    const session = this.#meeting.session;
    if (!session) return this.#sayNoMeeting();
    if (this.#invites.hasExpired(session)) return;
    note(ContextKeys.hasInvited);
    void this.#handOutInvite(this.#invites.write(session), 'copied');
  }

  /** Shares the selection of the explorer, the file of an editor tab, or the active editor's file. */
  async shareFile(clicked?: unknown, selected?: unknown): Promise<void> {
    await this.#share(selectedUris(clicked, selected), 'everybody');
  }

  /** The same, with people who are chosen first. */
  async shareFileWith(clicked?: unknown, selected?: unknown): Promise<void> {
    await this.#share(selectedUris(clicked, selected), 'chosen');
  }

  setTurnPassword(): Promise<void> {
    return setTurnPassword(this.#extension.secrets, this.#dialogs);
  }

  /** Tries everything that a meeting needs, beside one that may be on. */
  testSetup(): Promise<void> {
    return this.#setup.show();
  }

  openPanel(): void {
    if (this.#meeting.session) this.#meeting.session.reveal();
    else this.#sayNoMeeting();
  }

  /** Presses a button of the meeting's page, which may be out of sight. */
  async press(what: PressedControl): Promise<void> {
    const session = this.#meeting.session;
    if (!session) return this.#sayNoMeeting();
    const answer = session.state.phase === 'in' ? await session.press(what) : OUT;
    if (!answer) tellNotPressed(this.#dialogs);
    else if (answer.outcome === 'out') void this.#sayNotIn(session);
    else tellPressed(what, answer, this.#dialogs);
  }

  /** See `OnlyMeeting.comeBack`. */
  comeBack(): Promise<void> {
    return this.#meeting.comeBack();
  }

  /** See `OnlyMeeting.revive`. */
  revive(panel: vscode.WebviewPanel): void {
    this.#meeting.revive(panel);
  }

  /** The extension host ends. */
  async dispose(): Promise<void> {
    await Promise.all([this.#meeting.dispose(), this.#setup.dispose()]);
  }

  async #join(invite: Invite): Promise<void> {
    const { session } = this.#meeting;
    if (session?.facts.room === invite.room) {
      session.reveal();
      // Whose server the others have given up is alone in the room, and learns from the invite where they are.
      const followed = await session.followInvite(invite.servers);
      void this.#dialogs.info(
        followed
          ? vscode.l10n.t('The meeting has moved to another server. You are led there.')
          : vscode.l10n.t('You are in this meeting already.'),
      );
      return;
    }
    if (!(await this.#makeRoom(vscode.l10n.t('Leave and Join')))) return;
    await this.#meeting.open({
      title: vscode.l10n.t('Joining {0}…', meetingOf(invite)),
      role: 'guest',
      open: (options) => openAsGuest(options, invite),
      retry: () => this.#join(invite),
    });
  }

  /** Sees to it that no meeting is on, asking where one is. False when the person stays in it. */
  async #makeRoom(leaveAndGoOn: string): Promise<boolean> {
    await this.#meeting.settled();
    const session = this.#meeting.session;
    if (session) {
      session.reveal();
      if (!(await askToReplace(session.facts.role, leaveAndGoOn, this.#dialogs))) return false;
      await session.leaveNow();
      await this.#meeting.end(session, 'replaced');
    }
    await this.#setup.stop();
    return true;
  }

  async #offerNewInvite(): Promise<void> {
    const session = this.#meeting.session;
    if (!session) return;
    session.tellServers();
    if ((await askNewInvite(this.#dialogs)) && session === this.#meeting.session) await this.copyInvite();
  }

  /** The invite that was put on the clipboard at the start names the host as Git does: now as they are called here. */
  async #renewInvite(): Promise<void> {
    const first = this.#first;
    this.#first = undefined;
    const { session } = this.#meeting;
    if (!session || first?.session !== session || !session.isRenamed) return;
    // In a browser, reading the clipboard may ask for a permission, which nobody expects at this moment.
    if (vscode.env.uiKind !== vscode.UIKind.Desktop) return;
    const log = this.#log;
    await replaceOnClipboard(first.invite, this.#invites.write(session), {
      read: () => readClipboard(log),
      write: (text) => writeClipboard(text, log),
    });
  }

  async #handOutInvite(invite: string, occasion: 'started' | 'copied'): Promise<void> {
    if (await this.#invites.handOut(invite, occasion)) await this.copyInvite();
  }

  async #share(uris: readonly vscode.Uri[], audience: 'everybody' | 'chosen'): Promise<void> {
    const { session } = this.#meeting;
    if (!session) return this.#sayNoMeeting();
    await session.shares.share(uris, audience);
    if (session.shares.offers.length > 0) note(ContextKeys.hasShared);
  }

  #sayNoMeeting(): void {
    void askForMeeting(this.#dialogs);
  }

  async #sayNotIn(session: MeetingSession): Promise<void> {
    if ((await askToEnter(this.#dialogs)) && session === this.#meeting.session) session.reveal();
  }
}

const OUT: PressAnswer = { outcome: 'out', hint: null };

/** Remembers for this window that something was done. */
function note(key: (typeof ContextKeys)[keyof typeof ContextKeys]): void {
  void vscode.commands.executeCommand('setContext', key, true);
}
