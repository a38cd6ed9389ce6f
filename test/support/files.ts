import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** SHA-256 of a file of any size, in hex. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Writes a file of so many random bytes and gives its SHA-256 in hex. */
export async function writeRandomFile(path: string, size: number): Promise<string> {
  await writeFile(path, randomBytes(size));
  return sha256(path);
}

/** Writes a large file quickly: random bytes again and again, each time with other ones at their start. Gives its SHA-256 in hex. */
export async function writeLargeFile(path: string, size: number): Promise<string> {
  const block = randomBytes(16 * 1024 * 1024);
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < size; at += block.length) {
      randomBytes(32).copy(block);
      const piece = block.subarray(0, size - at);
      hash.update(piece);
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/**
 * What is in a folder, in order: for each file its path, whether it may be run, and its SHA-256; for each empty folder
 * its path and a slash.
 */
export async function treeOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isFile()) {
      const { mode } = await stat(path);
      // These are small, and many: a stream for each takes longer than their content.
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      found.push(`${name}${(mode & 0o100) === 0 ? '' : '*'} ${digest}`);
    } else if ((await readdir(path)).length === 0) found.push(`${name}/`);
  }
  return found.sort();
}
