import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { choose } from '../../src/extension/files/chosen.ts';
import { findOffersAgain, type KeptOffer } from '../../src/extension/files/offersBack.ts';
import { Spool } from '../../src/extension/files/spool.ts';
import { suspectFiles, without } from '../../src/extension/files/secretSearch.ts';
import { randomToken } from '../../src/extension/identity.ts';

describe('what was on offer before a restart', () => {
  let folder = '';
  let spool: Spool;
  const log = (): void => undefined;
  const never = new AbortController().signal;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-back-'));
    spool = new Spool(join(folder, 'spool'), log);
    await mkdir(join(folder, 'project', '.git'), { recursive: true });
    await mkdir(join(folder, 'project', 'out'));
    await writeFile(join(folder, 'a.txt'), 'one');
    await writeFile(join(folder, 'project', '.gitignore'), 'out\n');
    await writeFile(join(folder, 'project', 'out', 'big.js'), 'made');
    await writeFile(join(folder, 'project', '.env'), 'PASSWORD=hunter2hunter2');
    await writeFile(join(folder, 'project', 'main.ts'), 'code');
  });
  afterEach(async () => {
    await spool.dispose();
    await rm(folder, { recursive: true });
  });

  /** The folder as it was shared. */
  async function shareProject(withRules: boolean, withSecrets: boolean): Promise<KeptOffer> {
    const uri = vscode.Uri.file(join(folder, 'project'));
    const chosen = await choose(uri, log);
    assert.ok(typeof chosen !== 'string' && chosen.kind === 'folder');
    const scanned = await chosen.scan(withRules, { signal: never });
    assert.ok(typeof scanned !== 'string');
    const suspects = await suspectFiles(chosen.name, chosen.tree, scanned, never);
    assert.ok(suspects.size > 0);
    const { facts } = chosen.offering(withSecrets ? scanned : without(scanned, suspects), spool);
    return { own: { offer: { id: randomToken(16), ...facts }, to: null }, uri: uri.toString() };
  }

  it('is a file again, unless it has changed', async () => {
    const uri = vscode.Uri.file(join(folder, 'a.txt'));
    const chosen = await choose(uri, log);
    assert.ok(typeof chosen !== 'string' && chosen.kind === 'file');
    const { facts } = chosen.offering(spool);
    const kept = { own: { offer: { id: randomToken(16), ...facts }, to: null }, uri: uri.toString() };
    const [found] = await findOffersAgain([kept], { spool, log });
    assert.deepEqual([found?.own, found?.offering.facts], [kept.own, facts]);
    await writeFile(join(folder, 'a.txt'), 'three');
    assert.deepEqual(await findOffersAgain([kept], { spool, log }), []);
    await rm(join(folder, 'a.txt'));
    assert.deepEqual(await findOffersAgain([kept, { ...kept, uri: 'no uri' }], { spool, log }), []);
  });

  it('is a folder with what the person wanted in it, and nothing else', async () => {
    for (const [withRules, withSecrets] of [
      [true, false],
      [true, true],
      [false, false],
      [false, true],
    ] as const) {
      const kept = await shareProject(withRules, withSecrets);
      const [found] = await findOffersAgain([kept], { spool, log });
      assert.ok(found);
      const { manifest } = await found.offering.open();
      const paths = new Set(manifest.files.map(({ path }) => path));
      assert.equal(paths.has('out/big.js'), !withRules);
      assert.equal(paths.has('.env'), withSecrets);
      assert.ok(paths.has('main.ts'));
    }
  });
});
