/** Levels of the log channel that the parts without VS Code may use. */
export type LogLevel = 'trace' | 'info' | 'warn' | 'error';

/** Writes one line. Never with secrets, invites, names of files or people, chat or SDP. */
export type Log = (level: LogLevel, message: string) => void;

/** An unknown thing that was thrown, as a line for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
