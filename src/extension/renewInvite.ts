/** A clipboard that can be read without a question. */
export interface Clipboard {
  readonly read: () => Promise<string>;
  readonly write: (text: string) => Promise<unknown>;
}

/** Puts a text in the place of another on the clipboard; does nothing when something else lies there by now. */
export async function replaceOnClipboard(
  before: string,
  now: string,
  clipboard: Clipboard,
): Promise<boolean> {
  if (before === now || (await clipboard.read()) !== before) return false;
  await clipboard.write(now);
  return true;
}
