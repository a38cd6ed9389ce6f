import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import type { ConnectBroker } from '../rtc/broker.ts';
import type { Identity } from '../rtc/identity.ts';
import type { Place } from './member.ts';
import type { UnmetPerson } from './unmet.ts';
import type { MemberEvents, OwnWord } from './memberEvents.ts';

/** What the mesh is made with. */
export interface MeshOptions extends OwnWord {
  readonly room: PeerId;
  readonly secret: string;
  readonly hostId: ParticipantId;
  readonly identity: Identity;
  /** Registers an id with the meeting's server. */
  readonly connect: ConnectBroker;
  /** A connection like those that the server helps to make. */
  readonly connection: () => RTCPeerConnection;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** May take the door when nobody stands at it: the host, and whoever was in before. */
  readonly mayOpen: boolean;
  readonly events: MeshEvents;
}

/** What happens in the room. */
export interface MeshEvents extends MemberEvents {
  /** The place in the order of arrival is another one, after the meeting was lost and found again. */
  readonly onPlace: (place: Place) => void;
  /** Others in the meeting reach these people, and this page has not for a while: nobody, or others, from now on. */
  readonly onUnmet: (people: readonly UnmetPerson[]) => void;
  readonly onServer: (connected: boolean) => void;
  /** Somebody knocked without the secret. */
  readonly onStranger: () => void;
}
