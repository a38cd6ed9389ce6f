/** Bytes in a kilobyte, as VS Code itself and most file managers count (docs/decisions.md). */
const KILOBYTE = 1024;
/** Bytes in a megabyte. */
export const MEGABYTE = KILOBYTE ** 2;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size as people read it: 0 B, 1.4 MB, 24 GB. */
export function formatBytes(bytes: number): string {
  const { unit, value } = scaled(bytes);
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

function scaled(bytes: number): { readonly value: number; readonly unit: number } {
  let value = bytes;
  let unit = 0;
  // 1023.5 would round to 1024 of the smaller unit.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? KILOBYTE : KILOBYTE - 0.5)) {
    value /= KILOBYTE;
    unit++;
  }
  return { value, unit };
}

/** How much of it: 12.3 of 28.1 MB, or 40 MB of 1.2 GB while it is less than one of the whole's unit. */
export function formatDone(bytes: number, size: number): string {
  const { unit, value } = scaled(size);
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  const whole = `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
  const done = Math.min(Math.max(bytes, 0), size);
  const scale = KILOBYTE ** unit;
  return `${done < scale && unit > 0 ? formatBytes(done) : (done / scale).toFixed(digits)} of ${whole}`;
}
