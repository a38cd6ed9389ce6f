import { errorText, type Log } from './log.ts';

/**
 * Waits for a part that is being opened.
 * @param close how it is closed again when a later step fails.
 */
export type OpenPart = <P>(opening: Promise<P>, close: (part: P) => unknown) => Promise<P>;

/**
 * Opens something that consists of parts. When a step throws, or the signal aborts between two steps, every part that
 * was opened is closed again, the youngest first, one that is still being opened too.
 * @throws what the step threw, or the signal's reason; nothing is left open then.
 */
export async function allOrNothing<T>(
  steps: (open: OpenPart) => Promise<T>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<T> {
  const closers: Promise<(() => unknown) | undefined>[] = [];
  const open: OpenPart = async (opening, close) => {
    closers.push(
      opening.then(
        (part) => () => close(part),
        () => undefined,
      ),
    );
    const part = await opening;
    signal.throwIfAborted();
    return part;
  };
  try {
    return await steps(open);
  } catch (error) {
    for (const closer of closers.toReversed()) {
      try {
        await (
          await closer
        )?.();
      } catch (problem) {
        log('warn', `not closed cleanly: ${errorText(problem)}`);
      }
    }
    throw error;
  }
}
