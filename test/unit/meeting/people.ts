import { toBase64Url } from '../../../src/shared/base64url.ts';
import type { ParticipantId } from '../../../src/shared/ids.ts';
import type {
  ChatEntry,
  LinkMessage,
  MemberAddress,
  ParticipantState,
} from '../../../src/shared/protocol.ts';
import type { Member, Place } from '../../../src/webview/meeting/member.ts';
import type { MemberEvents } from '../../../src/webview/meeting/memberEvents.ts';
import { Mesh } from '../../../src/webview/meeting/mesh.ts';
import type { MeshTimes } from '../../../src/webview/meeting/meshTimes.ts';
import {
  BrokerError,
  type BrokerSeat,
  type ConnectBroker,
  type RawLink,
} from '../../../src/webview/rtc/broker.ts';
import type { Identity } from '../../../src/webview/rtc/identity.ts';
import { Link } from '../../../src/webview/rtc/link.ts';
import { FakeConnection } from '../rtc/fakeConnection.ts';
import { makeIdentity } from '../rtc/identities.ts';
import { until } from '../rtc/until.ts';
import type { FakeServer } from './fakeServer.ts';

export const ROOM = '0'.repeat(32);
export const SECRET = toBase64Url(new Uint8Array(32).fill(7));
export const OTHER_SECRET = toBase64Url(new Uint8Array(32).fill(8));

/** Short enough for a test, in the proportions of a real meeting. */
const TIMES: MeshTimes = {
  knockPause: 3,
  welcome: 1_000,
  admission: 1_000,
  callPauses: [2, 10],
  patientPause: 30,
  unmetCall: 100,
  unmetShown: 200,
  unmetKept: 50,
  serverPauses: [2, 10],
  mediaGrace: 50,
  heartbeat: { interval: 20, quiet: 60, deadline: 1_000 },
  probe: 15,
  called: 100,
  redial: 10,
  elderPatience: 20,
  recall: 500,
  answer: 100,
  look: 5,
  grace: 500,
  absentGrace: 200,
  refusedGrace: 150,
  unloadGrace: 100,
  aloneAfter: 30,
  revisit: 50,
  reunion: 20,
  leaveGrace: 20,
};

export const stateOf = (name: string): ParticipantState => ({
  name,
  microphone: false,
  camera: false,
  hand: false,
  presenting: null,
  offers: [],
});

/** How somebody differs from a guest with a valid invite. */
export interface PersonChange {
  readonly identity?: Identity;
  readonly secret?: string;
  readonly mayOpen?: boolean;
  readonly hostId?: ParticipantId;
  readonly times?: Partial<MeshTimes>;
}

/** One page of one person: a real mesh, with all that it told. */
export class Person {
  readonly name: string;
  readonly identity: Identity;
  readonly mesh: Mesh;
  readonly log: string[] = [];
  readonly problems: string[] = [];
  /** Who was in before us. */
  readonly found: string[] = [];
  readonly chat: string[] = [];
  /** Lines of our own, and how many of each author's are known. */
  readonly own: ChatEntry[] = [];
  state: ParticipantState;
  /** Hears of members besides. */
  heard: Partial<Pick<MemberEvents, 'onEntered' | 'onState' | 'onGone'>> = {};
  /** Says something else of us to some. */
  stateTo: ((to: ParticipantId) => ParticipantState) | null = null;
  strangers = 0;
  waited = 0;
  place: Place | null = null;
  /** Whom others reach and this page does not, as it was told last. */
  unmet: readonly string[] = [];
  /** Whether this machine reaches no server. */
  offline = false;
  /** Whether no connection that is made without a server comes about. */
  unrelayed = false;
  /** Our ends of the connections that were made without a server. */
  readonly relayed: FakeConnection[] = [];
  #killed = false;
  readonly #server: FakeServer;
  /** Ids that this page has had from the server, its own first. */
  readonly #ids: string[] = [];

  private constructor(server: FakeServer, name: string, identity: Identity, change: PersonChange) {
    this.#server = server;
    this.name = name;
    this.identity = identity;
    this.state = stateOf(name);
    const known = new Map<ParticipantId, number>();
    const nameOf = ({ state }: Member): string => state.name;
    const connect: ConnectBroker = async (seat: BrokerSeat) => {
      // The door is ours once we have it; our own id is ours from the start.
      if (seat.id !== ROOM && !this.#ids.includes(seat.id)) this.#ids.push(seat.id);
      if (this.offline) throw new BrokerError('unreachable');
      const broker = await server.connect(seat);
      if (this.#killed) {
        broker.dispose();
        throw new BrokerError('closed');
      }
      if (!this.#ids.includes(seat.id)) this.#ids.push(seat.id);
      return broker;
    };
    this.mesh = new Mesh(
      {
        room: ROOM,
        secret: change.secret ?? SECRET,
        hostId: change.hostId ?? identity.id,
        identity,
        connect,
        connection: () => {
          const end = this.unrelayed ? new FakeConnection() : FakeConnection.alone();
          if (this.unrelayed) end.connectionState = 'failed';
          this.relayed.push(end);
          return end as unknown as RTCPeerConnection;
        },
        addresses: [],
        mayOpen: change.mayOpen ?? false,
        state: (to) => this.stateTo?.(to) ?? this.state,
        tracks: () => ({ microphone: null, camera: null, screen: null, screenAudio: null }),
        chatSeen: (author) => known.get(author) ?? 0,
        chatAfter: (seen) => this.own.filter(({ seq }) => seq > seen),
        events: {
          onEntered: (member, how) => {
            this.log.push(`${nameOf(member)} ${typeof how === 'object' ? 'returned' : 'entered'}`);
            if (how === 'found') this.found.push(nameOf(member));
            this.heard.onEntered?.(member, how);
          },
          onState: (member, before) => {
            if (member.state.name !== before.name) this.log.push(`${before.name} is ${member.state.name}`);
            this.heard.onState?.(member, before);
          },
          onChat: (author, entry) => {
            known.set(author, entry.seq);
            this.chat.push(entry.text);
          },
          onAway: (member) => this.log.push(`${nameOf(member)} ${member.away ? 'away' : 'heard'}`),
          onGone: (member, how) => {
            this.log.push(`${nameOf(member)} ${how}`);
            this.heard.onGone?.(member, how);
          },
          onMedia: () => undefined,
          onChannel: (_from, channel) => this.log.push(`channel ${channel.label}`),
          onLane: (_from, { lane }) => this.log.push(`lane ${String(lane)}`),
          onPlace: (place) => {
            this.place = place;
            this.log.push('back');
          },
          onServers: (_from, urls) => this.log.push(`servers ${urls.join(' ')}`),
          onEnded: () => this.log.push('ended'),
          onUnmet: (people) => {
            this.unmet = people.map(({ name }) => name ?? '');
          },
          onServer: () => undefined,
          onStranger: () => {
            this.strangers += 1;
          },
          onProblem: (what) => this.problems.push(what),
        },
      },
      { ...TIMES, ...change.times },
    );
  }

  /** Opens a page. */
  static async open(server: FakeServer, name: string, change: PersonChange = {}): Promise<Person> {
    return new Person(server, name, change.identity ?? (await makeIdentity()), change);
  }

  /** Goes in; `known` is who was in with a page before this one. */
  async enter(before: Place | null = null, known: readonly MemberAddress[] = []): Promise<this> {
    const onWaiting = (): void => {
      this.waited += 1;
    };
    this.place = await this.mesh.enter(this.name, before, 7, onWaiting, known);
    return this;
  }

  /** The page is unloaded: it says one word, and is gone. */
  unload(): void {
    this.mesh.broadcast({ t: 'leave', reason: 'unload' });
    this.kill();
  }

  /** The id by which this page can be called. */
  get peer(): string {
    return this.#ids[0] ?? '';
  }

  /** Who is in, as this page sees it, oneself included: `name@place`, by place. */
  get roster(): string {
    const self = `${this.name}@${String(this.place?.ordinal)}`;
    const others = this.mesh.members.map(({ address, state }) => `${state.name}@${String(address.ordinal)}`);
    const place = (shown: string): number => Number(shown.split('@')[1]);
    return [self, ...others].toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1)).join(' ');
  }

  /** This page's ends of the connections it has to another. */
  endsTo(other: Person): FakeConnection[] {
    const theirs = new Set(this.#server.endsOf(other.peer, other.#ids).map((end) => end.other));
    const relayed = this.relayed.filter(({ other: end }) => end && other.relayed.includes(end));
    return [...this.#server.endsOf(this.peer, this.#ids).filter((end) => theirs.has(end)), ...relayed];
  }

  /** The network between two people is gone, for the connections they have. */
  cutFrom(other: Person): void {
    for (const end of this.endsTo(other)) if (end.connectionState === 'connected') end.cut();
  }

  /** This machine has no way to the server any more, until `offline` is false again; its people stay. */
  loseServer(): void {
    this.offline = true;
    this.#server.drop(this.#ids);
  }

  /** The lid is closed: server and people are lost, until `offline` is false again. */
  sleep(others: readonly Person[]): void {
    this.loseServer();
    for (const other of others) this.cutFrom(other);
  }

  /** The page is killed: nobody is told. */
  kill(): void {
    for (const id of this.#ids) this.#server.kill(id);
    for (const end of [...this.#server.endsOf(this.peer, this.#ids), ...this.relayed]) end.silence();
    this.offline = this.#killed = true;
    void this.mesh.leave(false);
  }

  say(text: string): void {
    const entry: ChatEntry = { seq: this.own.length + 1, lamport: 1, sentAt: 1, text };
    this.own.push(entry);
    this.mesh.broadcast({ t: 'chat', entry });
  }

  /** Waits until everybody sees this. */
  static async agree(people: readonly Person[], roster: string): Promise<void> {
    const seen = (): string => people.map((person) => `${person.name}: ${person.roster}`).join('; ');
    await until(() => people.every((person) => person.roster === roster), roster).catch((error: unknown) => {
      throw new Error(`seen was ${seen()}`, { cause: error });
    });
  }
}

/** Somebody without a mesh calls: a link that the test drives by hand. */
export async function visit(
  server: FakeServer,
  called: string,
  change: PersonChange & { readonly peer?: string | undefined } = {},
) {
  const identity = change.identity ?? (await makeIdentity());
  return answer(await server.call(called), identity, change.peer ?? 'e'.repeat(32), change.secret);
}

/** The same for somebody who was called. */
export async function answer(raw: RawLink, identity: Identity, peer: string, secret = SECRET) {
  const link = await Link.prove({ raw, room: ROOM, secret, identity, peer });
  const heard: LinkMessage[] = [];
  const ends: string[] = [];
  link.openMedia();
  link.listen({
    onMessage: (message) => heard.push(message),
    onMedia: () => undefined,
    onChannel: (channel) => channel.close(),
    onEnd: (end) => ends.push(end),
    onProblem: () => undefined,
  });
  return { link, heard, ends, identity };
}
