/** When the first line of the extension ran, by `performance.now()`. It has to be the first import of extension.ts. */
export const loadedAt = performance.now();
