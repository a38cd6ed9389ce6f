/** A group of editors: its column, whether it is the active one, and whether the meeting is what it shows. */
export interface Group {
  readonly column: number;
  readonly active: boolean;
  readonly meeting: boolean;
}

/**
 * The column that an editor is opened in: the active one, else the first that does not show the meeting; `undefined` where
 * there is none, so that it takes a new one.
 */
export function columnFor(groups: readonly Group[]): number | undefined {
  const free = groups.filter(({ meeting }) => !meeting);
  return (free.find(({ active }) => active) ?? free[0])?.column;
}
