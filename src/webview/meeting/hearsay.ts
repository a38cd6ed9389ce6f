import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import type { LinkMessage, ToldMember } from '../../shared/protocol.ts';

/** What members say of each other: whose pages they reach, and whether they hold the door. Believed of themselves only. */
export class Hearsay {
  readonly #reached = new Map<ParticipantId, ReadonlyMap<PeerId, ToldMember>>();
  readonly #keepers = new Set<ParticipantId>();

  /** Takes in what a member says, which replaces what they said before. */
  take(from: ParticipantId, { members, door }: Extract<LinkMessage, { t: 'members' }>): void {
    this.#reached.set(from, new Map(members.map((member) => [member.peer, member])));
    if (door) this.#keepers.add(from);
    else this.#keepers.delete(from);
  }

  /** Whether a member says that they reach a page. */
  reaches(id: ParticipantId, peer: PeerId): boolean {
    return this.#reached.get(id)?.has(peer) ?? false;
  }

  /** The pages that a member says they reach, their own included. */
  reached(id: ParticipantId): readonly ToldMember[] {
    return [...(this.#reached.get(id)?.values() ?? [])];
  }

  holdsDoor(id: ParticipantId): boolean {
    return this.#keepers.has(id);
  }

  /** The member is gone, and with them their word. */
  forget(id: ParticipantId): void {
    this.#reached.delete(id);
    this.#keepers.delete(id);
  }
}
