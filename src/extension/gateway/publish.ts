import { link, lstat, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nthName } from '../../shared/fileNames.ts';
import { errorCode } from './errorCode.ts';
import { TransferFailure } from './transferSocket.ts';

/** Names that are tried before a folder is given up. */
const MAX_NAMES = 1_000;
/** How file systems say that they know no hard links (FAT, some network shares). */
const NO_LINKS = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EMLINK',
  'EACCES',
  'UNKNOWN',
]);

/**
 * Gives a finished file or folder its name and never overwrites: `name`, else `name (2)`… The temporary name is gone then.
 * @returns the path it has now.
 */
export async function publish(
  kind: 'file' | 'folder',
  part: string,
  directory: string,
  name: string,
): Promise<string> {
  for (let n = 1; n <= MAX_NAMES; n++) {
    const path = join(directory, n === 1 ? name : nthName(name, n));
    if (!(await (kind === 'folder' ? claimFolder(part, path) : claim(part, path)))) continue;
    // A linked file still has its old name, too.
    await rm(part, { force: true, maxRetries: 3 });
    return path;
  }
  throw new TransferFailure('target-unwritable');
}

async function claim(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
    return claimByPlaceholder(part, path);
  }
}

/** An empty file takes the name, which fails when it is taken; then only that empty file is replaced. */
export async function claimByPlaceholder(part: string, path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(part, path);
    return true;
  } catch (error) {
    // Nothing is left of a name that was not needed; what is not empty is not the placeholder any more.
    if ((await lstat(path)).size === 0) await rm(path);
    throw error;
  }
}

/** Renaming a folder replaces an empty one, nothing else. On Windows not even that. */
async function claimFolder(part: string, path: string): Promise<boolean> {
  let made = false;
  try {
    if (process.platform !== 'win32') {
      await mkdir(path);
      made = true;
    } else if (await isThere(path)) return false;
    await rename(part, path);
    return true;
  } catch (error) {
    // Somebody was faster.
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    if (made) await rmdir(path);
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
