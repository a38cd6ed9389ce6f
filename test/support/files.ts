import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/** SHA-256 of a file, in hex. */
export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Writes a file of so many random bytes and gives its SHA-256 in hex. */
export async function writeRandomFile(path: string, size: number): Promise<string> {
  await writeFile(path, randomBytes(size));
  return sha256(path);
}
