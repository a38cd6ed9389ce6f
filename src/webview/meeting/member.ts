import type { MemberAddress, ParticipantState } from '../../shared/protocol.ts';
import type { Link } from '../rtc/link.ts';

/** Another participant, from their `enter` on until they are gone. */
export interface Member {
  readonly address: MemberAddress;
  /** The link that is used; of somebody who is away it may have ended. */
  readonly link: Link;
  readonly state: ParticipantState;
  /** Nothing is heard of them: they are being looked for. */
  readonly away: boolean;
}

/** Where this participant stands in the meeting. */
export interface Place {
  readonly ordinal: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}
