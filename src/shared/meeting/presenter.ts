import type { ParticipantId } from '../ids.ts';

/** A participant's claim to present: the Lamport time at which they began, or null. */
export interface PresenterClaim {
  readonly id: ParticipantId;
  readonly presenting: number | null;
}

/**
 * Who presents: the earliest claim, and of two made at once the one of the smaller id. Every page that knows the same
 * claims names the same presenter; who sees a smaller claim than their own steps back.
 */
export function presenterOf(claims: readonly PresenterClaim[]): ParticipantId | undefined {
  let first: { id: ParticipantId; presenting: number } | undefined;
  for (const { id, presenting } of claims) {
    if (presenting === null) continue;
    const earlier =
      first === undefined ||
      presenting < first.presenting ||
      (presenting === first.presenting && id < first.id);
    if (earlier) first = { id, presenting };
  }
  return first?.id;
}
