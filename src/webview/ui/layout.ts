import { fitTiles, TILE_RATIO } from './fitTiles.ts';

/** Where the side bar is: beside the tiles, below them, or over them while it is asked for. */
export type Dock = 'right' | 'bottom' | 'over';

/** Decides by the size of the page in px; a side bar takes room only where the tiles keep enough of it. */
export function dockFor(width: number, height: number): Dock {
  if (width >= 700 && height >= 400) return 'right';
  return width < 700 && height >= 520 ? 'bottom' : 'over';
}

/** Where the people are while a screen is shown, and how wide or high their strip is, in px. */
export interface Strip {
  readonly side: 'beside' | 'below';
  readonly size: number;
}

/** What part of the largest size is nearly as good. */
const NEARLY = 0.85;
/** Px that heads, a row of a file, and where one writes take in a side bar, as in side.css. */
const MIN_BELOW = 230;
/** Px of a shown screen's head, as in room.css. */
const SCREEN_HEAD = 32;

/**
 * How high the people, and the shown screen, are to be above a side bar that has use for the rest: no more of `width` by
 * `height` px than they fill. `extra`: px below the tiles for something else.
 */
export function roomHeight(
  width: number,
  height: number,
  { count, gap, presented, extra }: RoomContent,
): number {
  if (presented) {
    const most = Math.floor(Math.max(height * 0.4, Math.min(height * 0.6, height - MIN_BELOW)));
    const { side, size } = stripFor(width, most, count, gap);
    const whole = side === 'below' ? (width * 9) / 16 + SCREEN_HEAD + gap + size : most;
    return Math.min(most, Math.ceil(whole));
  }
  const most = Math.floor(height * (extra > 0 ? 0.5 : 0.4));
  const grid = fitTiles(width, most - extra, count, gap);
  if (grid.scrolls) return most;
  let least = most;
  // Faces that are hardly larger are not worth another row.
  for (let columns = grid.columns; columns <= count; columns++) {
    const tile = columns === grid.columns ? grid.width : Math.floor((width - gap * (columns - 1)) / columns);
    if (tile < grid.width * NEARLY) break;
    const rows = Math.ceil(count / columns);
    least = Math.min(least, rows * Math.ceil(tile / TILE_RATIO) + (rows - 1) * gap + extra);
  }
  return least;
}

/** What there is to show of the people. */
export interface RoomContent {
  readonly count: number;
  readonly gap: number;
  readonly presented: boolean;
  readonly extra: number;
}

const clamp = (low: number, value: number, high: number) => Math.round(Math.min(Math.max(low, value), high));

/**
 * The side that leaves the shown screen (16:9) larger in a box of `width` by `height` px. The strip is thinner when that
 * lets all `count` tiles, `gap` px apart, be seen at once.
 */
export function stripFor(width: number, height: number, count: number, gap: number): Strip {
  const each = (length: number) => (length - gap * (count - 1)) / Math.max(1, count);
  const beside = clamp(112, Math.min(width * 0.18, (each(height) * 16) / 9), 240);
  const below = clamp(63, Math.min(height * 0.2, (each(width) * 9) / 16), 136);
  const screenBeside = Math.min(width - beside, (height * 16) / 9);
  const screenBelow = Math.min(width, ((height - below) * 16) / 9);
  return screenBeside >= screenBelow ? { side: 'beside', size: beside } : { side: 'below', size: below };
}
