import type { ParticipantId } from '../../shared/ids.ts';
import type {
  ChatEntry,
  LaneMessage,
  LinkMessage,
  MemberAddress,
  ParticipantState,
} from '../../shared/protocol.ts';
import type { Link, LinkEnd } from '../rtc/link.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import type { Member, Place } from './member.ts';

/** What we say of ourselves to a member. */
export interface OwnWord {
  /** What this participant says of themselves to a member now. */
  readonly state: (to: ParticipantId) => ParticipantState;
  readonly tracks: () => LocalTracks;
  /** The highest `seq` of this author's chat that is known here. */
  readonly chatSeen: (author: ParticipantId) => number;
  /** Our own chat lines after the `seen`th. */
  readonly chatAfter: (seen: number) => readonly ChatEntry[];
}

/** What members do. */
export interface MemberEvents {
  /** Somebody came in, or came back: `returned` when they had been here all along. */
  readonly onEntered: (member: Member, returned: boolean) => void;
  readonly onState: (member: Member, before: ParticipantState) => void;
  readonly onChat: (author: ParticipantId, entry: ChatEntry) => void;
  readonly onGone: (member: Member, how: 'left' | 'lost') => void;
  /** Media to and from a member is negotiated. */
  readonly onMedia: (id: ParticipantId) => void;
  readonly onChannel: (from: ParticipantId, channel: RTCDataChannel) => void;
  readonly onLane: (from: ParticipantId, message: LaneMessage) => void;
  /** The host ended the meeting for all. */
  readonly onEnded: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** What the members need of the mesh. */
export interface MembersOptions {
  readonly hostId: ParticipantId;
  readonly own: OwnWord;
  /** Our own place, or null before we are in. */
  readonly place: () => Place | null;
  /** The place that the door gave them, asked for once, when they enter or are gone before they did. */
  readonly placeGiven: (id: ParticipantId) => MemberAddress | undefined;
  /** Others tell of members, or a link to one was lost. */
  readonly onTold: (members: readonly MemberAddress[]) => void;
  /** A page of a member is no more, and no rumour of it is to be followed. */
  readonly onDeparted: (address: MemberAddress) => void;
  /** Somebody came or went. */
  readonly onChanged: () => void;
  /** The last link was lost. */
  readonly onAlone: () => void;
  /** How long somebody may take from the proven link to their `enter`; milliseconds. */
  readonly patience: number;
  readonly events: MemberEvents;
}

/** Who is in, and the links to them: one a person, the newest that they have entered on. */
export class Members {
  readonly #options: MembersOptions;
  readonly #members = new Map<ParticipantId, Member>();
  /** All proven links, also those on which the other side has not entered: they are told and sent nothing yet. */
  readonly #links = new Set<Link>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** By order of arrival. */
  get list(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => a.address.ordinal - b.address.ordinal);
  }

  get links(): ReadonlySet<Link> {
    return this.#links;
  }

  get(id: ParticipantId): Member | undefined {
    return this.#members.get(id);
  }

  /** Sends a message to everybody who is in. */
  broadcast(message: LinkMessage): void {
    for (const { link } of this.#members.values()) link.send(message);
  }

  /** Sends these tracks to everybody from now on. */
  sendTracks(tracks: LocalTracks): void {
    for (const { link } of this.#members.values()) link.media.update(tracks);
  }

  /**
   * From here on the link is one between two members. Media is negotiated at once, but no track is sent before the
   * other side has entered: nobody sees or hears who is not seen in the list of participants.
   */
  join(link: Link): void {
    const { events } = this.#options;
    this.#links.add(link);
    const deadline = setTimeout(() => {
      if (this.#members.get(link.remote.id)?.link !== link) link.close();
    }, this.#options.patience);
    link.openMedia();
    const place = this.#options.place();
    if (place) this.#sayEnter(link, place);
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
    const { state, chatSeen } = this.#options.own;
    link.send({ t: 'enter', ordinal, state: state(link.remote.id), chatSeen: chatSeen(link.remote.id) });
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
      case 'lane':
        events.onLane(id, message);
        break;
      case 'members':
        this.#options.onTold(message.members);
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
    const { own, events, place, placeGiven, onDeparted, onChanged } = this.#options;
    const { id, peer } = link.remote;
    const before = this.#members.get(id);
    if (!place() || before?.link === link) {
      events.onProblem('an enter out of place was dropped');
      return;
    }
    const address = { id, peer, ordinal: placeGiven(id)?.ordinal ?? ordinal };
    const member: Member = { address, link, state };
    this.#members.set(id, member);
    link.media.update(own.tracks());
    if (before) {
      this.#links.delete(before.link);
      before.link.close();
      if (before.address.peer !== peer) onDeparted(before.address);
    }
    // What has changed since our own `enter` was told to members only.
    link.send({ t: 'state', state: own.state(id) });
    events.onEntered(member, before !== undefined);
    for (const entry of own.chatAfter(chatSeen)) link.send({ t: 'chat', entry });
    onChanged();
  }

  #onEnd(link: Link, end: LinkEnd): void {
    this.#links.delete(link);
    const member = this.#members.get(link.remote.id);
    if (!member) this.#options.placeGiven(link.remote.id);
    if (member?.link === link && end !== 'closed') this.#remove(member, 'lost');
  }

  #remove(member: Member, how: 'left' | 'lost'): void {
    const { events, onDeparted, onTold, onChanged, onAlone } = this.#options;
    const { address, link } = member;
    this.#members.delete(address.id);
    this.#links.delete(link);
    link.close();
    events.onGone(member, how);
    if (how === 'left') onDeparted(address);
    else onTold([address]);
    onChanged();
    if (how === 'lost' && this.#members.size === 0) onAlone();
  }
}
