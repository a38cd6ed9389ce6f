import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { IgnoreRules } from '../../../src/extension/files/ignoreRules.ts';
import { filesOnDisk, folderOffering } from '../../../src/extension/files/offerings.ts';
import { repositoryRules } from '../../../src/extension/files/repository.ts';
import { scan, type Scanned, type ScanOptions } from '../../../src/extension/files/scan.ts';
import { diskTree, type Tree } from '../../../src/extension/files/tree.ts';
import { MAX_ENTRIES, MAX_MANIFEST, MAX_PATH, MAX_PATH_DEPTH } from '../../../src/shared/limits.ts';
import { contentSize, manifest } from '../../../src/shared/manifest.ts';
import { fileOffer } from '../../../src/shared/protocol.ts';
import { makeTempFolder, type TempFolder } from '../../support/temp.ts';

describe('looking through a folder', function () {
  this.timeout(20_000);
  let temp: TempFolder;
  let folder = '';
  beforeEach(async () => {
    temp = await makeTempFolder('scan');
    folder = await realpath(temp.path);
  });
  afterEach(() => temp.dispose());

  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  };
  const scanned = async (tree: Tree, options: Partial<ScanOptions> = {}): Promise<Scanned> => {
    const result = await problemOr(tree, options);
    assert.ok(typeof result === 'object');
    return result;
  };
  const problemOr = (tree: Tree, options: Partial<ScanOptions> = {}) =>
    scan(tree, { rules: null, prefix: [], signal: new AbortController().signal, ...options });
  const paths = ({ files }: Scanned): string[] => files.map(({ path }) => path.join('/'));

  it('finds files with size, time and the right to be run, and empty folders, in order', async () => {
    await write({ 'b.txt': 'bb', 'a/z': '', 'a/b/c': 'c', 'ä€😀/x y': '1', '.hidden': 'h' });
    await mkdir(join(folder, 'empty/inner'), { recursive: true });
    await chmod(join(folder, 'a/z'), 0o755);
    const result = await scanned(diskTree(folder));
    assert.deepEqual(paths(result), ['.hidden', 'a/b/c', 'a/z', 'b.txt', 'ä€😀/x y']);
    assert.deepEqual(result.emptyFolders, [['empty', 'inner']]);
    assert.equal(result.size, 5);
    const z = result.files[2];
    assert.deepEqual(z, {
      path: ['a', 'z'],
      size: 0,
      mtimeMs: (await lstat(join(folder, 'a/z'))).mtimeMs,
      executable: process.platform !== 'win32',
    });
    assert.equal(result.files[3]?.executable, false);
  });

  it('makes an offer and a manifest that others accept', async () => {
    await write({ 'a/b': 'content', 'run.sh': 'x' });
    await chmod(join(folder, 'run.sh'), 0o700);
    await mkdir(join(folder, 'empty'));
    const result = await scanned(diskTree(folder));
    const offering = folderOffering({ key: 'k', name: 'folder', path: 'x/folder' }, result, () =>
      Promise.resolve(filesOnDisk(folder, result)),
    );
    assert.ok(v.is(fileOffer, { id: 'i'.repeat(22), ...offering.facts }));
    const bundle = await offering.open();
    assert.ok(v.is(manifest, bundle.manifest));
    assert.equal(contentSize(bundle.manifest), 8);
    assert.deepEqual(bundle.manifest, {
      kind: 'folder',
      files: [
        { path: 'a/b', size: 7 },
        { path: 'run.sh', size: 1, executable: true },
      ],
      emptyFolders: ['empty'],
    });
    assert.deepEqual(
      bundle.files.map(({ path }) => path),
      [join(folder, 'a/b'), join(folder, 'run.sh')],
    );
    const times = result.files.map(({ mtimeMs }) => Math.floor(mtimeMs));
    assert.equal(offering.facts.modified, Math.max(...times));
  });

  it('follows no link and opens no pipe, and counts them', async () => {
    await write({ 'a.txt': 'a', 'inside/b': 'b' });
    await symlink('/etc', join(folder, 'etc'));
    await symlink('a.txt', join(folder, 'link.txt'));
    await symlink('..', join(folder, 'inside', 'up'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const result = await scanned(diskTree(folder));
    assert.deepEqual(paths(result), ['a.txt', 'inside/b']);
    assert.deepEqual(result.leftOut, { ignored: 0, links: 3, special: 1, unreadable: 0 });
  });

  it('leaves out what git leaves out, by the rules of every folder, and its own folder always', async () => {
    await write({
      '.git/config': 'secret',
      '.gitignore': 'node_modules/\n*.log',
      'node_modules/x/index.js': '',
      'a.log': '',
      'src/.gitignore': '/local\n!keep.log',
      'src/local': '',
      'src/keep.log': '',
      'src/deep/local': '',
      'sub/.git': 'gitdir: elsewhere',
    });
    const with_ = await scanned(diskTree(folder), { rules: new IgnoreRules(false) });
    assert.deepEqual(paths(with_), ['.gitignore', 'src/.gitignore', 'src/deep/local', 'src/keep.log']);
    assert.equal(with_.leftOut.ignored, 3);
    assert.deepEqual(with_.ignored, ['a.log', 'node_modules/', 'src/local']);
    const without = await scanned(diskTree(folder));
    assert.deepEqual(paths(without), [
      '.gitignore',
      'a.log',
      'node_modules/x/index.js',
      'src/.gitignore',
      'src/deep/local',
      'src/keep.log',
      'src/local',
    ]);
    assert.deepEqual([without.leftOut.ignored, without.ignored], [0, []]);
  });

  it('heeds the rules above the folder, up to the top of the repository', async () => {
    await write({
      '.gitignore': 'never',
      'repo/.git/info/exclude': '*.mine',
      'repo/.gitignore': '*.tmp\n/lib/x/dist',
      'repo/lib/.gitignore': 'y',
      'repo/lib/x/never': '',
      'repo/lib/x/a.tmp': '',
      'repo/lib/x/a.mine': '',
      'repo/lib/x/dist/z': '',
      'repo/lib/x/y': '',
      'repo/lib/x/ok': '',
    });
    const path = join(folder, 'repo/lib/x');
    const result = await scanned(diskTree(path), await repositoryRules(path));
    assert.deepEqual(paths(result), ['never', 'ok']);
    const outside = await scanned(diskTree(folder), await repositoryRules(folder));
    assert.equal(paths(outside).includes('repo/lib/x/never'), false);
  });

  it('finds the rules of a worktree where its repository keeps them', async () => {
    await write({
      'main/.git/info/exclude': 'mine',
      'main/.git/worktrees/w/commondir': '../..\n',
      'tree/.git': `gitdir: ${join(folder, 'main/.git/worktrees/w')}\n`,
      'tree/mine': '',
      'tree/yours': '',
    });
    const path = join(folder, 'tree');
    assert.deepEqual(paths(await scanned(diskTree(path), await repositoryRules(path))), ['yours']);
  });

  it('leaves out what cannot be read, but not the folder itself', async () => {
    const tree = madeTree({ a: 1, 'closed/x': 1, gone: 1 });
    const shaky: Tree = {
      ...tree,
      list: (path) => (path[0] === 'closed' ? Promise.reject(new Error('EACCES')) : tree.list(path)),
      stat: (path) => (path[0] === 'gone' ? Promise.reject(new Error('ENOENT')) : tree.stat(path)),
    };
    const result = await scanned(shaky);
    assert.deepEqual(paths(result), ['a']);
    assert.deepEqual(result.emptyFolders, []);
    assert.equal(result.leftOut.unreadable, 2);
    assert.equal(await problemOr(diskTree(join(folder, 'absent'))), 'unreadable');
  });

  it('says why a folder is too much', async () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, 0]));
    assert.equal((await scanned(madeTree(many(MAX_ENTRIES)))).files.length, MAX_ENTRIES);
    assert.equal(await problemOr(madeTree(many(MAX_ENTRIES + 1))), 'too-many-files');
    const deep = (levels: number) => ({ [Array.from({ length: levels }, () => 'd').join('/')]: 0 });
    assert.equal((await scanned(madeTree(deep(MAX_PATH_DEPTH)))).files.length, 1);
    assert.equal(await problemOr(madeTree(deep(MAX_PATH_DEPTH + 1))), 'too-deep');
    const long = (length: number) => ({ [`${'x'.repeat(255)}/`.repeat(4).slice(0, length)]: 0 });
    assert.equal((await scanned(madeTree(long(MAX_PATH - 1)))).files.length, 1);
    assert.equal(await problemOr(madeTree({ [`${'x'.repeat(255)}/`.repeat(4) + 'xx']: 0 })), 'path-too-long');
    assert.equal(await problemOr(madeTree({ a: Number.MAX_SAFE_INTEGER, b: 1 })), 'too-large');
    const wide = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`${'€'.repeat(250)}/${'€'.repeat(80)}${n}`, 0]),
    );
    assert.ok(Buffer.byteLength(JSON.stringify(wide)) > MAX_MANIFEST);
    assert.equal(await problemOr(madeTree(wide)), 'too-many-files');
  });

  it('ends when it is cancelled, and tells how far it is', async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const result = await problemOr(madeTree({ 'a/a': 1, 'b/b': 1, 'c/c': 1 }), {
      signal: abort.signal,
      onProgress: (files) => {
        seen.push(files);
        abort.abort();
      },
    });
    assert.equal(result, 'cancelled');
    assert.deepEqual(seen, [1]);
  });
});

/** A folder that is on no disk. */
function madeTree(sizes: Readonly<Record<string, number>>): Tree {
  const folders = new Map<string, Map<string, 'file' | 'folder'>>([['', new Map()]]);
  for (const path of Object.keys(sizes)) {
    const segments = path.split('/');
    for (const [n, name] of segments.entries()) {
      const parent = segments.slice(0, n).join('/');
      const entries = folders.get(parent) ?? new Map<string, 'file' | 'folder'>();
      folders.set(parent, entries.set(name, n + 1 === segments.length ? 'file' : 'folder'));
    }
  }
  return {
    isNear: true,
    list: (path) =>
      Promise.resolve(Array.from(folders.get(path.join('/')) ?? [], ([name, kind]) => ({ name, kind }))),
    stat: (path) => Promise.resolve({ size: sizes[path.join('/')] ?? 0, mtimeMs: 1, executable: false }),
    head: () => Promise.resolve(new Uint8Array()),
  };
}
