/** The code of an error of Node's (`ENOENT`, `ECONNREFUSED`…), when it has one. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What to write of an error in the log: its code, else what it says. Messages of Node's name paths, codes do not. */
export function describeError(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.message : String(error));
}
