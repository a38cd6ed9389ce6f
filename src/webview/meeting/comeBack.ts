import { EnterError } from './entry.ts';
import type { Place } from './member.ts';
import { wait } from './wait.ts';

/** What coming back needs of the mesh. */
export interface ComeBackOptions {
  readonly signal: AbortSignal;
  /** Calls those whom we were with; resolves to whether one has answered, or false when each was called once. Never rejects. */
  readonly revisit: () => Promise<boolean>;
  /** Resolves to our place when one of them is here. */
  readonly met: Promise<Place>;
  /** Goes in as a newcomer does, until the signal says that it is not needed. @throws {EnterError} */
  readonly byDoor: (signal: AbortSignal) => Promise<Place>;
  /** How long those whom we were with may take before the door is tried as well; milliseconds. */
  readonly patience: number;
  /** The door, tried as well, has given us another place. */
  readonly onLate: (place: Place) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/**
 * Back in after the page was loaded anew. The others' pages are where they were, so they are called at once: nobody has to
 * find out who holds the door now, or whether it is free. Where that does not help soon, the door is tried as well.
 * @throws {EnterError} of the door, when nobody has been met either.
 */
export async function comeBack(options: ComeBackOptions): Promise<Place> {
  const { signal, revisit, met, byDoor, patience, onLate, onProblem } = options;
  const found = new AbortController();
  const either = AbortSignal.any([signal, found.signal]);
  let isIn = false;
  const atOnce = met.then((place) => {
    isIn = true;
    found.abort();
    return place;
  });
  const later = async (): Promise<Place> => {
    const over = wait(patience, either);
    // Who has answered is here in a moment.
    if (await Promise.race([revisit(), over.then(() => false)])) await over;
    if (isIn) return met;
    try {
      const place = await byDoor(either);
      const before = isIn ? await met : place;
      if (place.ordinal !== before.ordinal) onLate(place);
      return place;
    } catch (error) {
      if (!isIn) throw error;
      if (!(error instanceof EnterError && error.problem === 'left'))
        onProblem('the door did not let us back in', error);
      return met;
    }
  };
  return Promise.race([atOnce, later()]);
}
