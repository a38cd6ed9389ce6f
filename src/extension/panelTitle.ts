/** What a meeting's panel is called. */
export const PANEL_TITLE = 'Parley';
/** Takes no room and is not read out. */
const UNSEEN = '\u2060';

/** A title that looks the same as that of another panel, and is not. */
export function otherTitle(title: string): string {
  return title === PANEL_TITLE ? `${PANEL_TITLE}${UNSEEN}` : PANEL_TITLE;
}
