import type { Invite } from '../shared/invite.ts';
import { createIdentity, randomHex, randomToken, type Identity } from './identity.ts';

/** What does not change about a meeting while this participant is in it. */
export interface MeetingFacts {
  readonly role: 'host' | 'guest';
  /** Peer id of the room's door. */
  readonly room: string;
  readonly secret: string;
  readonly identity: Identity;
  /** Participant id and name of the host. */
  readonly hostId: string;
  readonly hostName: string;
  /** The PeerServer's API key. */
  readonly serverKey: string;
  /** When the invite that was used ends, milliseconds since 1970; null for the host, who writes new ones. */
  readonly inviteExpires: number | null;
}

/** A new meeting. */
export async function hostFacts(hostName: string, serverKey: string): Promise<MeetingFacts> {
  const identity = await createIdentity();
  return {
    role: 'host',
    room: randomHex(),
    secret: randomToken(32),
    identity,
    hostId: identity.id,
    hostName,
    serverKey,
    inviteExpires: null,
  };
}

/** The meeting that an invite leads to. */
export async function guestFacts(invite: Invite): Promise<MeetingFacts> {
  return {
    role: 'guest',
    room: invite.room,
    secret: invite.secret,
    identity: await createIdentity(),
    hostId: invite.host,
    hostName: invite.hostName,
    serverKey: invite.key,
    inviteExpires: invite.expires,
  };
}

/** The invite to a meeting. A guest hands on the invite that they came with, which ends when its host said. */
export function inviteTo(facts: MeetingFacts, servers: readonly string[], expires: number): Invite {
  return {
    room: facts.room,
    servers,
    key: facts.serverKey,
    secret: facts.secret,
    host: facts.hostId,
    hostName: facts.hostName,
    expires: facts.inviteExpires ?? expires,
  };
}
