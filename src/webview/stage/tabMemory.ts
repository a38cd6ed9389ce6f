/**
 * What this tab remembers over a reload. A browser that lets sites keep nothing (all cookies blocked) throws: then
 * nothing is remembered, and a reload needs a fresh link.
 */
export const tabMemory = {
  get: (key: string): string | null => orNull(() => sessionStorage.getItem(key)),
  set: (key: string, value: string): void => void orNull(() => sessionStorage.setItem(key, value)),
  remove: (key: string): void => void orNull(() => sessionStorage.removeItem(key)),
} as const;

function orNull<T>(use: () => T): T | null {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
