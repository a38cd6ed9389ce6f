import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { MAX_NAME } from '../shared/limits.ts';
import { errorText, type Log } from './log.ts';

/** Git is only asked when it answers at once. */
const GIT_TIME_LIMIT = 500;

/** Makes a text fit to be a name (`nameSchema`): no control or direction characters, trimmed, short. May be empty. */
export function cleanName(text: string): string {
  const plain = text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
  // A cut must not leave half of a surrogate pair behind.
  return plain
    .slice(0, MAX_NAME)
    .replace(/\p{Cs}$/u, '')
    .trim();
}

/** A name from elsewhere for a notification, which would make a link of "[text](address)". */
export function plainName(text: string): string {
  return cleanName(text.replace(/[[\]]/g, ' ').replace(/ {2,}/g, ' '));
}

/** The name to begin with: what was set, else what was used last, else what Git or the system call this person. */
export async function defaultName(
  known: { readonly setting: string; readonly remembered: string },
  log: Log,
): Promise<string> {
  return cleanName(known.setting) || cleanName(known.remembered) || (await gitName(log)) || systemName(log);
}

async function gitName(log: Log): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['config', '--global', 'user.name'], {
      timeout: GIT_TIME_LIMIT,
      windowsHide: true,
    });
    return cleanName(stdout);
  } catch (error) {
    log('trace', `git knows no name: ${errorText(error)}`);
    return '';
  }
}

function systemName(log: Log): string {
  try {
    return cleanName(userInfo().username);
  } catch (error) {
    log('trace', `the system knows no name: ${errorText(error)}`);
    return '';
  }
}
