import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import type { MemberAddress, ToldMember } from '../../shared/protocol.ts';
import type { MeshTimes } from './meshTimes.ts';

/** Somebody whom others in the meeting reach and this page does not. */
export interface UnmetPerson {
  readonly id: ParticipantId;
  /** The name by which others tell of them, if they do. */
  readonly name: string | undefined;
}

/** What looking after people who were not met needs of the mesh. */
export interface UnmetOptions {
  /** Pages that somebody who is here says they reach, of people of whom nothing is heard here. */
  readonly told: () => readonly ToldMember[];
  /** Whether somebody is shown as a member, though away. */
  readonly isMember: (id: ParticipantId) => boolean;
  /** These were to have called here, or to have been reached, by now; called on each look. */
  readonly onLate: (members: readonly MemberAddress[]) => void;
  /** Those who cannot be reached are others now. */
  readonly onShown: (people: readonly UnmetPerson[]) => void;
  readonly times: Pick<MeshTimes, 'look' | 'unmetCall' | 'unmetShown' | 'unmetKept'>;
}

interface Told {
  name: string | undefined;
  /** Milliseconds during which others told of them, and this page was awake. */
  waited: number;
  /** Milliseconds since nobody does. */
  silent: number;
}

/**
 * People in the meeting whom others reach and this page does not: nobody could tell from its list that they are there. They
 * are shown once they have not been met for a while.
 */
export class Unmet {
  readonly #options: UnmetOptions;
  readonly #people = new Map<ParticipantId, Told>();
  /** What was told last, as text. */
  #shown = '[]';
  #timer: ReturnType<typeof setInterval> | undefined;
  #disposed = false;

  constructor(options: UnmetOptions) {
    this.#options = options;
  }

  /** Members came, went, or told of others. */
  follow(): void {
    if (this.#disposed) return;
    for (const { id, name } of this.#options.told()) {
      const known = this.#people.get(id);
      if (known) known.name = name ?? known.name;
      else if (this.#people.size < MAX_MEMBERS) this.#people.set(id, { name, waited: 0, silent: 0 });
    }
    for (const id of this.#people.keys()) if (this.#isMet(id)) this.#people.delete(id);
    this.#show();
    if (this.#people.size === 0) this.#stop();
    else this.#timer ??= setInterval(() => this.#look(), this.#options.times.look);
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
  }

  #look(): void {
    const { told, onLate, times } = this.#options;
    const now = told();
    const ids = new Set(now.map(({ id }) => id));
    for (const [id, person] of this.#people) {
      if (ids.has(id)) Object.assign(person, { waited: person.waited + times.look, silent: 0 });
      else if ((person.silent += times.look) >= times.unmetKept) this.#people.delete(id);
    }
    const late = now.filter(({ id }) => (this.#people.get(id)?.waited ?? 0) >= times.unmetCall);
    if (late.length > 0) onLate(late);
    this.follow();
  }

  /** A member whose other page others tell of is waited for as a member. */
  #isMet(id: ParticipantId): boolean {
    return this.#options.isMember(id) && !this.#options.told().some((told) => told.id === id);
  }

  #show(): void {
    const { isMember, onShown, times } = this.#options;
    const shown = [...this.#people].flatMap(([id, { name, waited }]) =>
      waited >= times.unmetShown && !isMember(id) ? [{ id, name }] : [],
    );
    const text = JSON.stringify(shown);
    if (text === this.#shown) return;
    this.#shown = text;
    onShown(shown);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
