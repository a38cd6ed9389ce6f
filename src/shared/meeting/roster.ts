import type { ParticipantId, PeerId } from '../ids.ts';
import type { MemberAddress } from '../protocol.ts';

// Who is in the room, by order of arrival. The order decides two things without anybody having to be asked: the eldest
// keeps the door, and of two members the younger calls the elder.

/** The eldest of the members: the smallest ordinal, then the smallest id. */
export function eldest(members: readonly MemberAddress[]): MemberAddress | undefined {
  return members.reduce<MemberAddress | undefined>(
    (first, member) => (first === undefined || isElder(member, first) ? member : first),
    undefined,
  );
}

/** Whether `a` came before `b`. */
export function isElder(a: MemberAddress, b: MemberAddress): boolean {
  return a.ordinal === b.ordinal ? a.id < b.id : a.ordinal < b.ordinal;
}

/** The place of the next to arrive; whoever comes back keeps the one they had. */
export function ordinalFor(id: ParticipantId, known: readonly MemberAddress[]): number {
  const before = known.find((member) => member.id === id);
  return before?.ordinal ?? known.reduce((highest, member) => Math.max(highest, member.ordinal), -1) + 1;
}

/**
 * Whom `self` has to call after hearing of `told`: members that came earlier and to whose page there is no link. It is
 * the page that counts, not the person: somebody who came back has a new one.
 * @param linked peer ids with a link, or one on its way.
 * @param departed peer ids that are no more: rumours of them live on for a moment.
 */
export function callsToMake(
  self: MemberAddress,
  told: readonly MemberAddress[],
  linked: ReadonlySet<PeerId>,
  departed: ReadonlySet<PeerId>,
): MemberAddress[] {
  return told.filter(
    (member) =>
      member.id !== self.id &&
      !linked.has(member.peer) &&
      !departed.has(member.peer) &&
      isElder(member, self),
  );
}
