import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { claimByPlaceholder, publish } from '../../../src/extension/gateway/publish.ts';
import { makeFolder, type TestFolder } from './support.ts';

describe('publishing', () => {
  let folder: TestFolder;
  const at = (...path: string[]) => join(folder.path, ...path);
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(() => folder.dispose());

  it('gives folders a free name, also beside an empty one', async () => {
    await mkdir(at('got'));
    for (const name of ['got (2)', 'got (3)']) {
      await mkdir(at('x.part'));
      await writeFile(at('x.part', 'inner'), name);
      assert.equal(await publish('folder', at('x.part'), folder.path, 'got'), at(name));
      assert.equal(await readFile(at(name, 'inner'), 'utf8'), name);
    }
    assert.deepEqual((await readdir(folder.path)).toSorted(), ['got', 'got (2)', 'got (3)']);
  });

  it('leaves nothing behind when it fails', async () => {
    for (const kind of ['folder', 'file'] as const)
      await assert.rejects(publish(kind, at('absent.part'), folder.path, 'got'), { code: 'ENOENT' });
    await assert.rejects(claimByPlaceholder(at('absent.part'), at('got')), { code: 'ENOENT' });
    assert.deepEqual(await readdir(folder.path), []);
  });

  it('overwrites nothing where a disk knows no links either', async () => {
    await writeFile(at('x.part'), 'new');
    await writeFile(at('got'), '');
    assert.equal(await claimByPlaceholder(at('x.part'), at('got')), false);
    assert.equal(await claimByPlaceholder(at('x.part'), at('got (2)')), true);
    assert.equal(await readFile(at('got (2)'), 'utf8'), 'new');
    assert.equal(await readFile(at('got'), 'utf8'), '');
  });
});
