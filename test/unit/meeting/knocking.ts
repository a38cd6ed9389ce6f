import type { KnockOutcome } from '../../../src/webview/meeting/entry.ts';
import type { WayBackOptions } from '../../../src/webview/meeting/wayBack.ts';
import { FakeLink } from './fakeLink.ts';

/** What somebody who is let in is told. */
export const WELCOME = { link: new FakeLink(), ordinal: 1, members: [], startedAt: 7 };

/** What comes of a knock. */
export type Knocked = KnockOutcome<FakeLink> | Error;

/** Knocks, where `meet` says what comes of each, and settles, without a pause that counts; `seen` counts what comes of it. */
export function knocking(
  seen: { settled: number; problems: number },
  meet: () => Knocked,
): Pick<WayBackOptions<FakeLink>, 'knock' | 'settle' | 'pause' | 'onProblem'> {
  return {
    knock: () => {
      const outcome = meet();
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    settle: () => {
      seen.settled += 1;
      return Promise.resolve();
    },
    pause: 1,
    onProblem: () => {
      seen.problems += 1;
    },
  };
}
