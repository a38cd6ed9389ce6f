import type { OwnOffer } from '../shared/filesRpc.ts';
import type { MeetingBootstrap, SessionRecord } from '../shared/hostRpc.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { GatewayAddress } from './gatewayAddress.ts';
import type { MeetingFacts } from './meetingFacts.ts';
import type { MeetingServer } from './meetingServer.ts';
import type { Network } from './networkSettings.ts';

/** What does not change about a meeting while it runs here. */
interface Lasting {
  readonly facts: MeetingFacts;
  /** The name to offer in the lobby, before one was chosen. */
  readonly name: string;
  readonly gateway: Gateway;
  readonly gatewayAddress: GatewayAddress;
  readonly network: Network;
  readonly addresses: () => string[];
  readonly server: Pick<MeetingServer, 'ownPort' | 'servers'>;
}

/** How it stands when a page asks. */
interface Present {
  readonly record: SessionRecord | null;
  /** Whether a page from before is in the meeting still. */
  readonly predecessor: boolean;
  /** The name that was chosen in the lobby. */
  readonly name: string | undefined;
  readonly offers: readonly OwnOffer[];
  readonly parts: Readonly<MeetingBootstrap['parts']>;
  readonly stages: Readonly<MeetingBootstrap['stages']>;
  readonly near: string | null;
}

/** The answer to a page that asks for its meeting. */
export function makeBootstrap(lasting: Lasting, present: Present): MeetingBootstrap {
  const { facts, gateway, gatewayAddress, network, server } = lasting;
  const { record, offers } = present;
  const known = new Set(record?.offers.map(({ offer }) => offer.id));
  return {
    role: facts.role,
    room: facts.room,
    secret: facts.secret,
    hostId: facts.hostId,
    hostName: facts.hostName,
    identity: facts.identity,
    name: record?.name ?? present.name ?? lasting.name,
    broker: { ...gatewayAddress, key: gateway.brokerKey },
    iceServers: network.iceServers,
    iceTransportPolicy: network.iceTransportPolicy,
    // What was withdrawn, or goes to others, since the page remembered it is told as it is now.
    session: record && { ...record, offers: offers.filter(({ offer }) => known.has(offer.id)) },
    predecessor: present.predecessor,
    offers: offers.filter(({ offer }) => !known.has(offer.id)),
    parts: [...present.parts],
    stages: [...present.stages],
    near: present.near,
    addresses: lasting.addresses(),
    servers: server.ownPort() === null ? [] : [...server.servers()],
  };
}
