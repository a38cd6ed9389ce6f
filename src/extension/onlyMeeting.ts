import { join } from 'node:path';
import * as vscode from 'vscode';
import { askToComeBack, mustAsk, RevivedPanel } from './comingBack.ts';
import type { Dialogs } from './dialogs.ts';
import type { KeptMeeting } from './keptMeeting.ts';
import type { KeptPlaces } from './keptFiles.ts';
import { KeptMeetings, type ClaimedMeeting } from './keptMeetings.ts';
import type { MeetingKeeper } from './meetingKeeper.ts';
import { errorText, type Log } from './log.ts';
import { askPanelAgain, askToShow, sayWasAway } from './meetingQuestions.ts';
import type { MeetingSession } from './meetingSession.ts';
import type { EndedHow } from './meetingSessionOptions.ts';
import { readNetwork } from './networkSettings.ts';
import { openAgain } from './openAgain.ts';
import type { OpenMeetingOptions } from './openMeeting.ts';
import { PassingToasts } from './passingToasts.ts';
import { defaultName } from './personName.ts';
import { readSettings } from './settings.ts';
import type { SessionState } from './sessionState.ts';
import { reportStartFailure } from './startFailures.ts';
import { showState, StatusBar } from './statusBar.ts';
import { withTimeLimit } from './timeLimit.ts';
import { countNews, type News } from './unseen.ts';
import { isThisWindow, mayBeThisWindow } from './windowSession.ts';

/** Where the name of the last meeting is kept. */
const NAME_KEY = 'parley.name';
/** Milliseconds that keeping a meeting may take when the extension host ends. VS Code waits for five seconds in all. */
const LAST_WORDS = 1_000;

/** Starting or joining, and what to say while it goes on. */
export interface WayIn {
  readonly title: string;
  readonly role: 'host' | 'guest';
  readonly open: (options: OpenMeetingOptions) => Promise<MeetingSession>;
  readonly retry: () => Promise<unknown>;
}

/** What the holder works with, and whom it tells. */
export interface OnlyMeetingOptions {
  readonly extension: vscode.ExtensionContext;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** The page asks for an invite on the clipboard. */
  readonly copyInvite: () => Promise<void>;
  /** The person has said in the lobby who they are. */
  readonly onNamed: () => void;
  /** The server of one's own has another port. */
  readonly onServerMoved: () => void;
}

/** Holds the one meeting that there may be, shows how it stands, and keeps it over restarts. */
export class OnlyMeeting {
  readonly #options: OnlyMeetingOptions;
  readonly #statusBar = new StatusBar();
  readonly #toasts = new PassingToasts();
  readonly #kept: KeptMeetings;
  readonly #revived = new RevivedPanel();
  #session: MeetingSession | undefined;
  /** Settles when nothing is kept any more of the meeting that was left last. */
  #removed: Promise<void> | undefined;
  #keeper: MeetingKeeper | undefined;
  /** An opening under way: a second one waits for it instead of making a second meeting. */
  #opening: Promise<unknown> | undefined;

  constructor(options: OnlyMeetingOptions) {
    const { extension, log } = options;
    this.#options = options;
    this.#kept = new KeptMeetings({
      secrets: keysOf(extension),
      memento: extension.workspaceState,
      folder: join(extension.globalStorageUri.fsPath, 'kept'),
      // Any command of the window's that changes nothing.
      askWindow: () => vscode.commands.executeCommand('setContext', 'parley.isKept', true),
      log,
    });
  }

  get session(): MeetingSession | undefined {
    return this.#session;
  }

  /** Resolves when nothing is being opened. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  /** Opens a meeting unless there is one; `undefined` when that fails, which the person was told. */
  async open(way: WayIn): Promise<MeetingSession | undefined> {
    await this.#opening;
    if (this.#session) {
      // Two commands at once: the one that came second finds the meeting of the first.
      this.#session.reveal();
      return this.#session;
    }
    return this.#alone(this.#openOne(way));
  }

  /** Goes on with the meeting of an extension host before this one, if there is one. To be called first, and once. Never rejects. */
  async comeBack(): Promise<void> {
    const { dialogs, log } = this.#options;
    try {
      const late = await this.#alone(this.#comeBackUnasked());
      if (!late || !(await askToComeBack(late, dialogs))) return;
      await this.#opening;
      if (!this.#session) await this.#alone(this.#goOn(late.meeting));
    } catch (error) {
      log('error', `the meeting from before is lost: ${errorText(error)}`);
    }
  }

  /** VS Code has brought back a panel. */
  revive(panel: vscode.WebviewPanel): void {
    if (this.#revived.offer(panel)) return;
    // Of a meeting that is over, or that has another panel by now.
    if (!this.#session?.adopt(panel)) panel.dispose();
  }

  /** The meeting is over for this person: nothing is left of it. */
  async end(session: MeetingSession, how: EndedHow): Promise<void> {
    if (this.#session === session) {
      this.#session = undefined;
      showState(this.#statusBar, undefined);
      this.#options.log('info', `the meeting is over: ${how}`);
      this.#removed = this.#keeper?.remove();
      this.#keeper = undefined;
    }
    await session.end();
  }

  /**
   * The extension host ends, with the window or to start again: nobody can tell which. So the others are not told
   * anything; they wait for a while, and so long the meeting is kept.
   */
  async dispose(): Promise<void> {
    await this.#opening;
    const session = this.#session;
    this.#session = undefined;
    // First, since what is on offer is no more when the session has ended.
    // What was kept of one that was left a moment ago must not lead anybody back into it.
    const kept = this.#keeper?.letGo() ?? this.#removed;
    if (kept) await withTimeLimit(kept, LAST_WORDS);
    await session?.suspend();
    this.#statusBar.dispose();
  }

  /** The panel was closed in the meeting, or had been before a restart. */
  async #offerPanelAgain(session: MeetingSession): Promise<void> {
    if (session !== this.#session) return;
    const answer = await this.#toasts.show(askPanelAgain(this.#options.dialogs));
    if (session !== this.#session) return;
    if (answer === 'reopen') session.reveal();
    // A panel that was opened in the meantime asks by itself.
    else if (answer === 'leave' && session.state.phase === 'closed') await this.end(session, 'left');
  }

  async #offerToShow(session: MeetingSession, news: News): Promise<void> {
    const wanted = await this.#toasts.show(askToShow(news, this.#options.dialogs));
    if (wanted && session === this.#session) session.reveal();
  }

  #show(state: SessionState): void {
    showState(this.#statusBar, state);
    // The panel is there, and in view: what was said of it is not true any more.
    if (state.phase !== 'closed' && countNews(state.news) === 0) this.#toasts.outdate();
  }

  async #alone<T>(opening: Promise<T>): Promise<T> {
    this.#opening = opening;
    try {
      return await opening;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  async #openOne({ title, role, open, retry }: WayIn): Promise<MeetingSession | undefined> {
    const { extension, dialogs, log } = this.#options;
    const settings = readSettings();
    const network = await readNetwork(settings, extension.secrets, dialogs);
    if (!network) return undefined;
    const cancelled = new AbortController();
    try {
      const session = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        async (_progress, token) => {
          token.onCancellationRequested(() => cancelled.abort());
          const remembered = extension.globalState.get<string>(NAME_KEY, '');
          const name = await defaultName({ setting: settings.displayName, remembered }, log);
          return open(this.#openOptions({ settings, network }, name, cancelled.signal));
        },
      );
      this.#begin(session);
      return session;
    } catch (error) {
      log('warn', `no meeting: ${errorText(error)}`);
      if (!cancelled.signal.aborted) reportStartFailure(error, role, dialogs, retry);
      return undefined;
    }
  }

  /** Gives the meeting that the person has to be asked about first. */
  async #comeBackUnasked(): Promise<ClaimedMeeting | undefined> {
    const claimed = this.#session ? undefined : await this.#kept.claim();
    if (claimed && 'lapsed' in claimed) {
      // Before the panel goes, in which it may stand as well.
      if (this.#revived.isOrphaned(mayBeThisWindow(claimed.window))) this.#sayWasAway(claimed.role);
      await this.#revived.end();
      return undefined;
    }
    // A window that is loaded anew has the tab of its panel, too: without a doubt only may nobody be asked.
    if (!claimed || (mustAsk(claimed) && !this.#revived.isRunning(isThisWindow(claimed.meeting.window)))) {
      await this.#revived.end();
      return claimed;
    }
    await this.#goOn(claimed.meeting);
    return undefined;
  }

  async #goOn(meeting: KeptMeeting): Promise<void> {
    const { extension, dialogs, log } = this.#options;
    try {
      const settings = readSettings();
      const network = await readNetwork(settings, extension.secrets, dialogs);
      if (!network) return this.#revived.end();
      const options = this.#openOptions({ settings, network }, meeting.name, new AbortController().signal);
      const session = await openAgain(options, meeting, () =>
        this.#revived.take(mayBeThisWindow(meeting.window)),
      );
      log('info', 'the meeting from before goes on');
      this.#begin(session);
      if (meeting.closed) void this.#offerPanelAgain(session);
    } catch (error) {
      await this.#revived.end();
      log('error', `the meeting from before cannot be gone on with: ${errorText(error)}`);
      void dialogs.error(
        vscode.l10n.t('Your meeting could not be gone on with. The output channel "Parley" says more.'),
      );
    }
  }

  #begin(session: MeetingSession): void {
    this.#session = session;
    showState(this.#statusBar, session.state);
    this.#keeper = this.#kept.begin(() => this.#handleTaken(session));
    this.#keep(session);
  }

  #keep(session: MeetingSession): void {
    if (session === this.#session) this.#keeper?.note(() => session.keep());
  }

  /** Another window goes on with this meeting: here it is over, without a word to the others. */
  #handleTaken(session: MeetingSession): void {
    if (this.#session !== session) return;
    this.#options.log('warn', 'another window goes on with the meeting');
    void this.end(session, 'replaced');
  }

  #openOptions(
    found: Pick<OpenMeetingOptions, 'settings' | 'network'>,
    name: string,
    signal: AbortSignal,
  ): OpenMeetingOptions {
    const { extension, dialogs, log, copyInvite, onNamed, onServerMoved } = this.#options;
    return {
      extension,
      ...found,
      name,
      dialogs,
      log,
      signal,
      callbacks: {
        rememberName: (chosen) => {
          void extension.globalState.update(NAME_KEY, chosen);
          onNamed();
        },
        copyInvite,
        onState: (state) => this.#show(state),
        onNews: (session, news) => void this.#offerToShow(session, news),
        onChanged: (session) => this.#keep(session),
        onPanelClosed: (session) => void this.#offerPanelAgain(session),
        onEnded: (session, how) => void this.#handleEnded(session, how),
      },
      onServerMoved,
    };
  }

  async #handleEnded(session: MeetingSession, how: EndedHow): Promise<void> {
    // One that was left for another may still have something to say of its end.
    const current = session === this.#session;
    await this.end(session, how);
    if (current && how === 'ended-by-host') {
      void this.#options.dialogs.info(vscode.l10n.t('The host has ended the meeting.'));
    }
    if (current && how === 'host-away') this.#sayWasAway(session.facts.role);
  }

  #sayWasAway(role: 'host' | 'guest'): void {
    const { dialogs, log } = this.#options;
    log('info', 'the extension host was away for too long to go on with the meeting');
    sayWasAway(role, dialogs).catch((error: unknown) => log('error', `not gone on: ${errorText(error)}`));
  }
}

/**
 * Where the keys of kept meetings are. In a browser the workspace's state lies in the browser, away from the files, as secrets
 * do where they are stored at all: code-server forgets them with every reload.
 */
function keysOf({ secrets, workspaceState }: vscode.ExtensionContext): KeptPlaces['secrets'] {
  if (vscode.env.uiKind === vscode.UIKind.Desktop) return secrets;
  return {
    get: (key) => Promise.resolve(workspaceState.get<string>(key)),
    store: (key, value) => workspaceState.update(key, value),
    delete: (key) => workspaceState.update(key, undefined),
  };
}
