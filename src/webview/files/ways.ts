import type { ParticipantId } from '../../shared/ids.ts';

/** More ways to somebody, for one transfer. */
export interface Ways {
  /** Opens further channels to a member where that makes a transfer faster. Called before any content is on its way. */
  open(to: ParticipantId, transfer: string, bytes: number): WaysFor;
}

/** The ways of one transfer. */
export interface WaysFor {
  /** From now on channels may be used; each is handed over when it is open. */
  start(onChannel: (channel: RTCDataChannel) => void): void;
  /** The transfer is over. */
  end(): void;
}
