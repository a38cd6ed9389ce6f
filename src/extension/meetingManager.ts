import * as vscode from 'vscode';
import { formatInvite, parseInvite, type Invite } from '../shared/invite.ts';
import type { Dialogs } from './dialogs.ts';
import { handOutInvite } from './handOutInvite.ts';
import { ContextKeys } from './ids.ts';
import { inviteProblemSentence, joinDetail, meetingOf, meetingPlace } from './inviteSentences.ts';
import { inviteFromUri } from './inviteUri.ts';
import { errorText, type Log } from './log.ts';
import type { EndedHow, MeetingSession } from './meetingSession.ts';
import { openAsGuest, openAsHost, type OpenMeetingOptions } from './openMeeting.ts';
import { readNetwork } from './networkSettings.ts';
import { defaultName } from './personName.ts';
import { askForInvite } from './askForInvite.ts';
import type { SessionState } from './sessionState.ts';
import { readSettings } from './settings.ts';
import { reportStartFailure } from './startFailures.ts';
import { StatusBar } from './statusBar.ts';
import { setTurnPassword } from './turnPassword.ts';

/** Where the name of the last meeting is kept. */
const NAME_KEY = 'parley.name';
const HOUR = 3_600_000;

/** Starting or joining, and what to say while it goes on. */
interface WayIn {
  readonly title: string;
  readonly role: 'host' | 'guest';
  readonly open: (options: OpenMeetingOptions) => Promise<MeetingSession>;
  readonly retry: () => Promise<unknown>;
}

/** Carries out the commands. It makes at most one meeting at a time and ends what it made. */
export class MeetingManager {
  readonly #extension: vscode.ExtensionContext;
  readonly #dialogs: Dialogs;
  readonly #log: Log;
  readonly #statusBar = new StatusBar();
  #session: MeetingSession | undefined;
  /** A start or join under way: a second one waits for it instead of making a second meeting. */
  #opening: Promise<unknown> | undefined;

  constructor(extension: vscode.ExtensionContext, dialogs: Dialogs, log: Log) {
    this.#extension = extension;
    this.#dialogs = dialogs;
    this.#log = log;
  }

  /** Starts a meeting and gives its invite; `undefined` when there is none to give (the person was told why). */
  async startMeeting(): Promise<string | undefined> {
    if (!(await this.#makeRoom(vscode.l10n.t('Leave and Start')))) return undefined;
    const session = await this.#open({
      title: vscode.l10n.t('Starting the meeting…'),
      role: 'host',
      open: openAsHost,
      retry: () => this.startMeeting(),
    });
    if (!session) return undefined;
    const invite = this.#writeInvite(session);
    void this.#handOutInvite(invite, 'started');
    return invite;
  }

  /**
   * Joins a meeting.
   * @param argument an invite; without one, the person is asked for it. Anything but a text counts as none.
   */
  async joinMeeting(argument?: unknown): Promise<void> {
    if (typeof argument === 'string') {
      const invite = this.#readInvite(argument);
      if (invite && (await this.#confirmJoin(invite))) await this.#join(invite);
      return;
    }
    const invite = await askForInvite(this.#dialogs, this.#log);
    if (invite) await this.#join(invite);
  }

  /** An invite was opened as a link. Nothing happens without a yes. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    this.#log('info', 'a link was opened');
    const invite = this.#readInvite(inviteFromUri(uri));
    if (invite && (await this.#confirmJoin(invite))) await this.#join(invite);
  }

  async leaveMeeting(): Promise<void> {
    const session = this.#session;
    if (!session) return this.#sayNoMeeting();
    if (session.state.phase !== 'closed' && session.state.phase !== 'in')
      return this.#end(session, 'gave-up');
    if (await session.askToLeave()) return;
    const leave = vscode.l10n.t('Leave Meeting');
    const answer = await this.#dialogs.question(vscode.l10n.t('Leave the meeting?'), '', leave);
    if (answer === leave) await session.leaveNow().then(() => this.#end(session, 'left'));
  }

  async copyInvite(): Promise<void> {
    const session = this.#session;
    if (!session) return this.#sayNoMeeting();
    const { inviteExpires } = session.facts;
    if (inviteExpires !== null && inviteExpires <= Date.now()) {
      void this.#dialogs.warning(
        vscode.l10n.t('The invite you came with has expired. Ask the host of the meeting for a new one.'),
      );
      return;
    }
    void this.#handOutInvite(this.#writeInvite(session), 'copied');
  }

  /** Shares the selection of the explorer, the file of an editor tab, or the active editor's file. */
  async shareFile(clicked?: unknown, selected?: unknown): Promise<void> {
    await this.#session?.shares.share(selectedUris(clicked, selected), 'everybody');
    if (!this.#session) this.#sayNoMeeting();
  }

  /** The same, with people who are chosen first. */
  async shareFileWith(clicked?: unknown, selected?: unknown): Promise<void> {
    await this.#session?.shares.share(selectedUris(clicked, selected), 'chosen');
    if (!this.#session) this.#sayNoMeeting();
  }

  setTurnPassword(): Promise<void> {
    return setTurnPassword(this.#extension.secrets, this.#dialogs);
  }

  openPanel(): void {
    if (this.#session) this.#session.reveal();
    else this.#sayNoMeeting();
  }

  /** Ends a meeting that is on, and what the manager has put on screen. */
  async dispose(): Promise<void> {
    await this.#opening;
    await this.#session?.leaveNow();
    this.#session = undefined;
    this.#statusBar.dispose();
  }

  async #join(invite: Invite): Promise<void> {
    if (this.#session?.facts.room === invite.room) {
      this.#session.reveal();
      void this.#dialogs.info(vscode.l10n.t('You are in this meeting already.'));
      return;
    }
    if (!(await this.#makeRoom(vscode.l10n.t('Leave and Join')))) return;
    await this.#open({
      title: vscode.l10n.t('Joining {0}…', meetingOf(invite)),
      role: 'guest',
      open: (options) => openAsGuest(options, invite),
      retry: () => this.#join(invite),
    });
  }

  #readInvite(text: string): Invite | undefined {
    const result = parseInvite(text, Date.now());
    if (result.ok) return result.invite;
    this.#log('info', `an invite could not be used: ${result.problem}`);
    void this.#dialogs.error(inviteProblemSentence(result.problem));
    return undefined;
  }

  async #confirmJoin(invite: Invite): Promise<boolean> {
    const join = vscode.l10n.t('Join');
    const question = vscode.l10n.t('Join {0} at {1}?', meetingOf(invite), meetingPlace(invite));
    return (await this.#dialogs.question(question, joinDetail(invite), join)) === join;
  }

  /** Sees to it that no meeting is on, asking where one is. False when the person stays in it. */
  async #makeRoom(leaveAndGoOn: string): Promise<boolean> {
    await this.#opening;
    const session = this.#session;
    if (!session) return true;
    session.reveal();
    const answer = await this.#dialogs.question(
      vscode.l10n.t('You are in a meeting already.'),
      session.facts.role === 'host' ? vscode.l10n.t('The others can go on without you.') : '',
      leaveAndGoOn,
    );
    if (answer !== leaveAndGoOn) return false;
    await session.leaveNow();
    await this.#end(session, 'replaced');
    return true;
  }

  async #open(way: WayIn): Promise<MeetingSession | undefined> {
    await this.#opening;
    if (this.#session) {
      // Two commands at once: the one that came second finds the meeting of the first.
      this.#session.reveal();
      return this.#session;
    }
    const opening = this.#openOne(way);
    this.#opening = opening;
    try {
      return await opening;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  async #openOne({ title, role, open, retry }: WayIn): Promise<MeetingSession | undefined> {
    const settings = readSettings();
    const network = await readNetwork(settings, this.#extension.secrets, this.#dialogs);
    if (!network) return undefined;
    const cancelled = new AbortController();
    try {
      const session = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        async (_progress, token) => {
          token.onCancellationRequested(() => cancelled.abort());
          const remembered = this.#extension.globalState.get<string>(NAME_KEY, '');
          const name = await defaultName({ setting: settings.displayName, remembered }, this.#log);
          return open(this.#openOptions({ settings, network }, name, cancelled.signal));
        },
      );
      this.#session = session;
      this.#showState(session.state);
      return session;
    } catch (error) {
      this.#log('warn', `no meeting: ${errorText(error)}`);
      if (!cancelled.signal.aborted) reportStartFailure(error, role, this.#dialogs, retry);
      return undefined;
    }
  }

  #openOptions(
    found: Pick<OpenMeetingOptions, 'settings' | 'network'>,
    name: string,
    signal: AbortSignal,
  ): OpenMeetingOptions {
    return {
      extension: this.#extension,
      ...found,
      name,
      dialogs: this.#dialogs,
      log: this.#log,
      signal,
      callbacks: {
        rememberName: (chosen) => void this.#extension.globalState.update(NAME_KEY, chosen),
        copyInvite: () => this.copyInvite(),
        onState: (state) => this.#showState(state),
        onPanelClosed: (session) => void this.#offerPanelAgain(session),
        onEnded: (session, how) => void this.#handleEnded(session, how),
      },
      onServerMoved: () => void this.#offerNewInvite(),
    };
  }

  async #handleEnded(session: MeetingSession, how: EndedHow): Promise<void> {
    // One that was left for another may still have something to say of its end.
    const current = session === this.#session;
    await this.#end(session, how);
    if (current && how === 'ended-by-host') {
      void this.#dialogs.info(vscode.l10n.t('The host has ended the meeting.'));
    }
  }

  async #end(session: MeetingSession, how: EndedHow): Promise<void> {
    if (this.#session === session) {
      this.#session = undefined;
      this.#showState(undefined);
      this.#log('info', `the meeting is over: ${how}`);
    }
    await session.end();
  }

  async #offerPanelAgain(session: MeetingSession): Promise<void> {
    if (session !== this.#session) return;
    const reopen = vscode.l10n.t('Reopen');
    const leave = vscode.l10n.t('Leave Meeting');
    const sentence = vscode.l10n.t('The meeting panel was closed, so you are no longer seen or heard.');
    const answer = await this.#dialogs.warning(sentence, reopen, leave);
    if (session !== this.#session) return;
    if (answer === reopen) session.reveal();
    // A panel that was opened in the meantime asks by itself.
    else if (answer === leave && session.state.phase === 'closed') await this.#end(session, 'left');
  }

  async #offerNewInvite(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const copy = vscode.l10n.t('Copy Invite');
    const sentence = vscode.l10n.t(
      'The meeting server crashed and now runs on another port. Who is in the meeting stays in it; whoever wants to come in needs a new invite.',
    );
    const answer = await this.#dialogs.warning(sentence, copy);
    if (answer === copy && session === this.#session) await this.copyInvite();
  }

  #writeInvite(session: MeetingSession): string {
    const expires = Date.now() + readSettings().inviteExpireAfterHours * HOUR;
    return formatInvite(vscode.env.uriScheme, session.invite(expires));
  }

  async #handOutInvite(invite: string, occasion: 'started' | 'copied'): Promise<void> {
    const again = await handOutInvite(invite, occasion, this.#dialogs, this.#log);
    if (again) await this.copyInvite();
  }

  #sayNoMeeting(): void {
    void this.#dialogs.info(vscode.l10n.t('You are not in a meeting.'));
  }

  #showState(state: SessionState | undefined): void {
    this.#statusBar.update(state);
    const set = (key: string, value: unknown): void =>
      void vscode.commands.executeCommand('setContext', key, value);
    set(ContextKeys.inMeeting, state !== undefined);
    set(ContextKeys.meetingPhase, state?.phase);
  }
}

function selectedUris(clicked: unknown, selected: unknown): readonly vscode.Uri[] {
  if (Array.isArray(selected)) {
    const uris = selected.filter((uri) => uri instanceof vscode.Uri);
    if (uris.length > 0) return uris;
  }
  if (clicked instanceof vscode.Uri) return [clicked];
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
  return [];
}
