import type { Person, SoakedMeeting } from './people.ts';

/** Something that somebody does in a meeting. */
export interface Action {
  /** After a name: "Bob mutes or unmutes". */
  readonly name: string;
  /** How often among all. */
  readonly weight: number;
  /** Whether this person may do it now; always, by default. */
  readonly may?: (meeting: SoakedMeeting, who: Person) => boolean;
  /** Does it, and waits until it has its effect on the others. */
  readonly run: (meeting: SoakedMeeting, who: Person) => Promise<void>;
}
