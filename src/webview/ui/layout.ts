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
