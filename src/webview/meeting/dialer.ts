import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import type { MemberAddress } from '../../shared/protocol.ts';
import { type Broker, BrokerError, type ConnectBroker, type RawLink } from '../rtc/broker.ts';
import type { Identity } from '../rtc/identity.ts';
import { Link, type LinkOptions } from '../rtc/link.ts';
import { Registration } from '../rtc/registration.ts';
import type { MeshTimes } from './meshTimes.ts';
import type { Relay } from './relay.ts';

/** What dialling needs of the mesh. */
export interface DialerOptions {
  readonly room: PeerId;
  readonly secret: string;
  readonly identity: Identity;
  /** The id of this page. */
  readonly peer: PeerId;
  readonly connect: ConnectBroker;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  readonly times: Pick<MeshTimes, 'serverPauses' | 'recall' | 'answer' | 'heartbeat'>;
  /** Somebody called. */
  readonly admit: (raw: RawLink) => void;
  /** The server, as this page is known to it; null while it is not. */
  readonly broker: () => Broker | null;
  readonly relay: () => Pick<Relay, 'call' | 'reaches'>;
  readonly isMember: (id: ParticipantId) => boolean;
}

/** Makes ids known to the server, calls members, and proves links with them. */
export class Dialer {
  readonly #options: DialerOptions;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Has this page called by an id, for as long as the registration lives. */
  register(id: PeerId, onServer: (connected: boolean) => void): Registration {
    const { connect, admit, times } = this.#options;
    return new Registration(connect, { id, onLink: admit, onServer }, times.serverPauses);
  }

  /** @throws {HandshakeError} */
  prove(raw: RawLink, more: Pick<LinkOptions, 'expected' | 'signal'> = {}): Promise<Link> {
    const { room, secret, identity, peer, addresses, times } = this.#options;
    const { heartbeat } = times;
    return Link.prove({ raw, room, secret, identity, peer, heartbeat, addresses, ...more });
  }

  /**
   * Calls a member by the server, or where that does not help by somebody whom both reach.
   * @param attempt how often that has been in vain lately: then they are given more time to answer.
   * @throws {BrokerError | HandshakeError}
   */
  async call(member: MemberAddress, attempt: number): Promise<Link> {
    const expected = member.id;
    const relay = this.#options.relay();
    try {
      return await this.prove(await this.#callByServer(member, attempt), { expected });
    } catch (error) {
      if (!(error instanceof BrokerError) || !relay.reaches(member)) throw error;
      return this.prove(await relay.call(member), { expected });
    }
  }

  #callByServer({ id, peer }: MemberAddress, attempt: number): Promise<RawLink> {
    const { isMember } = this.#options;
    const { recall, answer } = this.#options.times;
    const broker = this.#options.broker();
    if (!broker) return Promise.reject(new BrokerError('unreachable'));
    const patience = { open: recall, answer: Math.min(recall, answer * 2 ** attempt) };
    return broker.call(peer, isMember(id) ? patience : undefined);
  }
}
