/** A group of editors, as far as the meeting's panel goes. */
export interface PanelGroup {
  /** The one in which files are opened that name no other. */
  readonly active: boolean;
  /** How many editors it has. */
  readonly tabs: number;
  /** Where the panel is in it: in front, behind another editor, or not at all. */
  readonly panel: 'front' | 'behind' | 'none';
}

/**
 * Whether the panel is all there is, so that the first file that is opened covers it: VS Code locks no sole group. A file that
 * is on its way is behind it for a moment.
 */
export function isAlone(wasAlone: boolean, groups: readonly PanelGroup[]): boolean {
  const [only] = groups;
  return groups.length === 1 && only?.panel === 'front' && (only.tabs === 1 || wasAlone);
}

/** Whether something was opened over a panel that had been alone, which then belongs beside it. */
export function isCovered(wasAlone: boolean, groups: readonly PanelGroup[]): boolean {
  return wasAlone && groups.length === 1 && groups[0]?.panel === 'behind';
}

/** Whether the next file would be opened over the panel: it has a group of its own, which is the active one. */
export function isInTheWay(groups: readonly PanelGroup[]): boolean {
  return (
    groups.length > 1 && groups.some(({ active, tabs, panel }) => active && tabs === 1 && panel === 'front')
  );
}
