import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { MeetingBootstrap, SessionRecord } from '../../shared/hostRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import type { ParticipantState } from '../../shared/protocol.ts';
import type { Link } from '../rtc/link.ts';
import type { StartPump } from '../files/runningPump.ts';
import type { HostClient } from '../host/hostContext.ts';
import { isAwayError } from '../host/hostLine.ts';
import type { Standing } from '../host/succession.ts';
import type { TrackSource } from '../media/trackSource.ts';
import type { MeetingActions, MeetingModel, MeetingView } from '../model.ts';
import type { ConnectBroker } from '../rtc/broker.ts';
import type { Identity } from '../rtc/identity.ts';
import { makeActions } from './actions.ts';
import { Attendance } from './attendance.ts';
import { Chat } from './chat.ts';
import { Company } from './company.ts';
import { ConnectionWatch } from './connectionWatch.ts';
import { initialState, ownState, sessionOf } from './engineState.ts';
import { makeFileActions } from './fileActions.ts';
import { HostReporter } from './hostReporter.ts';
import type { Member } from './member.ts';
import { Mesh } from './mesh.ts';
import { makeModel, statusOf } from './modelMaker.ts';
import { Notices } from './notices.ts';
import { Presenting } from './presenting.ts';
import * as say from './sentences.ts';
import { Servers } from './servers.ts';
import { ServerWatch } from './serverWatch.ts';
import { Sharing } from './sharing.ts';
import { Store } from './store.ts';
import { Voices } from './voices.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly bootstrap: MeetingBootstrap;
  readonly identity: Identity;
  readonly host: HostClient;
  readonly source: TrackSource;
  /** Registers an id with the meeting's server. */
  readonly connect: ConnectBroker;
  /** A connection like those that the server helps to make: for files, and for links when there is no server. */
  readonly connectLane: () => RTCPeerConnection;
  readonly startPump: StartPump;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * One participant's meeting: puts together links, devices, chat and files, and makes the model that the views draw.
 * Every action ends in a new state; nothing throws at the person who clicked.
 */
export class MeetingEngine implements MeetingView {
  readonly actions: MeetingActions;
  readonly connections: ConnectionWatch;
  readonly #options: EngineOptions;
  readonly #store: Store;
  readonly #notices: Notices;
  readonly #sharing: Sharing;
  readonly #mesh: Mesh;
  readonly #chat: Chat;
  readonly #presenting: Presenting;
  readonly #company: Company;
  readonly #attendance: Attendance;
  readonly #servers: Servers;
  readonly #serverWatch: ServerWatch;
  readonly #voices: Voices;
  readonly #reporter: HostReporter;
  readonly #listeners = new Set<(model: MeetingModel) => void>();
  readonly #leaveListeners = new Set<() => void>();
  #model: MeetingModel | null = null;
  #scheduled = false;
  /** What was said of ourselves last on each link. */
  readonly #said = new WeakMap<Link, string>();

  constructor(options: EngineOptions) {
    this.#options = options;
    const { bootstrap, identity, host, source, now } = options;
    const self = identity.id;
    const store = (this.#store = new Store(initialState(bootstrap, now()), () => this.#changed()));
    this.#reporter = new HostReporter(host, (error) => this.#onHostSilent(error));
    const notices = (this.#notices = new Notices(() => this.#changed()));
    const { files } = (this.#sharing = new Sharing({
      self,
      hostId: bootstrap.hostId,
      host,
      addresses: bootstrap.addresses,
      connect: options.connectLane,
      startPump: options.startPump,
      members: () => this.#mesh.members,
      member: (id) => this.#mesh.member(id),
      notices,
      onChange: () => this.#changed(),
      onProblem: (what, error) => this.#problem(what, error),
    }));
    const chat = (this.#chat = new Chat({
      store,
      self,
      broadcast: (message) => this.#mesh.broadcast(message),
      now,
    }));
    this.#servers = new Servers({
      self,
      hostId: bootstrap.hostId,
      own: bootstrap.servers,
      host,
      onMoved: (runner, moved) => void this.#mesh.followServer(runner, moved),
      online: () => navigator.onLine,
      present: () => this.#mesh.present,
      isIn: (id) => this.#mesh.member(id) !== undefined,
      broadcast: (message) => this.#mesh.broadcast(message),
      onChange: () => this.#changed(),
      onProblem: (what, error) => this.#problem(what, error),
      onHostOnFailed: (error) => {
        this.#problem('no server could be started', error);
        if (!isAwayError(error)) notices.add('error', say.hostSilentSentence);
      },
    });
    this.#serverWatch = new ServerWatch({
      host,
      isAway: (id) => this.#mesh.member(id)?.away === true,
      onLook: (id, refused) => this.#mesh.noteServer(id, refused),
      onProblem: (what, error) => this.#problem(what, error),
    });
    const mesh = (this.#mesh = this.#makeMesh());
    this.connections = new ConnectionWatch({
      members: () => mesh.members,
      unseen: () => document.hidden,
      onLevel: () => this.#changed(),
      onProblem: (what, error) => this.#problem(what, error),
    });
    const members = (): readonly Member[] => mesh.members;
    const presenting = (this.#presenting = new Presenting({ store, chat, notices, self, source, members }));
    this.#company = new Company({
      store,
      notices,
      presenting,
      servers: this.#servers,
      serverWatch: this.#serverWatch,
      sharing: this.#sharing,
      onChange: () => this.#changed(),
    });
    this.#voices = new Voices(source);
    const tell = (reply: Promise<unknown>): void => this.#tell(reply);
    const attendance = (this.#attendance = new Attendance({
      store,
      bootstrap,
      host,
      mesh,
      now,
      leaveNow: (end) => this.leaveNow(end),
      tell,
      onProblem: (what, error) => this.#problem(what, error),
    }));
    this.actions = makeActions({
      store,
      host,
      source,
      chat,
      presenting,
      files: makeFileActions({ files, host, tell }),
      notices,
      join: (name) => attendance.join(name),
      leave: (how) => void attendance.leave(how),
      hostOn: () => void this.#servers.hostOn(),
      tell,
    });
    source.onChange(() => this.#onDevices());
    const { session, offers, parts } = bootstrap;
    this.#sharing.restore([...(session?.offers ?? []), ...offers], parts, session?.taken ?? []);
    if (session) attendance.join(session.name);
  }

  get model(): MeetingModel {
    this.#model ??= makeModel(this.#store.state, {
      devices: this.#options.source.devices,
      members: this.#mesh.members,
      files: this.#sharing.files,
      notices: this.#notices.list,
      level: (id) => this.connections.level(id),
      mayHostOn: this.#servers.mayHostOn,
    });
    return this.#model;
  }

  subscribe(listener: (model: MeetingModel) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onAskToLeave(listener: () => void): () => void {
    this.#leaveListeners.add(listener);
    return () => this.#leaveListeners.delete(listener);
  }

  /** "Leave Meeting" was run as a command. */
  askToLeave(): void {
    for (const listener of this.#leaveListeners) listener();
  }

  /** What another page of this person would need to know to go on. */
  get standing(): Standing | null {
    const { phase, hostLost } = this.#store.state;
    if (phase === 'left') return hostLost ? 'host-away' : 'left';
    return this.#session;
  }

  get #session(): SessionRecord | null {
    return sessionOf(
      this.#store.state,
      this.#sharing.files,
      this.model.devices,
      this.#mesh.members.map(({ address }) => address),
    );
  }

  /** Files shared outside the page. */
  shareFiles(offers: readonly OwnOffer[]): void {
    this.#sharing.files.offer(offers);
  }

  /** Own files were taken back outside the page. */
  withdrawn(offers: readonly string[]): void {
    this.#sharing.files.withdrawn(offers);
  }

  /** The page is unloaded, which a reload does as well: there is time for one word. */
  sayGoodBye(): void {
    this.#mesh.broadcast({ t: 'leave', reason: 'unload' });
  }

  /** The network is back. */
  retryNow(): void {
    this.#mesh.retryNow();
  }

  /** The extension host does not answer, or does again. */
  hostAway(hostAway: boolean): void {
    this.#store.set({ hostAway });
  }

  /** It has not for so long that nobody goes on with this meeting: nobody is to stay on camera in a panel that is nobody's. */
  hostLost(): void {
    void this.#attendance.leave('host-away');
  }

  /** Something that was asked for elsewhere could not be done. */
  notDone(error: unknown): void {
    this.#onHostSilent(error);
  }

  /** This machine has come to another network. */
  networkChanged(): void {
    this.#mesh.networkChanged(this.#servers.runsHere);
  }

  /**
   * The meeting's server, which runs here or did until now, has other addresses now.
   * @throws when it is to end and the others cannot be told of it yet.
   */
  serversMoved(urls: readonly string[], runsHere: boolean): void {
    if (runsHere) this.#servers.tell(urls);
    else if (this.#store.state.phase === 'in') this.#servers.giveWay(urls);
    else throw new Error('the others cannot be told before this page is in');
  }

  /** Leaves without a question. Resolves when the others were told. */
  async leaveNow(end: boolean): Promise<void> {
    this.#reporter.dispose();
    this.#notices.dispose();
    this.#servers.dispose();
    this.#serverWatch.dispose();
    this.connections.dispose();
    this.#presenting.dispose();
    this.#sharing.dispose();
    this.#options.source.dispose();
    await this.#mesh.leave(end);
  }

  #makeMesh(): Mesh {
    const { bootstrap, identity, connect, connectLane, source } = this.#options;
    const { room, secret, hostId, role, session } = bootstrap;
    return new Mesh({
      room,
      secret,
      hostId,
      identity,
      connect,
      connection: connectLane,
      addresses: bootstrap.addresses,
      mayOpen: role === 'host' || session !== null,
      state: (to) => this.#ownState(to),
      tracks: () => source.tracks,
      chatSeen: (author) => this.#chat.seen(author),
      chatAfter: (seen) => this.#chat.after(seen),
      events: {
        onEntered: (member, how) => this.#company.onEntered(member, how),
        onState: (member, before) => this.#company.onState(member, before),
        onChat: (author, entry) => this.#chat.add(author, entry),
        onAway: (member) => this.#company.onAway(member),
        onGone: (member, how) => this.#company.onGone(member, how),
        onMedia: () => this.#changed(),
        onChannel: (from, channel) => void this.#sharing.files.serve(from, channel),
        onLane: (from, message) => this.#sharing.onLane(from, message),
        onPlace: (place) => this.#store.set({ place }),
        onEnded: () => void this.#attendance.leave('ended-by-host'),
        onServers: (from, urls, elsewhere) => this.#company.onServers(from, urls, elsewhere),
        onServer: (connected) => {
          this.#servers.onServer(connected);
          this.#store.set({ serverLost: !connected });
        },
        onUnmet: (unmet) => this.#store.set({ unmet }),
        onStranger: () => this.#notices.add('warning', say.strangerSentence),
        onProblem: (what, error) => this.#problem(what, error),
      },
    });
  }

  /** Devices changed: what is sent follows, and what others are told. */
  #onDevices(): void {
    this.#mesh.sendTracks(this.#options.source.tracks);
    this.#presenting.follow();
    this.#changed();
  }

  /** What a member hears of us: to whom an own file does not go, it is not named. */
  #ownState(to: ParticipantId): ParticipantState {
    return ownState(this.#store.state, this.#options.source.devices, this.#sharing.files.offersTo(to));
  }

  /** Everything that follows from a change happens once for all changes of a task. */
  #changed(): void {
    this.#model = null;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#tellMembers();
      this.connections.follow();
      this.#voices.handOn(this.model);
      this.#reporter.report(statusOf(this.model, this.#store.state), this.#session);
      for (const listener of this.#listeners) listener(this.model);
    });
  }

  #tellMembers(): void {
    if (this.#store.state.phase !== 'in') return;
    for (const { address, link } of this.#mesh.members) {
      const state = this.#ownState(address.id);
      const text = JSON.stringify(state);
      if (text === this.#said.get(link)) continue;
      this.#said.set(link, text);
      link.send({ t: 'state', state });
    }
  }

  #problem(what: string, error?: unknown): void {
    if (isAwayError(error)) return this.#onHostSilent(error);
    const detail = error instanceof Error ? `${what}: ${error.name} ${error.message}` : what;
    this.#tell(this.#options.host.call('log', { level: 'warn', message: detail.slice(0, 2_000) }));
  }

  #tell(reply: Promise<unknown>): void {
    reply.catch((error: unknown) => this.#onHostSilent(error));
  }

  /** The extension host did not do what it was asked; why stands in its own log, unless it is away. */
  #onHostSilent(error: unknown): void {
    const { phase, hostAway } = this.#store.state;
    if (phase === 'left') return;
    if (isAwayError(error)) this.#notices.add('warning', say.hostAwaySentence);
    // That it does not hear what nobody asked for is said already.
    else if (!hostAway) this.#notices.add('error', say.hostSilentSentence);
  }
}
