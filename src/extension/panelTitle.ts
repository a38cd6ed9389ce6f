/** What a meeting's panel is called. */
export const PANEL_TITLE = 'Parley';
/** Takes no room and is not read out. */
const UNSEEN = '\u2060';

/** How much is new stands behind the name. */
const NEWS = / \(\d+\)$/;

/** A title without how much is new in the meeting, by which panels are told apart. */
export function titleWithoutNews(title: string): string {
  return title.replace(NEWS, '');
}

/** The same panel's title with how much is new in the meeting. */
export function titleWithNews(title: string, count: number): string {
  const name = titleWithoutNews(title);
  return count > 0 ? `${name} (${count})` : name;
}

/** A title that looks the same as that of another panel, and is not. */
export function otherTitle(title: string): string {
  return titleWithoutNews(title) === PANEL_TITLE ? `${PANEL_TITLE}${UNSEEN}` : PANEL_TITLE;
}
