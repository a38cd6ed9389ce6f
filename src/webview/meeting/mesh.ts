import { type ParticipantId, type PeerId, toHex } from '../../shared/ids.ts';
import { HANDSHAKE_DEADLINE, MAX_MEMBERS, MAX_PENDING_LINKS } from '../../shared/limits.ts';
import { eldest, ordinalFor } from '../../shared/meeting/roster.ts';
import type { ChatEntry, LinkMessage, MemberAddress, ParticipantState } from '../../shared/protocol.ts';
import { HandshakeError } from '../rtc/handshake.ts';
import type { Identity } from '../rtc/identity.ts';
import { Link, type LinkEnd } from '../rtc/link.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { type BrokerAddress, BrokerError, type RawLink } from '../rtc/peerBroker.ts';
import { Registration } from '../rtc/registration.ts';
import { EnterError, knock, type KnockOutcome, type Welcome } from './entry.ts';
import { Calls } from './calls.ts';
import { wait } from './wait.ts';

/** Another participant, from their `enter` on until they are gone. */
export interface Member {
  readonly address: MemberAddress;
  readonly link: Link;
  readonly state: ParticipantState;
}

/** What the mesh is made with. */
export interface MeshOptions {
  readonly room: PeerId;
  readonly secret: string;
  readonly hostId: ParticipantId;
  readonly identity: Identity;
  readonly address: BrokerAddress;
  readonly config: RTCConfiguration;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** May take the door when nobody stands at it: the host, and whoever was in before. */
  readonly mayOpen: boolean;
  /** What this participant says of themselves now. */
  readonly state: () => ParticipantState;
  readonly tracks: () => LocalTracks;
  /** The highest `seq` of this author's chat that is known here. */
  readonly chatSeen: (author: ParticipantId) => number;
  /** Our own chat lines after the `seen`th. */
  readonly chatAfter: (seen: number) => readonly ChatEntry[];
  readonly events: MeshEvents;
}

/** What happens in the room. */
export interface MeshEvents {
  /** Somebody came in, or came back: `returned` when they had been here all along. */
  readonly onEntered: (member: Member, returned: boolean) => void;
  readonly onState: (member: Member, before: ParticipantState) => void;
  readonly onChat: (author: ParticipantId, entry: ChatEntry) => void;
  readonly onGone: (member: Member, how: 'left' | 'lost') => void;
  /** Media to and from a member is negotiated. */
  readonly onMedia: (id: ParticipantId) => void;
  readonly onChannel: (from: ParticipantId, channel: RTCDataChannel) => void;
  /** The place in the order of arrival is another one, after the meeting was lost and found again. */
  readonly onPlace: (place: Place) => void;
  /** The host ended the meeting for all. */
  readonly onEnded: () => void;
  readonly onServer: (connected: boolean) => void;
  /** Somebody knocked without the secret. */
  readonly onStranger: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Where this participant stands in the meeting. */
export interface Place {
  readonly ordinal: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** How long `leave` may take to tell the others. */
const LEAVE_GRACE = 300;
const KNOCK_PAUSE = 1_000;
/** Times that the door may stay silent (15 s each) before that is called no connection. */
const MAX_SILENT = 4;
/** How long the first link's negotiation of media may hold up the meeting's screen. */
const MEDIA_GRACE = 500;

/**
 * The links between this participant and all others, and the door if it is ours to keep. Knows who is in the room;
 * knows nothing of how a meeting looks or what is said in it.
 */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #peer: PeerId = toHex(crypto.getRandomValues(new Uint8Array(16)));
  readonly #own: Registration;
  readonly #abort = new AbortController();
  readonly #members = new Map<ParticipantId, Member>();
  /** All proven links, also those on which the other side has not entered: they are told and sent nothing yet. */
  readonly #links = new Set<Link>();
  #proving = 0;
  readonly #calls: Calls;
  /** Places given at the door to people who have not entered yet. */
  readonly #expected = new Map<ParticipantId, MemberAddress>();
  #door: Registration | null = null;
  #place: Place | null = null;
  #name = '';
  #returning = false;

  /** Registers with the server at once, so that joining later does not wait for it. */
  constructor(options: MeshOptions) {
    this.#options = options;
    this.#own = this.#register(this.#peer);
    this.#calls = new Calls({
      signal: this.#abort.signal,
      self: () => this.#self(),
      linked: () => [...this.#links].map((link) => link.remote.peer),
      call: (member) => this.#call(member),
      onLink: (link) => this.#join(link),
      onProblem: options.events.onProblem,
    });
  }

  /** The others, by order of arrival. */
  get members(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => a.address.ordinal - b.address.ordinal);
  }

  member(id: ParticipantId): Member | undefined {
    return this.#members.get(id);
  }

  /**
   * Enters the room: takes the door if it is free and we may, knocks otherwise, and goes on until one of both works.
   * @param before the place held before the panel was closed.
   * @param onWaiting nobody stands at the door yet.
   * @throws {EnterError}
   */
  async enter(name: string, before: Place | null, now: number, onWaiting: () => void): Promise<Place> {
    const { signal } = this.#abort;
    this.#name = name;
    let silent = 0;
    while (!signal.aborted) {
      if (this.#options.mayOpen) {
        const place = await this.#openDoor(before ?? { ordinal: 0, startedAt: now });
        if (place) return place;
      }
      const outcome = await this.#knock(name);
      if (outcome.kind === 'welcome') return this.#settle(outcome.welcome);
      if (outcome.kind === 'silent' && ++silent === MAX_SILENT) throw new EnterError('no-connection');
      if (!signal.aborted) onWaiting();
      await wait(KNOCK_PAUSE, signal);
    }
    throw new EnterError('left');
  }

  /** Sends a message to everybody who is in. */
  broadcast(message: LinkMessage): void {
    for (const { link } of this.#members.values()) link.send(message);
  }

  /** Sends these tracks to everybody from now on. */
  sendTracks(tracks: LocalTracks): void {
    for (const { link } of this.#members.values()) link.media.update(tracks);
  }

  /** Tells the others, and is gone. `end` is heeded from the host only. Resolves when they have been told. */
  async leave(end: boolean): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.broadcast(end ? { t: 'end' } : { t: 'leave' });
    const told = new AbortController();
    if (this.#links.size === 0) told.abort();
    this.#abort.abort();
    for (const link of this.#links) link.close();
    await wait(LEAVE_GRACE, told.signal);
    this.#door?.dispose();
    this.#own.dispose();
  }

  async #openDoor(place: Place): Promise<Place | null> {
    const door = (this.#door ??= this.#register(this.#options.room));
    const outcome = await door.first;
    if (outcome === 'connected' && this.#door === door) {
      await this.#own.connected();
      this.#place = place;
      return place;
    }
    door.dispose();
    if (this.#door === door) this.#door = null;
    return null;
  }

  async #knock(name: string): Promise<KnockOutcome> {
    const broker = await this.#own.connected();
    if (!broker || this.#abort.signal.aborted) return { kind: 'absent' };
    const { room, events } = this.#options;
    return knock(broker, room, name, (raw) => this.#prove(raw), events.onProblem);
  }

  /**
   * Alone after links were lost: either the others are gone, or it is we who were. So the door is taken if it is free,
   * and whoever has it meanwhile is asked for the way back in.
   */
  async #enterAgain(): Promise<void> {
    const { signal } = this.#abort;
    const before = this.#place;
    if (this.#returning || !before) return;
    this.#returning = true;
    try {
      while (!signal.aborted && this.#members.size === 0 && !(await this.#openDoor(before))) {
        try {
          const outcome = await this.#knock(this.#name);
          if (outcome.kind === 'welcome') {
            await this.#settle(outcome.welcome);
            this.#options.events.onPlace(this.#place ?? before);
            break;
          }
        } catch (error) {
          this.#options.events.onProblem('the way back in was not found', error);
        }
        await wait(KNOCK_PAUSE, signal);
      }
    } finally {
      this.#returning = false;
    }
  }

  async #settle({ link, ordinal, members, startedAt }: Welcome): Promise<Place> {
    if (this.#abort.signal.aborted) {
      link.close();
      throw new EnterError('left');
    }
    const place = { ordinal, startedAt };
    this.#place = place;
    this.#join(link);
    this.#calls.callMissing(members);
    // Drawing the meeting takes the page long enough to hold up the first picture: that is on its way first.
    await Promise.race([link.settled, wait(MEDIA_GRACE, this.#abort.signal)]);
    if (this.#abort.signal.aborted) throw new EnterError('left');
    return place;
  }

  #register(id: PeerId): Registration {
    return new Registration({
      address: this.#options.address,
      id,
      config: this.#options.config,
      addresses: this.#options.addresses,
      onLink: (raw) => void this.#admit(raw),
      onServer: (connected) => {
        if (id === this.#peer) this.#options.events.onServer(connected);
      },
    });
  }

  #prove(raw: RawLink, expected?: ParticipantId): Promise<Link> {
    const { room, secret, identity } = this.#options;
    return Link.prove({
      raw,
      room,
      secret,
      identity,
      peer: this.#peer,
      ...(expected ? { expected } : {}),
    });
  }

  /** Somebody called us, or the door we keep. */
  async #admit(raw: RawLink): Promise<void> {
    if (this.#proving >= MAX_PENDING_LINKS) {
      raw.pc.close();
      return;
    }
    this.#proving++;
    try {
      const link = await this.#prove(raw);
      // Before Join nobody is let near: not to be seen, not to be asked.
      if (this.#abort.signal.aborted || !this.#place) link.refuse('not-the-door');
      else if (raw.called === this.#options.room) this.#answerDoor(link);
      else this.#join(link);
    } catch (error) {
      this.#options.events.onProblem('a link was not proven', error);
      if (error instanceof HandshakeError && error.byUs && error.reason === 'secret')
        this.#options.events.onStranger();
    } finally {
      this.#proving--;
    }
  }

  #answerDoor(link: Link): void {
    const { events } = this.#options;
    const deadline = setTimeout(() => link.close(), HANDSHAKE_DEADLINE);
    link.listen({
      onMessage: (message) => {
        if (message.t !== 'knock') return;
        clearTimeout(deadline);
        this.#welcome(link);
      },
      onMedia: () => undefined,
      onChannel: (channel) => channel.close(),
      onEnd: () => clearTimeout(deadline),
      onProblem: events.onProblem,
    });
  }

  #welcome(link: Link): void {
    const place = this.#place;
    const { id, peer } = link.remote;
    if (!place) return link.refuse('not-the-door');
    const inside = this.#addresses();
    const taken = inside.length + this.#expected.size;
    if (taken >= MAX_MEMBERS && !this.#members.has(id) && !this.#expected.has(id)) return link.refuse('full');
    const ordinal = ordinalFor(id, [...inside, ...this.#expected.values()]);
    this.#expected.set(id, { id, peer, ordinal });
    const members = inside.filter((member) => member.id !== id);
    link.send({ t: 'welcome', ordinal, members, startedAt: place.startedAt });
    this.#join(link);
  }

  /**
   * From here on the link is one between two members. Media is negotiated at once, but no track is sent before the
   * other side has entered: nobody sees or hears who is not seen in the list of participants.
   */
  #join(link: Link): void {
    const { events } = this.#options;
    this.#links.add(link);
    const deadline = setTimeout(() => {
      if (this.#members.get(link.remote.id)?.link !== link) link.close();
    }, HANDSHAKE_DEADLINE);
    link.openMedia();
    if (this.#place) this.#sayEnter(link, this.#place);
    link.listen({
      onMessage: (message) => this.#onMessage(link, message),
      onMedia: () => events.onMedia(link.remote.id),
      onChannel: (channel) => {
        if (this.#members.get(link.remote.id)?.link === link) events.onChannel(link.remote.id, channel);
        else channel.close();
      },
      onEnd: (end) => {
        clearTimeout(deadline);
        this.#onEnd(link, end);
      },
      onProblem: events.onProblem,
    });
  }

  #sayEnter(link: Link, { ordinal }: Place): void {
    const { state, chatSeen } = this.#options;
    link.send({ t: 'enter', ordinal, state: state(), chatSeen: chatSeen(link.remote.id) });
  }

  #onMessage(link: Link, message: LinkMessage): void {
    const { id } = link.remote;
    if (message.t === 'enter') return this.#onEnter(link, message);
    const member = this.#members.get(id);
    if (member?.link !== link) return;
    const { events } = this.#options;
    switch (message.t) {
      case 'state':
        this.#members.set(id, { ...member, state: message.state });
        events.onState({ ...member, state: message.state }, member.state);
        break;
      case 'chat':
        events.onChat(id, message.entry);
        break;
      case 'members':
        this.#calls.callMissing(message.members);
        break;
      case 'leave':
        this.#remove(member, 'left');
        break;
      case 'end':
        if (id === this.#options.hostId) events.onEnded();
        else events.onProblem('an end that is not the host’s was ignored');
        break;
      default:
        events.onProblem(`a ${message.t} out of place was dropped`);
    }
  }

  #onEnter(link: Link, { ordinal, state, chatSeen }: Extract<LinkMessage, { t: 'enter' }>): void {
    const { id, peer } = link.remote;
    const before = this.#members.get(id);
    if (!this.#place || before?.link === link) {
      this.#options.events.onProblem('an enter out of place was dropped');
      return;
    }
    const place = this.#expected.get(id);
    this.#expected.delete(id);
    const member: Member = { address: { id, peer, ordinal: place?.ordinal ?? ordinal }, link, state };
    this.#members.set(id, member);
    link.media.update(this.#options.tracks());
    if (before) {
      this.#links.delete(before.link);
      before.link.close();
      if (before.address.peer !== peer) this.#calls.forget(before.address.peer);
    }
    // What has changed since our own `enter` was told to members only.
    link.send({ t: 'state', state: this.#options.state() });
    this.#options.events.onEntered(member, before !== undefined);
    for (const entry of this.#options.chatAfter(chatSeen)) link.send({ t: 'chat', entry });
    this.#membersChanged();
  }

  #onEnd(link: Link, end: LinkEnd): void {
    this.#links.delete(link);
    const member = this.#members.get(link.remote.id);
    if (!member) this.#expected.delete(link.remote.id);
    if (member?.link === link && end !== 'closed') this.#remove(member, 'lost');
  }

  #remove(member: Member, how: 'left' | 'lost'): void {
    this.#members.delete(member.address.id);
    this.#links.delete(member.link);
    member.link.close();
    this.#options.events.onGone(member, how);
    if (how === 'left') this.#calls.forget(member.address.peer);
    else this.#calls.callMissing([member.address]);
    this.#membersChanged();
    if (how === 'lost' && this.#members.size === 0) void this.#enterAgain();
  }

  /** Tells the others whom we know, so that gaps close by themselves, and minds the door. */
  #membersChanged(): void {
    const self = this.#self();
    if (!self || this.#abort.signal.aborted) return;
    const members = this.#addresses();
    this.broadcast({ t: 'members', members });
    if (eldest(members)?.id === self.id) this.#door ??= this.#register(this.#options.room);
    else if (this.#door && !this.#door.broker) {
      this.#door.dispose();
      this.#door = null;
    }
  }

  #self(): MemberAddress | null {
    if (!this.#place) return null;
    return { id: this.#options.identity.id, peer: this.#peer, ordinal: this.#place.ordinal };
  }

  #addresses(): MemberAddress[] {
    const self = this.#self();
    return [...(self ? [self] : []), ...this.members.map((member) => member.address)];
  }

  async #call({ id, peer }: MemberAddress): Promise<Link> {
    const broker = await this.#own.connected();
    if (!broker) throw new BrokerError('closed');
    return this.#prove(await broker.call(peer), id);
  }
}
