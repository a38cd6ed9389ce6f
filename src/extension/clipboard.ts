import * as vscode from 'vscode';
import { errorText, type Log } from './log.ts';
import { withTimeLimit } from './timeLimit.ts';

// In a browser the clipboard may be refused, or wait for a permission that nobody sees: neither may hold up a meeting.
const WRITE_TIME_LIMIT = 2_000;
const READ_TIME_LIMIT = 1_000;

/** Puts a text on the clipboard; false when it cannot be written (soon enough). */
export async function writeClipboard(text: string, log: Log): Promise<boolean> {
  try {
    const written = vscode.env.clipboard.writeText(text).then(() => true);
    return (await withTimeLimit(written, WRITE_TIME_LIMIT)) ?? false;
  } catch (error) {
    log('warn', `the clipboard could not be written: ${errorText(error)}`);
    return false;
  }
}

/** The text on the clipboard, or nothing when it cannot be read (soon enough). */
export async function readClipboard(log: Log): Promise<string> {
  try {
    return (await withTimeLimit(vscode.env.clipboard.readText(), READ_TIME_LIMIT)) ?? '';
  } catch (error) {
    log('info', `the clipboard could not be read: ${errorText(error)}`);
    return '';
  }
}
