import * as vscode from 'vscode';
import type { PanelPlace } from './comingBack.ts';
import type { KeptMeeting } from './keptMeeting.ts';
import type {
  HostApi,
  MeetingBootstrap,
  PressAnswer,
  PressedControl,
  SessionRecord,
} from '../shared/hostRpc.ts';
import { type Invite, MAX_SERVERS } from '../shared/invite.ts';
import type { Handlers } from '../shared/rpc.ts';
import { makeBootstrap } from './bootstrap.ts';
import { SaveDesk } from './files/saveDesk.ts';
import { ShareDesk } from './files/shareDesk.ts';
import { errorText } from './log.ts';
import { inviteTo, type MeetingFacts } from './meetingFacts.ts';
import type { MeetingSessionOptions } from './meetingSessionOptions.ts';
import { openWebLink } from './openLink.ts';
import type { OrphanedPanel } from './orphanedPanel.ts';
import { PageLine } from './pageLine.ts';
import { ServerMoves } from './serverMoves.ts';
import { sessionHandlers } from './sessionHandlers.ts';
import { initialState, type SessionState } from './sessionState.ts';
import { StageDesk } from './stageDesk.ts';
import { stageSurroundings } from './stageWays.ts';
import { withTimeLimit } from './timeLimit.ts';
import { countNews, Unseen } from './unseen.ts';

/** Milliseconds for which a page waits for what was on offer before a restart; what is found later is told later. */
const OFFERS_PATIENCE = 1_000;

/** One meeting as this participant is in it, from Start or Join to the end, over any number of panels. */
export class MeetingSession {
  readonly #options: MeetingSessionOptions;
  readonly #shares: ShareDesk;
  readonly #saves: SaveDesk;
  readonly #stages: StageDesk;
  readonly #page: PageLine;
  readonly #moves: ServerMoves;
  #record: SessionRecord | null = null;
  /** The name that was chosen in the lobby. */
  #name: string | undefined;
  #state = initialState;
  #ended = false;
  /** The panel from before, while the present one is on its way into the meeting. */
  #orphan: OrphanedPanel | undefined;
  readonly #unseen = new Unseen();
  readonly #ready: Promise<unknown>;

  constructor(options: MeetingSessionOptions) {
    this.#options = options;
    this.#page = new PageLine({
      extensionUri: options.extensionUri,
      connect: options.streams.origins,
      log: options.log,
      handlers: () => this.#handlers(),
      onVisible: (visible) => this.#handleVisible(visible),
      onClosed: () => this.#handleClosed(),
    });
    this.#shares = new ShareDesk({
      ...options,
      others: () => this.#state.others,
      onShared: (offers) => this.#page.tellOffers(offers),
      onWithdrawn: (offers) => this.#page.tell('withdrawn', { offers: [...offers] }),
    });
    this.#saves = new SaveDesk({
      ...options,
      before: options.kept?.saved ?? [],
      onSaved: () => options.onChanged(this),
    });
    this.#stages = new StageDesk({
      ...stageSurroundings(options.extensionUri, options.dialogs, options.log),
      gateway: options.gateway,
      reach: options.reachGateway,
      log: options.log,
      // Without a panel no stage goes on.
      ...(options.kept && !options.kept.closed ? { kept: options.kept.stages } : {}),
      onMessage: (stage, message) => this.#page.tell('fromStage', { stage, message }),
      onConnected: (stage, connected) => {
        this.#page.tell('stageConnected', { stage, connected });
        options.onChanged(this);
      },
    });
    this.#moves = new ServerMoves({
      ...options,
      page: this.#page,
      state: () => this.#state,
      onChanged: () => options.onChanged(this),
    });
    const { kept } = options;
    this.#record = kept?.record ?? null;
    this.#name = kept?.record?.name;
    const offersBack = kept && withTimeLimit(this.#putOffersBack(kept), OFFERS_PATIENCE);
    this.#ready = Promise.all([options.ready, offersBack]);
    if (kept?.closed) {
      this.#state = { ...initialState, phase: 'closed' };
      options.place.orphan?.close(options.log);
    } else this.#openPanel(options.place);
  }

  get facts(): MeetingFacts {
    return this.#options.facts;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether this person is called otherwise than the meeting's first invite says. */
  get isRenamed(): boolean {
    return this.facts.role === 'host' && this.#name !== undefined && this.#name !== this.facts.hostName;
  }

  /** @param expires milliseconds since 1970; a guest's invite keeps its own end. */
  invite(expires: number): Invite {
    const { facts } = this;
    // A host who called themselves something else in the lobby is known by that name.
    const hostName = facts.role === 'host' ? (this.#name ?? facts.hostName) : facts.hostName;
    // A host who comes back with the server from before may be who lets a newcomer in.
    const { server } = this.#options;
    const servers = [...server.servers(), ...server.earlier].slice(0, MAX_SERVERS);
    return inviteTo({ ...facts, hostName }, servers, expires);
  }

  /** The server of one's own has other addresses now: the page tells the others. */
  tellServers(): void {
    this.#moves.tellServers();
  }

  /** An invite to this meeting names these servers; gives whether the meeting is there now. */
  followInvite(urls: readonly string[]): Promise<boolean> {
    return this.#moves.followInvite(urls);
  }

  /** Shows the panel, or opens it again after it was closed. */
  reveal(): void {
    if (this.#page.isOpen) this.#page.reveal();
    else this.#openPanel();
  }

  /** What this person shares. */
  get shares(): ShareDesk {
    return this.#shares;
  }

  /** "Leave Meeting" as a command: the page asks, as its button does. False when there is no page to ask. */
  askToLeave(): Promise<boolean> {
    return this.#page.askToLeave();
  }

  /** Presses a button of the page; `undefined` when there is no page that does. */
  press(what: PressedControl): Promise<PressAnswer | undefined> {
    return this.#page.press(what);
  }

  /** Leaves without a question: the others are told where there is time for it, and everything ends. */
  async leaveNow(): Promise<void> {
    await this.#page.sayGoodBye();
    await this.end();
  }

  /** What a restarted extension host needs to go on with this. */
  keep(): KeptMeeting {
    const { facts, gateway, name, server } = this.#options;
    return {
      v: 1,
      facts,
      name: this.#name ?? name,
      record: this.#record,
      window: vscode.env.sessionId,
      closed: this.#state.phase === 'closed',
      offers: [...this.#shares.kept],
      saved: [...this.#saves.saved],
      gateway: { port: gateway.port, key: gateway.brokerKey },
      stages: [...this.#stages.kept],
      server: {
        url: server.url(),
        addresses: [...server.servers()],
        ownPort: server.ownPort(),
        term: server.term,
        earlier: [...server.earlier],
      },
    };
  }

  /** Brings in a panel that VS Code has brought back; false when there is one already. */
  adopt(panel: vscode.WebviewPanel): boolean {
    if (this.#page.isOpen || this.#ended) return false;
    this.#openPanel({ revived: panel });
    return true;
  }

  /** The extension host ends, perhaps to start again: lets go of everything but the panel, and tells nobody. */
  async suspend(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#orphan?.leave();
    this.#moves.dispose();
    this.#saves.dispose();
    await this.#settle([
      this.#options.gateway.dispose(),
      this.#options.server.stop(),
      this.#shares.dispose(),
    ]);
  }

  /** Ends panel, stages, file streams, gateway and server. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#moves.dispose();
    this.#page.dispose();
    this.#orphan?.close(this.#options.log);
    const shares = this.#shares.dispose();
    this.#saves.dispose();
    await this.#settle([this.#endGateway(), this.#options.server.stop(), shares]);
    this.#options.log('info', 'the meeting has ended here');
  }

  async #settle(ends: readonly Promise<void>[]): Promise<void> {
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === 'rejected') this.#options.log('warn', `not ended cleanly: ${errorText(end.reason)}`);
    }
  }

  async #putOffersBack({ offers }: KeptMeeting): Promise<void> {
    try {
      await this.#shares.putBack(offers);
      // Where that took long, the page has its meeting already.
      const ids = new Set(offers.map(({ own }) => own.offer.id));
      await this.#page.tellOffers(this.#shares.offers.filter(({ offer }) => ids.has(offer.id)));
    } catch (error) {
      this.#options.log('warn', `what was on offer could not be put back: ${errorText(error)}`);
    }
  }

  async #endGateway(): Promise<void> {
    // The stages are told before the gateway cuts their sockets.
    await this.#stages.end();
    await this.#options.gateway.dispose();
  }

  #openPanel(place: PanelPlace = {}): void {
    this.#page.open(place);
    this.#options.log('info', this.#record ? 'the panel is open again' : 'the panel is open');
    this.#setState(this.#record ? { ...this.#state, phase: 'joining' } : initialState);
    this.#orphan = place.orphan;
    place.orphan?.outlive(this.#options.log);
  }

  #handleClosed(): void {
    if (this.#ended) return;
    this.#stages.leave();
    this.#orphan?.close(this.#options.log);
    const { phase } = this.#state;
    if (!this.#record || phase === 'left' || phase === 'failed') {
      this.#options.onEnded(this, 'panel-closed');
      return;
    }
    this.#options.log('info', 'the panel was closed in the meeting');
    this.#setState({ ...this.#state, phase: 'closed' });
    this.#options.onPanelClosed(this);
  }

  #handleVisible(visible: boolean): void {
    this.#unseen.show(visible);
    // One that is being opened has nothing to show yet.
    if (this.#state.phase === 'in') this.#setState(this.#state);
  }

  #setState(state: Omit<SessionState, 'news'>): void {
    const news = this.#unseen.follow(state.phase === 'in' ? state.ofOthers : undefined);
    this.#state = { ...state, news };
    this.#moves.noteState();
    if (this.#ended) return;
    this.#page.setNews(countNews(news));
    this.#options.onState(this.#state);
    this.#options.onChanged(this);
    if (this.#unseen.mustTell(news)) this.#options.onNews(this, news);
  }

  #bootstrap(): MeetingBootstrap {
    return makeBootstrap(this.#options, {
      record: this.#record,
      predecessor: this.#orphan?.isThere ?? false,
      name: this.#name,
      offers: this.#shares.offers,
      parts: this.#saves.parts,
      stages: this.#stages.stages,
      near: this.#options.streams.beginPage(),
    });
  }

  #handlers(): Handlers<HostApi> {
    const { log, server, copyInvite, onEnded, onChanged } = this.#options;
    return sessionHandlers({
      page: this.#page,
      shares: this.#shares,
      saves: this.#saves,
      stages: this.#stages,
      server,
      log,
      copyInvite,
      openLink: (href) => openWebLink(href, log),
      ready: this.#ready,
      bootstrap: () => this.#bootstrap(),
      onName: (name) => {
        this.#name = name;
        this.#options.rememberName(name);
      },
      onStatus: (status) => {
        if (status.phase !== this.#state.phase) log('info', `meeting: ${status.phase}`);
        this.#setState(status);
        if (status.phase === 'in') this.#orphan?.retire(log, status.others.length > 0);
      },
      onSession: (record) => {
        this.#record = record;
      },
      onChanged: () => onChanged(this),
      onLeft: (how) => onEnded(this, how),
    });
  }
}
