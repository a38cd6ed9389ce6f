import type { MemberAddress, ParticipantState } from '../../shared/protocol.ts';
import type { Link } from '../rtc/link.ts';

/** Another participant, from their `enter` on until they are gone. */
export interface Member {
  readonly address: MemberAddress;
  readonly link: Link;
  readonly state: ParticipantState;
}

/** Where this participant stands in the meeting. */
export interface Place {
  readonly ordinal: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}
