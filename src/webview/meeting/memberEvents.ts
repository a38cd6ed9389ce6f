import type { ParticipantId } from '../../shared/ids.ts';
import type { ChatEntry, LaneMessage, ParticipantState } from '../../shared/protocol.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import type { Member } from './member.ts';

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

/**
 * Somebody came in, was found here when we came ourselves, or came back and had been here all along, as `before`; `forgotten`:
 * it is the same page, and it had given us up meanwhile.
 */
export type Entrance = 'came' | 'found' | { readonly before: Member; readonly forgotten: boolean };

/** What members do. */
export interface MemberEvents {
  readonly onEntered: (member: Member, how: Entrance) => void;
  readonly onState: (member: Member, before: ParticipantState) => void;
  readonly onChat: (author: ParticipantId, entry: ChatEntry) => void;
  /** Nothing is heard of them any more, or they are heard again, or their link was given up. */
  readonly onAway: (member: Member) => void;
  readonly onGone: (member: Member, how: 'left' | 'lost') => void;
  /** Media to and from a member is negotiated. */
  readonly onMedia: (id: ParticipantId) => void;
  readonly onChannel: (from: ParticipantId, channel: RTCDataChannel) => void;
  readonly onLane: (from: ParticipantId, message: LaneMessage) => void;
  /** A member runs the meeting's server at these addresses now; or, `elsewhere`, ran it and somebody else does there. */
  readonly onServers: (from: ParticipantId, urls: readonly string[], elsewhere: boolean) => void;
  /** The host ended the meeting for all. */
  readonly onEnded: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}
