import * as v from 'valibot';

/**
 * Reads a text from outside as JSON of a shape; `undefined` when it is no JSON, or of another shape. How long it may be
 * is for the caller to look at before.
 */
export function parseJson<T>(schema: v.GenericSchema<unknown, T>, text: string): T | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
