import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { extension, leave, Person, start } from './parley.ts';

/** The meetings that are kept for a restart. */
async function keptFiles(): Promise<string[]> {
  const folder = join((await extension().activate()).storage, 'kept');
  return existsSync(folder) ? (await readdir(folder)).map((name) => join(folder, name)) : [];
}

/** Waits until so many meetings are kept; the test's own time limit ends it. */
async function keeps(count: number): Promise<string[]> {
  for (;;) {
    const files = (await keptFiles()).filter((file) => !file.endsWith('.new'));
    if (files.length === count) return files;
    await setTimeout(20);
  }
}

describe('a meeting that could be gone on with', () => {
  it('is kept while it runs, unreadable, and no longer', async () => {
    await Person.sitDown();
    await keeps(0);
    const { invite } = await start();
    try {
      const [file = ''] = await keeps(1);
      const content = await readFile(file);
      for (const word of [invite.secret, invite.room, invite.host])
        assert.equal(content.includes(word), false);
    } finally {
      await leave();
    }
    await keeps(0);
  });
});
