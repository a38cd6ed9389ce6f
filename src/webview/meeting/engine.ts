import { safeFileName } from '../../shared/fileNames.ts';
import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_CHAT_TEXT, MAX_NAME } from '../../shared/limits.ts';
import { addLine, linesAfter, witness, writeLine } from '../../shared/meeting/chatLog.ts';
import type { FileOffer, ParticipantState } from '../../shared/protocol.ts';
import { FileExchange, fileKey } from '../files/fileExchange.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { TrackSource } from '../media/trackSource.ts';
import type { MeetingActions, MeetingModel, MeetingView } from '../model.ts';
import type { Identity } from '../rtc/identity.ts';
import { type EngineState, initialState, sessionOf } from './engineState.ts';
import { EnterError } from './entry.ts';
import { HostReporter } from './hostReporter.ts';
import { type Member, Mesh } from './mesh.ts';
import { makeModel, presenterNow, statusOf } from './modelMaker.ts';
import { Notices } from './notices.ts';
import * as say from './sentences.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly bootstrap: MeetingBootstrap;
  readonly identity: Identity;
  readonly host: HostClient;
  readonly source: TrackSource;
  /** One certificate a person and meeting, so that a fingerprint means the same person on every link. */
  readonly certificate: RTCCertificate;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * One participant's meeting: puts together links, devices, chat and files, and makes the model that the views draw.
 * Every action ends in a new state; nothing throws at the person who clicked.
 */
export class MeetingEngine implements MeetingView {
  readonly actions: MeetingActions;
  readonly #options: EngineOptions;
  readonly #notices: Notices;
  readonly #files: FileExchange;
  readonly #mesh: Mesh;
  readonly #reporter: HostReporter;
  readonly #listeners = new Set<(model: MeetingModel) => void>();
  readonly #leaveListeners = new Set<() => void>();
  #state: EngineState;
  #model: MeetingModel | null = null;
  #scheduled = false;
  #sentState = '';
  #voices: readonly MediaStreamTrack[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    const { bootstrap, source } = options;
    this.#state = initialState(bootstrap);
    this.#reporter = new HostReporter(options.host, () => this.#onHostSilent());
    this.#notices = new Notices(() => this.#changed());
    this.#files = new FileExchange({
      self: options.identity.id,
      host: options.host,
      openChannel: (to, label) => this.#mesh.member(to)?.link.openChannel(label) ?? null,
      onChange: () => this.#changed(),
      onProblem: (what, error) => this.#problem(what, error),
    });
    this.#mesh = this.#makeMesh();
    this.actions = this.#makeActions();
    source.onChange(() => this.#onDevices());
    this.#files.offer([...(bootstrap.session?.offers ?? []), ...bootstrap.offers]);
    if (bootstrap.session) this.#join(bootstrap.session.name);
  }

  get model(): MeetingModel {
    this.#model ??= makeModel(this.#state, {
      devices: this.#options.source.devices,
      members: this.#mesh.members,
      files: this.#files,
      notices: this.#notices.list,
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

  /** Files shared outside the page. */
  shareFiles(offers: readonly FileOffer[]): void {
    const refused = this.#files.offer(offers);
    if (refused.length > 0) this.#notices.add('warning', say.tooManyFilesSentence(refused.length));
  }

  /** Leaves without a question. Resolves when the others were told. */
  async leaveNow(end: boolean): Promise<void> {
    this.#reporter.dispose();
    this.#notices.dispose();
    this.#files.dispose();
    this.#options.source.dispose();
    await this.#mesh.leave(end);
  }

  #makeActions(): MeetingActions {
    const { host, source } = this.#options;
    return {
      join: (name) => {
        // Within the click: a browser may only be opened, and sound only be played, for somebody who asked for it.
        if (source.devices.stage?.status === 'none') source.open();
        this.#join(name);
      },
      joinWithoutDevices: (name) => {
        for (const device of ['microphone', 'camera'] as const) source.want(device, false);
        this.#join(name);
      },
      openStage: () => {
        // Who joined without devices asks for them with this.
        if (source.devices.stage?.status === 'none') {
          for (const device of ['microphone', 'camera'] as const) source.want(device, true);
        }
        source.open();
      },
      copyStageLink: () => source.copyLink(),
      chooseDevice: (kind, id) => source.choose({ ...source.devices.chosen, [kind]: id }),
      setMicrophone: (on) => source.want('microphone', on),
      setCamera: (on) => source.want('camera', on),
      startPresenting: () => void this.#startPresenting(),
      stopPresenting: () => source.stopScreen(),
      setHand: (hand) => this.#set({ hand }),
      sendChat: (text) => this.#sendChat(text),
      shareFiles: () => this.#tell(host.call('pickFiles', {})),
      takeFile: (offer) => this.#takeFile(offer),
      cancelFile: (key) => this.#files.cancel(key),
      withdrawFile: (key) => this.#files.withdraw(key),
      showFile: (key) => this.#files.show(key),
      copyInvite: () => this.#tell(host.call('copyInvite', {})),
      leave: () => void this.#leave('left'),
      endForAll: () => void this.#leave('ended'),
      dismissNotice: (id) => this.#notices.dismiss(id),
    };
  }

  #makeMesh(): Mesh {
    const { bootstrap, identity, certificate, source } = this.#options;
    const { room, secret, hostId, broker, iceServers, addresses, role, session } = bootstrap;
    return new Mesh({
      room,
      secret,
      hostId,
      identity,
      address: broker,
      addresses,
      config: {
        iceServers: iceServers.map(iceServer),
        certificates: [certificate],
        bundlePolicy: 'max-bundle',
      },
      mayOpen: role === 'host' || session !== null,
      state: () => this.#ownState(),
      tracks: () => source.tracks,
      chatSeen: (author) => this.#state.chat.seen.get(author) ?? 0,
      chatAfter: (seen) => linesAfter(this.#state.chat, identity.id, seen),
      events: {
        onEntered: (member, returned) => this.#onEntered(member, returned),
        onState: (member, before) => this.#onState(member, before),
        onChat: (author, entry) => this.#set({ chat: addLine(this.#state.chat, author, entry) }),
        onGone: (member, how) => this.#onGone(member, how),
        onMedia: () => this.#changed(),
        onChannel: (_from, channel) => void this.#files.serve(channel),
        onPlace: (place) => this.#set({ place }),
        onEnded: () => void this.#leave('ended-by-host'),
        onServer: (connected) => this.#set({ serverLost: !connected }),
        onStranger: () => this.#notices.add('warning', say.strangerSentence),
        onProblem: (what, error) => this.#problem(what, error),
      },
    });
  }

  #join(typed: string): void {
    const { phase } = this.#state;
    const name = typed.trim().slice(0, MAX_NAME);
    if (name === '' || phase === 'joining' || phase === 'in') return;
    this.#set({ phase: 'joining', name, outcome: null, waitingFor: null });
    const { bootstrap, host, now } = this.#options;
    this.#tell(host.call('rememberName', { name }));
    const onWaiting = (): void => this.#set({ waitingFor: say.waitingSentence(bootstrap.hostName) });
    this.#mesh.enter(name, this.#state.place, now(), onWaiting).then(
      (place) => {
        if (this.#state.phase === 'joining') this.#set({ phase: 'in', place, waitingFor: null });
      },
      (error: unknown) => {
        this.#problem('the meeting was not entered', error);
        const problem = error instanceof EnterError ? error.problem : 'no-connection';
        // Who has left meanwhile is not told that they could not come in.
        if (problem !== 'left' && this.#state.phase === 'joining') {
          this.#set({ phase: 'failed', outcome: say.enterOutcome(problem) });
        }
      },
    );
  }

  async #leave(how: 'left' | 'ended' | 'ended-by-host'): Promise<void> {
    const { phase } = this.#state;
    if (phase === 'left') return;
    this.#set({ phase: 'left', outcome: how === 'left' ? say.leftOutcome : say.endedOutcome });
    await this.leaveNow(how === 'ended');
    this.#tell(this.#options.host.call('left', { how: phase === 'in' ? how : 'gave-up' }));
  }

  async #startPresenting(): Promise<void> {
    const presenter = this.#presenter();
    if (presenter !== undefined && presenter !== this.#options.identity.id) {
      this.#notices.add('warning', say.oneAtATimeSentence(this.#nameOf(presenter)));
      return;
    }
    await this.#options.source.startScreen();
  }

  /** Devices changed: what is sent follows, and what others are told. */
  #onDevices(): void {
    const { source } = this.#options;
    this.#mesh.sendTracks(source.tracks);
    const captured = source.devices.screen.status === 'on';
    if (captured && this.#state.presenting === null) {
      const { chat } = this.#state;
      const presenting = chat.clock + 1;
      // Somebody may have begun while a screen was being picked: who came second steps back.
      if (this.#presenter() === undefined) this.#set({ presenting, chat: witness(chat, presenting) });
      else this.#giveWay();
    } else if (!captured && this.#state.presenting !== null) {
      this.#set({ presenting: null });
    }
    this.#stepBack();
    this.#changed();
  }

  /** Of two who began to present at once, the one with the later claim stops. */
  #stepBack(): void {
    const presenter = this.#presenter();
    if (this.#state.presenting !== null && presenter !== this.#options.identity.id) this.#giveWay();
  }

  #giveWay(): void {
    const presenter = this.#presenter();
    if (presenter !== undefined) {
      this.#notices.add('warning', say.oneAtATimeSentence(this.#nameOf(presenter)));
    }
    this.#options.source.stopScreen();
  }

  /** A later claim than this one has to be told from it: our clock follows. */
  #witness({ presenting }: ParticipantState): void {
    if (presenting !== null) this.#set({ chat: witness(this.#state.chat, presenting) });
  }

  #sendChat(typed: string): boolean {
    const text = typed.trim();
    if (text === '' || text.length > MAX_CHAT_TEXT || this.#state.phase !== 'in') return false;
    const [chat, entry] = writeLine(this.#state.chat, this.#options.identity.id, text, this.#options.now());
    this.#set({ chat });
    this.#mesh.broadcast({ t: 'chat', entry });
    return true;
  }

  /** A file is known by its owner and its id: an id alone is anybody's to repeat. */
  #takeFile(key: string): void {
    for (const { address, state } of this.#mesh.members) {
      const file = state.offers.find(({ id }) => fileKey(address.id, id) === key);
      if (file) void this.#files.take(address.id, state.name, file);
    }
  }

  #onEntered(member: Member, returned: boolean): void {
    const { id } = member.address;
    this.#set({ names: new Map(this.#state.names).set(id, member.state.name) });
    this.#witness(member.state);
    if (!returned) this.#notices.add('info', say.enteredSentence(member.state.name));
    this.#stepBack();
  }

  #onState(member: Member, before: ParticipantState): void {
    const { state } = member;
    this.#witness(state);
    const offered = state.offers.filter(({ id }) => !before.offers.some((known) => known.id === id));
    if (state.hand && !before.hand) this.#notices.add('info', say.handSentence(state.name));
    if (state.presenting !== null && before.presenting === null) {
      this.#notices.add('info', say.presentingSentence(state.name));
    }
    if (state.presenting === null && before.presenting !== null) {
      this.#notices.add('info', say.notPresentingSentence(state.name));
    }
    if (offered.length > 0) {
      const names = offered.map(({ name }) => safeFileName(name));
      this.#notices.add('info', say.offeredSentence(state.name, names));
    }
    this.#set({ names: new Map(this.#state.names).set(member.address.id, state.name) });
    this.#stepBack();
  }

  #onGone(member: Member, how: 'left' | 'lost'): void {
    const { name } = member.state;
    if (how === 'left') this.#notices.add('info', say.leftSentence(name));
    else this.#notices.add('warning', say.lostSentence(name));
    this.#changed();
  }

  #presenter(): ParticipantId | undefined {
    return presenterNow(this.#state, this.#mesh.members);
  }

  #nameOf(id: ParticipantId): string {
    return this.#state.names.get(id) ?? '';
  }

  /** What we say of ourselves. */
  #ownState(): ParticipantState {
    const { microphone, camera } = this.#options.source.devices;
    const { name, hand, presenting } = this.#state;
    return {
      name,
      microphone: microphone.status === 'on',
      camera: camera.status === 'on',
      hand,
      presenting,
      offers: [...this.#files.offers],
    };
  }

  #set(change: Partial<EngineState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed();
  }

  /** Everything that follows from a change happens once for all changes of a task. */
  #changed(): void {
    this.#model = null;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#tellMembers();
      this.#handOnVoices();
      this.#reporter.report(
        statusOf(this.model),
        sessionOf(this.#state, this.#files.offers, this.model.devices),
      );
      for (const listener of this.#listeners) listener(this.model);
    });
  }

  /** What is heard of the others goes to where the microphone is. */
  #handOnVoices(): void {
    const { people, presentation } = this.model;
    const tracks = [...people.map(({ audio }) => audio), presentation?.audio ?? null].filter(
      (track) => track !== null,
    );
    if (
      tracks.length === this.#voices.length &&
      tracks.every((track, index) => track === this.#voices[index])
    )
      return;
    this.#voices = tracks;
    this.#options.source.hear(tracks);
  }

  #tellMembers(): void {
    if (this.#state.phase !== 'in') return;
    const state = this.#ownState();
    const text = JSON.stringify(state);
    if (text === this.#sentState) return;
    this.#sentState = text;
    this.#mesh.broadcast({ t: 'state', state });
  }

  #problem(what: string, error?: unknown): void {
    const detail = error instanceof Error ? `${what}: ${error.name} ${error.message}` : what;
    this.#tell(this.#options.host.call('log', { level: 'warn', message: detail.slice(0, 2_000) }));
  }

  #tell(reply: Promise<unknown>): void {
    reply.catch(() => this.#onHostSilent());
  }

  /** The extension host did not do what it was asked; why stands in its own log. */
  #onHostSilent(): void {
    if (this.#state.phase !== 'left') this.#notices.add('error', say.hostSilentSentence);
  }
}

function iceServer(server: MeetingBootstrap['iceServers'][number]): RTCIceServer {
  const { urls, username, credential } = server;
  return {
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  };
}
