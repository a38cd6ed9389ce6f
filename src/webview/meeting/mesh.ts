import { type ParticipantId, type PeerId, toHex } from '../../shared/ids.ts';
import { isElder } from '../../shared/meeting/roster.ts';
import type { LinkMessage, MemberAddress } from '../../shared/protocol.ts';
import type { RawLink } from '../rtc/broker.ts';
import type { Link } from '../rtc/link.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import type { Registration } from '../rtc/registration.ts';
import { Admission } from './admission.ts';
import { Calls } from './calls.ts';
import { Dialer } from './dialer.ts';
import { Door } from './door.ts';
import { EnterError, findWayIn, knock, type KnockOutcome, type Welcome } from './entry.ts';
import type { Member, Place } from './member.ts';
import { Members } from './members.ts';
import type { MeshOptions } from './meshOptions.ts';
import { MESH_TIMES, type MeshTimes } from './meshTimes.ts';
import { Relay } from './relay.ts';
import { comeBack } from './comeBack.ts';
import { Reunion } from './reunion.ts';
import { Unmet } from './unmet.ts';
import { wait } from './wait.ts';
import { WayBack, type WayBackOptions } from './wayBack.ts';

/**
 * Puts together what makes a meeting of several pages: who is in, the calls to them, the door if it is ours to keep, and
 * the ways in, back in and out. Knows nothing of how a meeting looks or what is said in it.
 */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #times: MeshTimes;
  readonly #peer: PeerId = toHex(crypto.getRandomValues(new Uint8Array(16)));
  readonly #dialer: Dialer;
  readonly #own: Registration;
  readonly #abort = new AbortController();
  readonly #admission: Admission;
  readonly #members: Members;
  readonly #calls: Calls;
  readonly #relay: Relay;
  readonly #door: Door;
  readonly #wayBack: WayBack;
  readonly #reunion: Reunion;
  readonly #unmet: Unmet;
  #place: Place | null = null;
  /** Who was in when we came, until they have entered here, or must have left. */
  readonly #foundHere = new Set<ParticipantId>();
  /** What the others were told last of whether we hold the door. */
  #toldDoor = false;
  #name = '';
  #onMet: () => void = () => undefined;

  /** Registers with the server at once, so that joining later does not wait for it. */
  constructor(options: MeshOptions, times = MESH_TIMES) {
    this.#options = options;
    this.#times = times;
    const { room, events } = options;
    const { onProblem, onStranger } = events;
    const { signal } = this.#abort;
    this.#admission = new Admission({
      prove: (raw, turnedAway) => this.#dialer.prove(raw, { signal: turnedAway }),
      onProven: (raw, link) => this.#onProven(raw, link),
      onStranger,
      onProblem,
    });
    this.#dialer = new Dialer({
      ...options,
      peer: this.#peer,
      times,
      admit: (raw) => void this.#admission.admit(raw),
      broker: () => this.#own.broker,
      relay: () => this.#relay,
      isMember: (id) => this.#members.get(id) !== undefined,
    });
    let wasKnown = false;
    this.#own = this.#dialer.register(this.#peer, (connected) => {
      if (connected && wasKnown) {
        this.#reunion.hurry();
        // Whoever could not be called without it is called as soon as calls can be made.
        void this.#own.connected().then(() => {
          this.#calls.retryNow();
          this.#calls.callMissing(this.#members.unmet);
        });
      }
      wasKnown ||= connected;
      events.onServer(connected);
    });
    this.#calls = new Calls({
      signal,
      self: () => this.#self(),
      linked: () => [...this.#members.links].filter(({ works }) => works).map((link) => link.remote.peer),
      missing: (peer) => this.#members.list.some(({ away, address }) => away && address.peer === peer),
      told: (member) => this.#members.relaysTo(member).length > 0,
      call: (member, attempt) => this.#dialer.call(member, attempt),
      onLink: (link) => this.#members.join(link),
      onCalled: (member, absent) => this.#members.noteCall(member, absent),
      elderPatience: times.elderPatience,
      pauses: times.callPauses,
      patientPause: times.patientPause,
      onProblem,
    });
    this.#members = new Members({
      self: options.identity.id,
      hostId: options.hostId,
      own: options,
      place: () => this.#place,
      placeGiven: (id) => this.#door.arrived(id),
      onTold: (members) => {
        this.#calls.callMissing(members);
        this.#unmet.follow();
      },
      onRelay: (from, message) => this.#relay.receive(from, message),
      onMissing: (member, delay) => this.#calls.recover(member, delay),
      onDeparted: ({ peer }) => this.#calls.forget(peer),
      onChanged: () => this.#onChanged(),
      onAlone: () => void this.#wayBack.look(),
      times,
      events: {
        ...events,
        onEntered: (member, how) => {
          const found = this.#foundHere.delete(member.address.id);
          events.onEntered(member, found && how === 'came' ? 'found' : how);
        },
      },
    });
    this.#relay = new Relay({
      self: () => this.#self(),
      connect: options.connection,
      addresses: options.addresses,
      send: (to, message) => {
        const member = this.#members.get(to);
        member?.link.send(message);
        return member?.away === false;
      },
      relaysTo: (member) => this.#members.relaysTo(member).map(({ address }) => address.id),
      onLink: (raw) => void this.#admission.admit(raw),
      patience: times.recall,
      onProblem,
    });
    this.#door = new Door({
      register: () => this.#dialer.register(room, () => undefined),
      place: () => this.#place,
      inside: () => this.#addresses(),
      onWelcomed: (link) => this.#members.join(link),
      patience: times.admission,
      onProblem,
    });
    this.#unmet = new Unmet({
      told: () => this.#members.unmet,
      isMember: (id) => this.#members.get(id) !== undefined,
      onLate: (told) => this.#calls.callMissing(told, true),
      onShown: events.onUnmet,
      times,
    });
    const again: Pick<WayBackOptions, 'signal' | 'knock' | 'settle' | 'onProblem'> = {
      signal,
      knock: () => this.#knock(),
      settle: async (welcome) => events.onPlace(await this.#settle(welcome)),
      onProblem,
    };
    this.#wayBack = new WayBack({
      alone: () => this.#members.present.length === 0,
      openDoor: () => this.#openDoor(this.#place),
      ...again,
      pause: times.knockPause,
    });
    this.#reunion = new Reunion({
      apart: () => this.#eldersApart(),
      openDoor: () => this.#door.open(),
      ...again,
      pause: times.reunion,
    });
    void this.#reunion.watch();
  }

  /** How many who are here are elder, where none of us holds the door and we can ask the server for it; null otherwise. */
  #eldersApart(): number | null {
    if (this.#door.held !== this.#toldDoor) this.#onChanged();
    const self = this.#self();
    if (!self || !this.#own.broker || this.#door.held || this.#members.holdDoor) return null;
    return this.present.filter((one) => isElder(one, self)).length;
  }

  /** The others, by order of arrival. */
  get members(): readonly Member[] {
    return this.#members.list;
  }

  /** Who can be reached now, oneself included; empty before there is a meeting. */
  get present(): readonly MemberAddress[] {
    const self = this.#self();
    return self ? [self, ...this.#members.present.map(({ address }) => address)] : [];
  }

  member(id: ParticipantId): Member | undefined {
    return this.#members.get(id);
  }

  /**
   * Enters the room: takes the door if it is free and we may, knocks otherwise, and goes on until one of both works.
   * @param before the place held before the panel was closed.
   * @param onWaiting nobody stands at the door yet.
   * @param known who was in then: they are asked first.
   * @throws {EnterError}
   */
  async enter(
    name: string,
    before: Place | null,
    now: number,
    onWaiting: () => void,
    known: readonly MemberAddress[] = [],
  ): Promise<Place> {
    const place = await this.#enter(name, before, now, onWaiting, known);
    // Whoever was in and has not been met by then is gone: they come anew.
    void wait(this.#times.grace, this.#abort.signal).then(() => this.#foundHere.clear());
    return place;
  }

  async #enter(
    name: string,
    before: Place | null,
    now: number,
    onWaiting: () => void,
    known: readonly MemberAddress[],
  ): Promise<Place> {
    this.#name = name;
    const first = before ?? { ordinal: 0, startedAt: now };
    const byDoor = async (signal: AbortSignal): Promise<Place> => {
      const welcome = await findWayIn({
        signal,
        openDoor: this.#options.mayOpen ? () => this.#openDoor(first) : null,
        knock: () => this.#knock(),
        pause: this.#times.knockPause,
        onWaiting,
      });
      if (!welcome) return first;
      for (const { id } of welcome.members) this.#foundHere.add(id);
      return this.#settle(welcome, before);
    };
    if (!before || known.length === 0) return byDoor(this.#abort.signal);
    for (const { id } of known) this.#foundHere.add(id);
    this.#place = before;
    const met = new Promise<void>((resolve) => {
      this.#onMet = resolve;
    });
    const back = comeBack({
      signal: this.#abort.signal,
      revisit: async () => !!(await this.#own.connected()) && this.#calls.revisit(known),
      met: met.then(() => this.#place ?? before),
      byDoor,
      patience: this.#times.revisit,
      onLate: (place) => this.#options.events.onPlace(place),
      onProblem: this.#options.events.onProblem,
    });
    return back.catch((error: unknown) => {
      this.#place = null;
      throw error;
    });
  }

  /** Sends a message to everybody who is in. */
  broadcast(message: LinkMessage): void {
    this.#members.broadcast(message);
  }

  /** Sends these tracks to everybody from now on. */
  sendTracks(tracks: LocalTracks): void {
    this.#members.sendTracks(tracks);
  }

  /** The network is back: what waits for its next attempt makes it now. */
  retryNow(): void {
    this.#own.retryNow();
    this.#door.retryNow();
    this.#calls.retryNow();
    for (const link of this.#members.links) link.retryNow();
  }

  /**
   * This machine has other addresses: who is not reached from there any more is called without waiting for a silence.
   * @param isCalled the server runs here, so that the others can be called only once they have found it again, and then
   *   call us (`followServer`). Of two calls at once one link would be made in vain.
   */
  networkChanged(isCalled: boolean): void {
    this.retryNow();
    const { probe, called } = this.#times;
    for (const link of this.#members.links) link.probe(probe);
    // After theirs, of the same length.
    void wait(isCalled ? called : probe, this.#abort.signal).then(() => this.#calls.retryNow());
  }

  /**
   * Whether the server that a member runs was found at another address: their machine has moved, and the link to it may have
   * ended on their side alone. Where it does not answer meanwhile, they are called.
   */
  async followServer(runner: ParticipantId, moved: Promise<boolean>): Promise<void> {
    const link = this.#members.get(runner)?.link;
    if (!link) return;
    const question = link.ask();
    const [isElsewhere] = await Promise.all([moved, wait(this.#times.probe / 2, this.#abort.signal)]);
    const member = this.#members.get(runner);
    if (!isElsewhere || member?.link !== link || link.isAnswered(question)) return;
    this.#calls.callNow(member.address);
  }

  /** Whether the server that somebody has run, who is not heard, refuses connections. */
  noteServer(id: ParticipantId, refused: boolean): void {
    this.#members.noteServer(id, refused);
  }

  /** Tells the others, and is gone. `end` is heeded from the host only. Resolves when they have been told. */
  async leave(end: boolean): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.broadcast(end ? { t: 'end' } : { t: 'leave' });
    const { links } = this.#members;
    const told = new AbortController();
    if (links.size === 0) told.abort();
    this.#abort.abort();
    this.#members.dispose();
    this.#unmet.dispose();
    this.#relay.dispose();
    for (const link of links) link.close();
    await wait(this.#times.leaveGrace, told.signal);
    this.#door.dispose();
    this.#own.dispose();
  }

  async #openDoor(place: Place | null): Promise<boolean> {
    if (!place || !(await this.#door.open())) return false;
    await this.#own.connected();
    this.#place = place;
    return true;
  }

  async #knock(): Promise<KnockOutcome> {
    const broker = await this.#own.connected();
    if (!broker || this.#abort.signal.aborted) return { kind: 'absent' };
    const { room, events } = this.#options;
    return knock({
      broker,
      room,
      name: this.#name,
      prove: (raw) => this.#dialer.prove(raw),
      deadline: this.#times.welcome,
      onProblem: events.onProblem,
    });
  }

  /** @param before the place held until now: a door that has forgotten us cannot know how many came before us. */
  async #settle(
    { link, ordinal, members, startedAt }: Welcome,
    before: Place | null = this.#place,
  ): Promise<Place> {
    if (this.#abort.signal.aborted) {
      link.close();
      throw new EnterError('left');
    }
    const place = { ordinal: Math.max(ordinal, before?.ordinal ?? 0), startedAt };
    this.#place = place;
    this.#members.join(link);
    this.#calls.callMissing(members);
    // Drawing the meeting takes the page long enough to hold up the first picture: that is on its way first.
    await Promise.race([link.settled, wait(this.#times.mediaGrace, this.#abort.signal)]);
    if (this.#abort.signal.aborted) throw new EnterError('left');
    return place;
  }

  /** Somebody called us, or the door we keep, and holds the secret. */
  #onProven({ called }: RawLink, link: Link): void {
    // Before Join nobody is let near: not to be seen, not to be asked.
    if (this.#abort.signal.aborted || !this.#place) link.refuse('not-the-door');
    else if (called === this.#options.room) this.#door.answer(link);
    else this.#members.join(link);
  }

  /** Tells the others whom we reach, so that gaps close by themselves, and minds the door. */
  #onChanged(): void {
    const self = this.#self();
    if (!self || this.#abort.signal.aborted) return;
    if (this.#members.present.length > 0) this.#onMet();
    this.#toldDoor = this.#door.held;
    const members = this.#members.present.map(({ address, state: { name } }) => ({ ...address, name }));
    this.broadcast({ t: 'members', members: [self, ...members], door: this.#toldDoor });
    this.#door.mind(self.id, this.present);
    this.#unmet.follow();
  }

  #self(): MemberAddress | null {
    if (!this.#place) return null;
    return { id: this.#options.identity.id, peer: this.#peer, ordinal: this.#place.ordinal };
  }

  #addresses(): MemberAddress[] {
    const self = this.#self();
    return [...(self ? [self] : []), ...this.members.map((member) => member.address)];
  }
}
