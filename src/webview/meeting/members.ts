import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import type {
  LinkMessage,
  MemberAddress,
  ParticipantState,
  RelayMessage,
  ToldMember,
} from '../../shared/protocol.ts';
import { isElder } from '../../shared/meeting/roster.ts';
import type { Link, LinkEnd } from '../rtc/link.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { Away } from './away.ts';
import { Hearsay } from './hearsay.ts';
import type { Member, Place } from './member.ts';
import type { MemberEvents, OwnWord } from './memberEvents.ts';
import type { MeshTimes } from './meshTimes.ts';
import { SupersededPages } from './supersededPages.ts';

/** What the members need of the mesh. */
export interface MembersOptions {
  readonly self: ParticipantId;
  readonly hostId: ParticipantId;
  readonly own: OwnWord;
  /** Our own place, or null before we are in. */
  readonly place: () => Place | null;
  /** The place that the door gave them, asked for once, when they enter or are gone before they did. */
  readonly placeGiven: (id: ParticipantId) => MemberAddress | undefined;
  /** Others tell of members. */
  readonly onTold: (members: readonly MemberAddress[]) => void;
  /** A member hands on a call, or wants one handed on. */
  readonly onRelay: (from: ParticipantId, message: RelayMessage) => void;
  /** A member's link is silent or gone: they are to be called in so many milliseconds. */
  readonly onMissing: (address: MemberAddress, delay: number) => void;
  /** A page of a member is no more, and no rumour of it is to be followed. */
  readonly onDeparted: (address: MemberAddress) => void;
  /** Somebody came or went. */
  readonly onChanged: () => void;
  /** Nobody else is here, by lost links. */
  readonly onAlone: () => void;
  readonly times: MeshTimes;
  /** Milliseconds of a clock that goes on in sleep. */
  readonly now?: () => number;
  readonly events: MemberEvents;
}

/** What was heard on a link since the other side entered on it. */
interface Entered {
  /** How much of our chat they had. */
  readonly chatSeen: number;
  state: ParticipantState;
}

/** Who is in, and the links to them: the one that they have entered on last is used, until it ends. */
export class Members {
  readonly #options: MembersOptions;
  readonly #members = new Map<ParticipantId, Member>();
  /** All proven links, also those on which the other side has not entered: they are told and sent nothing yet. */
  readonly #links = new Set<Link>();
  readonly #entered = new Map<Link, Entered>();
  readonly #superseded = new SupersededPages();
  readonly #hearsay = new Hearsay();
  readonly #away: Away;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#away = new Away({
      vouched: (id) => {
        const member = this.#members.get(id);
        return member !== undefined && this.relaysTo(member.address).length > 0;
      },
      onGone: (id, unloaded) => {
        const member = this.#members.get(id);
        if (member) this.#remove(member, unloaded ? 'left' : 'lost');
      },
      alone: () => this.present.length === 0,
      onAlone: options.onAlone,
      times: options.times,
      ...(options.now ? { now: options.now } : {}),
    });
  }

  /** By order of arrival, also those who are away. */
  get list(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => (isElder(a.address, b.address) ? -1 : 1));
  }

  /** Those who are heard. */
  get present(): readonly Member[] {
    return this.list.filter(({ away }) => !away);
  }

  get links(): ReadonlySet<Link> {
    return this.#links;
  }

  get(id: ParticipantId): Member | undefined {
    return this.#members.get(id);
  }

  /** Whether somebody who is here holds the door. */
  get holdDoor(): boolean {
    return this.present.some(({ address }) => this.#hearsay.holdsDoor(address.id));
  }

  /** Members who are here and say that they reach somebody's page, a member's or not. */
  relaysTo({ id, peer }: Pick<MemberAddress, 'id' | 'peer'>): Member[] {
    return this.present.filter(({ address }) => address.id !== id && this.#hearsay.reaches(address.id, peer));
  }

  /** Pages that somebody who is here says they reach, of people of whom nothing is heard here, or not of that page. */
  get unmet(): readonly ToldMember[] {
    const told = new Map<PeerId, ToldMember>();
    for (const { address } of this.present) {
      for (const one of this.#hearsay.reached(address.id)) {
        const member = this.#members.get(one.id);
        const isMet = member && (!member.away || member.address.peer === one.peer);
        if (one.id !== this.#options.self && !isMet && !this.#superseded.has(one.peer))
          told.set(one.peer, one);
      }
    }
    return [...told.values()];
  }

  /** What the server said of a page that was called. */
  noteCall({ id, peer }: MemberAddress, absent: boolean): void {
    if (this.#members.get(id)?.address.peer === peer) this.#away.note(id, absent);
  }

  /** What becomes of the server that somebody has run, who is not heard. */
  noteServer(id: ParticipantId, refused: boolean): void {
    this.#away.noteServer(id, refused);
  }

  /** Sends a message to everybody who is in. */
  broadcast(message: LinkMessage): void {
    for (const { link } of this.#members.values()) link.send(message);
  }

  /** Sends these tracks to everybody from now on. */
  sendTracks(tracks: LocalTracks): void {
    for (const { link } of this.#members.values()) link.media.update(tracks);
  }

  /** Waits for nobody any more. */
  dispose(): void {
    this.#away.dispose();
  }

  /**
   * From here on the link is one between two members. Media is negotiated at once, but no track is sent before the
   * other side has entered: nobody sees or hears who is not seen in the list of participants.
   */
  join(link: Link): void {
    const { events, times, place } = this.#options;
    // It may live on for a moment beside its successor, and misses those whose links went with it.
    if (this.#superseded.has(link.remote.peer)) return link.close();
    this.#links.add(link);
    const deadline = setTimeout(() => {
      if (!this.#entered.has(link)) link.close();
    }, times.admission);
    link.openMedia();
    const own = place();
    if (own) this.#sayEnter(link, own);
    link.listen({
      onMessage: (message) => this.#onMessage(link, message),
      onMedia: () => events.onMedia(link.remote.id),
      onChannel: (channel) => {
        if (this.#members.get(link.remote.id)?.link === link) events.onChannel(link.remote.id, channel);
        else channel.close();
      },
      onQuiet: (quiet) => this.#onQuiet(link, quiet),
      onEnd: (end) => {
        clearTimeout(deadline);
        this.#onEnd(link, end);
      },
      onProblem: events.onProblem,
    });
  }

  #sayEnter(link: Link, { ordinal }: Place): void {
    const { state, chatSeen } = this.#options.own;
    const { id } = link.remote;
    const anew = this.#members.has(id) ? {} : ({ anew: true } as const);
    link.send({ t: 'enter', ordinal, state: state(id), chatSeen: chatSeen(id), ...anew });
  }

  #onMessage(link: Link, message: LinkMessage): void {
    const { id } = link.remote;
    if (message.t === 'enter') return this.#onEnter(link, message);
    const member = this.#members.get(id);
    const entered = this.#entered.get(link);
    if (!member || !entered) return;
    const { events } = this.#options;
    switch (message.t) {
      case 'state':
        entered.state = message.state;
        // Of two links for a moment the one that is used counts; the other one's turn may come.
        if (member.link === link) this.#setState(member, message.state);
        break;
      case 'chat':
        events.onChat(id, message.entry);
        break;
      case 'lane':
        events.onLane(id, message);
        break;
      case 'relay':
        this.#options.onRelay(id, message);
        break;
      case 'servers':
        events.onServers(id, message.urls, message.elsewhere === true);
        break;
      case 'members':
        this.#hearsay.take(id, message);
        this.#followPlace(member, message.members);
        this.#options.onTold(message.members);
        break;
      case 'leave':
        if (message.reason === 'unload') this.#unloaded(member, link);
        else this.#remove(member, 'left');
        break;
      case 'end':
        if (id === this.#options.hostId) events.onEnded();
        else events.onProblem('an end that is not the host’s was ignored');
        break;
      default:
        events.onProblem(`a ${message.t} out of place was dropped`);
    }
  }

  /** Who was forgotten and came back has a new place, always a later one: from a link on which they entered with the old. */
  #followPlace(member: Member, told: readonly MemberAddress[]): void {
    const { id, ordinal } = member.address;
    const own = told.find((address) => address.id === id);
    if (!own || own.ordinal <= ordinal) return;
    this.#members.set(id, { ...member, address: { ...member.address, ordinal: own.ordinal } });
    this.#options.onChanged();
  }

  #setState(member: Member, state: ParticipantState): void {
    const now = { ...member, state };
    this.#members.set(member.address.id, now);
    this.#options.events.onState(now, member.state);
  }

  #onEnter(link: Link, { ordinal, state, chatSeen, anew }: Extract<LinkMessage, { t: 'enter' }>): void {
    const { events, place, placeGiven } = this.#options;
    const { id, peer } = link.remote;
    if (!place() || this.#entered.has(link)) {
      events.onProblem('an enter out of place was dropped');
      return;
    }
    this.#entered.set(link, { chatSeen, state });
    const before = this.#members.get(id);
    const address = { id, peer, ordinal: Math.max(placeGiven(id)?.ordinal ?? 0, ordinal) };
    const forgotten = anew === true && before?.address.peer === peer;
    this.#use({ address, link, state, away: false }, chatSeen, before, forgotten);
    if (before) this.#closeOlder(before, link);
  }

  /** Speaks to a member by this link from now on. */
  #use(member: Member, chatSeen: number, before: Member | undefined, forgotten = false): void {
    const { own, events, onChanged } = this.#options;
    const { address, link } = member;
    this.#members.set(address.id, member);
    this.#away.delete(address.id);
    link.media.update(own.tracks());
    // What has changed since our own `enter`, or was said on another link.
    link.send({ t: 'state', state: own.state(address.id) });
    events.onEntered(member, before ? { before, forgotten } : 'came');
    for (const entry of own.chatAfter(chatSeen)) link.send({ t: 'chat', entry });
    onChanged();
  }

  /**
   * Links of an older page are closed. Of two links to the same page one side closes the older, so that never both are:
   * whose id is smaller; the other one follows.
   */
  #closeOlder(before: Member, link: Link): void {
    const { self, onDeparted } = this.#options;
    const { id, peer } = link.remote;
    const samePage = before.address.peer === peer;
    if (!samePage) {
      onDeparted(before.address);
      this.#superseded.add(before.address.peer);
    }
    for (const other of this.#linksTo(id)) {
      if (other === link || (other.remote.peer === peer && self > id)) continue;
      if (other.remote.peer !== peer || this.#entered.has(other)) this.#close(other);
    }
  }

  #linksTo(id: ParticipantId): Link[] {
    return [...this.#links].filter(({ remote }) => remote.id === id);
  }

  #close(link: Link): void {
    this.#links.delete(link);
    this.#entered.delete(link);
    link.close();
  }

  #onQuiet(link: Link, quiet: boolean): void {
    const member = this.#members.get(link.remote.id);
    if (member?.link !== link) return;
    if (quiet) this.#miss(member, this.#options.times.redial);
    else {
      this.#away.delete(member.address.id);
      this.#setAway(member, false);
    }
  }

  #onEnd(link: Link, end: LinkEnd): void {
    this.#links.delete(link);
    this.#entered.delete(link);
    const member = this.#members.get(link.remote.id);
    if (!member) this.#options.placeGiven(link.remote.id);
    if (!member || end === 'closed') return;
    if (end === 'abuse') return this.#remove(member, 'lost');
    if (member.link === link) {
      const spare = this.#linksTo(link.remote.id).findLast((other) => this.#entered.has(other));
      const entered = spare && this.#entered.get(spare);
      if (spare && entered)
        this.#use({ ...member, link: spare, state: entered.state, away: false }, entered.chatSeen, member);
      else this.#miss(member, 0);
    } else if (member.away) this.#options.onMissing(member.address, 0);
  }

  /** They stay in the meeting for a while, and are looked for. */
  #miss(member: Member, delay: number): void {
    this.#away.add(member.address.id);
    this.#setAway(member, true);
    this.#options.onMissing(member.address, delay);
  }

  /** Their page goes. Whether they left is known when no other one has come for it: they are to be one person all along. */
  #unloaded(member: Member, { remote }: Link): void {
    if (member.address.peer !== remote.peer) return;
    this.#options.onDeparted(member.address);
    this.#away.unloaded(member.address.id);
    this.#setAway(member, true);
  }

  #setAway(member: Member, away: boolean): void {
    const { events, onChanged } = this.#options;
    const now = { ...member, away };
    this.#members.set(member.address.id, now);
    events.onAway(now);
    onChanged();
  }

  #remove(member: Member, how: 'left' | 'lost'): void {
    const { events, onDeparted, onChanged, onAlone } = this.#options;
    const { id } = member.address;
    this.#members.delete(id);
    this.#hearsay.forget(id);
    this.#away.delete(id);
    for (const link of this.#linksTo(id)) this.#close(link);
    events.onGone(member, how);
    if (how === 'left') onDeparted(member.address);
    onChanged();
    if (how === 'lost' && this.present.length === 0) onAlone();
  }
}
