import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Spool } from '../../../src/extension/files/spool.ts';
import { makeTempFolder, type TempFolder } from '../../support/temp.ts';

describe('the spool', () => {
  let temp: TempFolder;
  let place = '';
  beforeEach(async () => {
    temp = await makeTempFolder('spool');
    place = join(temp.path, 'not/there/yet');
  });
  afterEach(() => temp.dispose());
  const open = () => new Spool(place, () => undefined);

  it('makes folders and removes them, each and all', async () => {
    const spool = open();
    const [one, two] = [await spool.make(), await spool.make()];
    await writeFile(join(one, 'file'), 'x');
    await spool.remove(one);
    assert.deepEqual(await readdir(place), [two.slice(two.lastIndexOf('/') + 1)]);
    // A removal that is under way is waited for.
    void spool.remove(two);
    await spool.dispose();
    assert.deepEqual(await readdir(place), []);
  });

  it('tidies up after who crashed, and leaves alone who has not', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const names = [`${String(gone)}-0123456789abcdef`, `${String(process.pid)}-0123456789abcdef`, 'other'];
    for (const name of names) await mkdir(join(place, name), { recursive: true });
    const spool = open();
    await spool.make();
    await spool.dispose();
    assert.deepEqual((await readdir(place)).toSorted(), names.slice(1).toSorted());
  });
});
