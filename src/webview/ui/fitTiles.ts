/** Tiles are as wide as a camera's picture. */
export const TILE_RATIO = 16 / 9;
/** Below this width in px a face is no face any more: the grid scrolls instead. */
export const MIN_TILE_WIDTH = 112;

/** How tiles of one size lie in a box; sizes in whole px. */
export interface TileGrid {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** True when not all rows fit into the height: the box scrolls. */
  readonly scrolls: boolean;
}

/** The largest tiles of 16:9 of which `count` fit into a box of `width` by `height` px with `gap` px between them. */
export function fitTiles(width: number, height: number, count: number, gap: number): TileGrid {
  const none: TileGrid = { columns: 0, rows: 0, width: 0, height: 0, scrolls: false };
  if (count < 1 || width < 1 || height < 1) return none;
  let best = none;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (width - gap * (columns - 1)) / columns;
    const down = (height - gap * (rows - 1)) / rows;
    const tile = Math.floor(Math.min(across, down * TILE_RATIO));
    if (tile > best.width)
      best = { columns, rows, width: tile, height: Math.floor(tile / TILE_RATIO), scrolls: false };
  }
  if (count === 1 || best.width >= MIN_TILE_WIDTH) return best;
  const columns = Math.max(1, Math.min(count, Math.floor((width + gap) / (MIN_TILE_WIDTH + gap))));
  const across = Math.floor(Math.min((width - gap * (columns - 1)) / columns, MIN_TILE_WIDTH * 1.5));
  if (across <= best.width) return best;
  const rows = Math.ceil(count / columns);
  return { columns, rows, width: across, height: Math.floor(across / TILE_RATIO), scrolls: true };
}
