import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { FILE_CHUNK, FILE_WINDOW } from '../../../src/shared/limits.ts';
import {
  bundleOf,
  chunk,
  isExecutable,
  openTarget,
  play,
  tree,
  type HandBundle,
  type Kept,
} from './handSource.ts';
import { hashOf, sha256, type TestFolder, withGateway } from './support.ts';
import { until } from '../../support/turn.ts';

const run = promisify(execFile);

describe('a target', function () {
  this.timeout(20_000);
  let gateway: Gateway;
  let folder: TestFolder;
  let n = 0;
  const place = () => folder.folder(`into-${String(++n)}`);
  withGateway((made) => ({ gateway, folder } = made));
  const fileOf = (size: number) => bundleOf('file', [{ path: 'x', content: randomBytes(size) }]);
  /** 40 files, some empty, in a few folders. */
  const folderOf = () =>
    bundleOf(
      'folder',
      Array.from({ length: 40 }, (_, i) => ({
        path: `${['', 'a/', 'a/b/'][i % 3] ?? ''}file ${String(i)}.txt`,
        content: randomBytes(i % 7 === 0 ? 0 : (i * 7_919) % 150_000),
        executable: i % 5 === 0,
      })),
      ['empty', 'a/none/at all'],
    );
  const isWhole = async (bundle: HandBundle, directory: string, names: readonly string[]) => {
    const got = await tree(join(directory, 'got'));
    names.forEach((name, i) => assert.equal(got[name], bundle.digests[i], name));
    assert.equal(Object.values(got).filter((digest) => digest !== '/').length, names.length);
    assert.deepEqual(await readdir(directory), ['got']);
  };
  const pathsOf = ({ manifest }: HandBundle) =>
    (JSON.parse(manifest.toString()) as { files: { path: string }[] }).files.map(({ path }) => path);

  for (const size of [0, 1, FILE_CHUNK, 300_001, FILE_WINDOW + FILE_CHUNK + 1])
    it(`receives a file of ${String(size)} bytes`, async () => {
      const bundle = fileOf(size);
      const directory = await place();
      const { page, end } = await openTarget(gateway, bundle.announced, directory);
      assert.deepEqual(await play(page, bundle), { t: 'saved', name: 'got' });
      assert.deepEqual(await end, { saved: join(directory, 'got') });
      assert.equal(await hashOf(join(directory, 'got')), bundle.digests[0]);
      assert.deepEqual(await readdir(directory), ['got']);
      assert.equal(await page.closed, 1000);
    });

  it('receives a folder with its tree, empty files and folders and executable bits', async () => {
    const bundle = folderOf();
    const directory = await place();
    const { page } = await openTarget(gateway, bundle.announced, directory);
    assert.deepEqual(await play(page, bundle, { size: 10_000 }), { t: 'saved', name: 'got' });
    await isWhole(bundle, directory, pathsOf(bundle));
    const got = await tree(join(directory, 'got'));
    assert.deepEqual([got['empty'], got['a/none/at all']], ['/', '/']);
    assert.equal(await isExecutable(join(directory, 'got', 'a/b/file 5.txt')), true);
    assert.equal(await isExecutable(join(directory, 'got', 'a/file 1.txt')), false);
  });

  it('receives a folder with nothing in it', async () => {
    const bundle = bundleOf('folder', []);
    const directory = await place();
    const { page } = await openTarget(gateway, bundle.announced, directory);
    assert.deepEqual(await play(page, bundle), { t: 'saved', name: 'got' });
    assert.deepEqual(await readdir(join(directory, 'got')), []);
  });

  it('takes chunks in any order, some of them twice', async () => {
    for (const bundle of [fileOf(3_000_000), folderOf()]) {
      const directory = await place();
      const { page } = await openTarget(gateway, bundle.announced, directory);
      const end = await play(page, bundle, { size: 9_973, lanes: 40, twice: (i) => i % 9 === 0 });
      assert.deepEqual(end, { t: 'saved', name: 'got' });
      if (bundle.kind === 'folder') await isWhole(bundle, directory, pathsOf(bundle));
      else assert.equal(await hashOf(join(directory, 'got')), bundle.digests[0]);
    }
  });

  it('gives all credit back, whatever it was spent for', async () => {
    const bundle = fileOf(3 * FILE_WINDOW);
    const { page } = await openTarget(gateway, bundle.announced, await place());
    // Without it the source would run out of credit before its end.
    const how = { size: 50_000, lanes: 8, twice: () => true, damage: (i: number) => i % 12 === 0 };
    assert.deepEqual(await play(page, bundle, how), { t: 'saved', name: 'got' });
  });

  it('has what is damaged sent again', async () => {
    const bundle = folderOf();
    const directory = await place();
    const { page } = await openTarget(gateway, bundle.announced, directory);
    assert.deepEqual(await play(page, bundle, { damage: (i) => i === 0 || i === 7 }), {
      t: 'saved',
      name: 'got',
    });
    await isWhole(bundle, directory, pathsOf(bundle));
  });

  it('gives up a source that sends nothing but damage', async () => {
    const bundle = fileOf(100 * 1_000);
    const directory = await place();
    const { page, end } = await openTarget(gateway, bundle.announced, directory);
    assert.deepEqual(await play(page, bundle, { size: 1_000, damage: () => true }), {
      t: 'error',
      problem: 'mismatch',
    });
    assert.deepEqual(await end, { problem: 'mismatch' });
    assert.deepEqual(await readdir(directory), []);
  });

  it('asks for a file once more whose digest does not fit, and takes nothing of the round before', async () => {
    const bundle = folderOf();
    const directory = await place();
    const { page } = await openTarget(gateway, bundle.announced, directory);
    const digest = (file: number, round: number, right: string) =>
      file === 11 && round < 2 ? sha256(Buffer.of(1)) : right;
    assert.deepEqual(await play(page, bundle, { size: 20_000, lanes: 6, digest }), {
      t: 'saved',
      name: 'got',
    });
    await isWhole(bundle, directory, pathsOf(bundle));
  });

  it('gives up a file whose digest never fits', async () => {
    const bundle = fileOf(200_000);
    const directory = await place();
    const { page, end } = await openTarget(gateway, bundle.announced, directory);
    const digest = () => sha256(Buffer.of(1));
    assert.deepEqual(await play(page, bundle, { digest }), { t: 'error', problem: 'mismatch' });
    assert.deepEqual(await end, { problem: 'mismatch' });
    assert.deepEqual(await readdir(directory), []);
  });

  describe('to which nothing more comes', () => {
    const bundle = bundleOf('file', [{ path: 'x', content: randomBytes(300_000) }]);
    const patience = { manifest: 150, content: 150 };
    for (const [what, how, kept] of [
      ['from the middle on', { stopAt: 150_000 }, 150_000],
      ['but all of the content', { mute: true }, 299_999],
    ] as const)
      it(`ends, ${what}: the source is told, and what came is kept`, async () => {
        const directory = await place();
        const first = await openTarget(gateway, bundle.announced, directory, { patience });
        assert.deepEqual(await play(first.page, bundle, how), { t: 'error', problem: 'link-lost' });
        assert.deepEqual(await first.end, { problem: 'link-lost' });
        const second = await openTarget(gateway, bundle.announced, directory, { earlier: first.kept });
        const start = await second.page.next();
        assert.ok(start && !Buffer.isBuffer(start) && start.t === 'start');
        assert.equal(start.at, kept);
        assert.deepEqual(await play(second.page, bundle, {}, start), { t: 'saved', name: 'got' });
      });

    it('ends without a manifest, and has more patience for one', async () => {
      const { page, end } = await openTarget(gateway, bundle.announced, await place(), { patience });
      assert.deepEqual([(await page.next()) !== undefined, await end], [true, { problem: 'link-lost' }]);
      const slow = await openTarget(gateway, bundle.announced, await place(), {
        patience: { manifest: 10_000, content: 100 },
      });
      const start = await slow.page.next();
      await new Promise((resolve) => {
        setTimeout(resolve, 250);
      });
      assert.deepEqual(await play(slow.page, bundle, {}, start), { t: 'saved', name: 'got' });
    });

    it('is not impatient with its own disk', async () => {
      const directory = await place();
      const slowly = async (): Promise<string> => {
        await new Promise((resolve) => {
          setTimeout(resolve, 400);
        });
        return 'late';
      };
      const { page } = await openTarget(gateway, bundle.announced, directory, { patience, place: slowly });
      assert.deepEqual(await play(page, bundle), { t: 'saved', name: 'late' });
    });
  });

  it('overwrites nothing', async () => {
    const directory = await place();
    await writeFile(join(directory, 'got.txt'), 'mine');
    const bundle = fileOf(10);
    for (const name of ['got (2).txt', 'got (3).txt']) {
      const { page } = await openTarget(gateway, bundle.announced, directory, { name: 'got.txt' });
      assert.deepEqual(await play(page, bundle), { t: 'saved', name });
    }
    assert.equal(await readFile(join(directory, 'got.txt'), 'utf8'), 'mine');
    // Not even an empty folder.
    await mkdir(join(directory, 'tree'));
    const folders = folderOf();
    const { page } = await openTarget(gateway, folders.announced, directory, { name: 'tree' });
    assert.deepEqual(await play(page, folders), { t: 'saved', name: 'tree (2)' });
    assert.deepEqual(await readdir(join(directory, 'tree')), []);
    assert.equal((await readdir(directory)).length, 5);
  });

  describe('that goes on', () => {
    const goOn = async (bundle: HandBundle, directory: string, kept: Kept) => {
      const { page, end } = await openTarget(gateway, bundle.announced, directory, { earlier: kept });
      const start = await page.next();
      assert.ok(start && !Buffer.isBuffer(start));
      return { last: await play(page, bundle, {}, start), end, start };
    };

    it('does so from wherever it was cut', async () => {
      const bundle = folderOf();
      const chunks = Math.ceil(bundle.content.length / 30_000);
      const seen = new Set<number>();
      for (let cutAt = 0; cutAt <= chunks; cutAt += 3) {
        const directory = await place();
        const { page, end, kept, over } = await openTarget(gateway, bundle.announced, directory);
        assert.equal(await play(page, bundle, { size: 30_000, lanes: 3, cutAt }), 'cut');
        assert.deepEqual(await end, { problem: 'link-lost' });
        await over();
        const { last, start } = await goOn(bundle, directory, kept);
        assert.deepEqual(last, { t: 'saved', name: 'got' });
        assert.equal(start.t, 'start');
        if (start.t === 'start') seen.add(start.at);
        await isWhole(bundle, directory, pathsOf(bundle));
      }
      // How much of what was sent is lost with the socket is up to the system: on a busy machine, often all of it.
      assert.ok(seen.size > 2, `it began at ${[...seen].join(' ')}`);
    });

    for (const [what, stopAt] of [
      ['inside a file', 250_000],
      ['at the start', 0],
      ['where a file ends', 200_000],
      ['where all ends', 500_000],
    ] as const)
      it(`does so when it stopped ${what}`, async () => {
        const sizes = [100_000, 0, 100_000, 300_000, 0];
        const bundle = bundleOf(
          'folder',
          sizes.map((size, i) => ({ path: String(i), content: randomBytes(size) })),
        );
        const directory = await place();
        const { page, end, kept, abort, over } = await openTarget(gateway, bundle.announced, directory);
        const playing = play(page, bundle, {
          stopAt,
          digest: (file, _round, right) => (file < 3 ? right : sha256(Buffer.of(file))),
        });
        // The last digest is wrong, so it waits with everything there is, or for what does not come.
        if (stopAt < 500_000) {
          await until(async () => (await sizeOnDisk(kept.part)) >= stopAt);
          abort.abort();
        } else abort.abort();
        await playing;
        assert.deepEqual(await end, { problem: 'link-lost' });
        await over();
        const { last } = await goOn(bundle, directory, kept);
        assert.deepEqual(last, { t: 'saved', name: 'got' });
        await isWhole(bundle, directory, pathsOf(bundle));
      });

    const spoil: readonly (readonly [string, (file: string) => Promise<void>, number])[] = [
      ['is gone', (file) => rm(file), 0],
      ['has grown', (file) => appendFile(file, 'more'), -1],
    ];
    for (const [what, change, from] of spoil)
      it(`begins with what is on disk when a file ${what} that was whole`, async () => {
        const bundle = folderOf();
        const directory = await place();
        const first = await openTarget(gateway, bundle.announced, directory);
        const stopAt = Math.floor(bundle.content.length / 2);
        const playing = play(first.page, bundle, { stopAt });
        await until(async () => (await sizeOnDisk(first.kept.part)) >= stopAt);
        first.page.socket.terminate();
        assert.equal(await playing, 'cut');
        await first.end;
        await first.over();
        assert.ok((first.kept.state?.whole ?? 0) > 8);
        await change(join(first.kept.part, 'a', 'b', 'file 8.txt'));
        const { last, start } = await goOn(bundle, directory, first.kept);
        assert.equal(start.t === 'start' && start.at, (bundle.starts[from === 0 ? 8 : 9] ?? 0) + from);
        assert.deepEqual(last, { t: 'saved', name: 'got' });
        await isWhole(bundle, directory, pathsOf(bundle));
      });

    it('begins with a file that is longer or shorter than was told', async () => {
      for (const change of [
        (part: string) => appendFile(part, 'x'.repeat(500_000)),
        (part: string) => truncate(part, 12_345),
      ]) {
        const bundle = fileOf(400_000);
        const directory = await place();
        const first = await openTarget(gateway, bundle.announced, directory);
        assert.equal(await play(first.page, bundle, { size: 30_000, cutAt: 9 }), 'cut');
        await first.end;
        await first.over();
        await change(first.kept.part);
        const { page, end } = await openTarget(gateway, bundle.announced, directory, { earlier: first.kept });
        const start = await page.next();
        assert.ok(start && !Buffer.isBuffer(start) && start.t === 'start' && start.sha256 !== null);
        // What was appended is not of that file: an honest source says so.
        if (start.at > 12_345) {
          page.send({ t: 'error', problem: 'source-changed' });
          assert.deepEqual(await end, { problem: 'source-changed' });
          await page.closed;
          assert.deepEqual(await readdir(directory), []);
        } else assert.deepEqual(await play(page, bundle, {}, start), { t: 'saved', name: 'got' });
      }
    });

    for (const [what, plant] of [
      ['a folder', (part: string, outside: string) => symlink(outside, join(part, 'b'))],
      [
        'a file',
        async (part: string, outside: string) => {
          await mkdir(join(part, 'b'));
          await symlink(join(outside, 'two'), join(part, 'b', 'two'));
        },
      ],
    ] as const)
      it(`writes through no link where ${what} is to be`, async () => {
        const bundle = bundleOf('folder', [
          { path: 'a/one', content: randomBytes(200_000) },
          { path: 'b/two', content: randomBytes(200_000) },
        ]);
        const [directory, outside] = [await place(), await place()];
        const first = await openTarget(gateway, bundle.announced, directory);
        await play(first.page, bundle, { size: 50_000, cutAt: 2 });
        await first.end;
        await first.over();
        await plant(first.kept.part, outside);
        const second = await openTarget(gateway, bundle.announced, directory, { earlier: first.kept });
        assert.deepEqual(await play(second.page, bundle), { t: 'error', problem: 'target-unwritable' });
        assert.deepEqual(await readdir(outside), []);
      });

    it('says so when the source has another manifest by now', async () => {
      const directory = await place();
      const first = await openTarget(gateway, fileOf(400_000).announced, directory);
      const bundle = fileOf(400_000);
      assert.equal(await play(first.page, bundle, { size: 30_000, cutAt: 9 }), 'cut');
      await first.end;
      await first.over();
      const other = bundleOf('file', [{ path: 'other', content: randomBytes(400_000) }]);
      const { page, end } = await openTarget(gateway, other.announced, directory, { earlier: first.kept });
      await page.next();
      page.send({ t: 'manifest', bytes: other.manifest.length, sha256: sha256(other.manifest) });
      page.send(chunk('manifest', 0, other.manifest));
      assert.deepEqual(await end, { problem: 'source-changed' });
      await page.closed;
      assert.deepEqual(await readdir(directory), []);
    });

    it('keeps the part when it is paused and removes it when it is cancelled', async () => {
      for (const problem of ['paused', 'cancelled'] as const) {
        const bundle = fileOf(400_000);
        const directory = await place();
        const { page, end, over, kept } = await openTarget(gateway, bundle.announced, directory);
        const playing = play(page, bundle, { stopAt: 300_000 });
        await until(async () => (await sizeOnDisk(kept.part)) >= 300_000);
        page.send({ t: 'error', problem });
        assert.deepEqual(await end, { problem });
        await over();
        await playing;
        assert.equal((await readdir(directory)).length, problem === 'paused' ? 1 : 0);
        assert.equal(kept.bytes, problem === 'paused' ? 300_000 : 0);
      }
    });
  });

  describe('given hostile names', () => {
    const names: readonly (readonly [string, string])[] = [
      ['con.txt', '_con.txt'],
      ['a\u0000b', 'a_b'],
      ['x\\..\\..\\y', 'x_.._.._y'],
      ['C:evil', 'C_evil'],
      ['same.txt', 'same.txt'],
      ['SAME.txt', 'SAME (2).txt'],
      ['same\u200B.txt', 'same (3).txt'],
      ['Sub/one', 'Sub/one'],
      ['sub/one', 'sub (2)/one'],
      ['\u202Egpj.exe', 'gpj.exe'],
      // What lies there would be run as soon as VS Code looks into the folder.
      ['repo/.Git/config', 'repo/_.Git/config'],
      ['repo/.git', 'repo/_ (2).git'],
      ['q', 'q'],
      ['q (2)', 'q (2)'],
      ['Q', 'Q (3)'],
      ['both', 'both'],
      ['both/inner', 'both (2)/inner'],
      ['e\u0301', '\u00E9'],
      ['\u00E9', '\u00E9 (2)'],
    ];
    it('makes safe ones of them', async () => {
      const bundle = bundleOf(
        'folder',
        names.map(([path], i) => ({ path, content: Buffer.of(i) })),
        ['...x/..y', 'SUB'],
      );
      const directory = await place();
      const { page } = await openTarget(gateway, bundle.announced, directory);
      assert.deepEqual(await play(page, bundle), { t: 'saved', name: 'got' });
      const got = await tree(join(directory, 'got'));
      names.forEach(([, name], i) => assert.equal(got[name], bundle.digests[i], name));
      assert.equal(got['SUB (3)'], '/');
      assert.deepEqual(await readdir(directory), ['got']);
    });

    for (const path of ['../x', 'a/../../x', '/etc/x', 'a//b', '.', ''])
      it(`refuses ${JSON.stringify(path)}`, async () => {
        const bundle = bundleOf('folder', [{ path, content: Buffer.of(1) }]);
        const directory = await place();
        const { page } = await openTarget(gateway, bundle.announced, directory);
        assert.deepEqual(await play(page, bundle), { t: 'error', problem: 'protocol' });
        await page.closed;
        assert.deepEqual(await readdir(directory), []);
      });
  });

  it('refuses a manifest that is not what was announced', async () => {
    const bundle = folderOf();
    const { kind, size, files } = bundle.announced;
    for (const announced of [
      { kind: 'file', size, files } as const,
      { kind, size: size + 1, files },
      { kind, size, files: files + 1 },
    ]) {
      const directory = await place();
      const { page } = await openTarget(gateway, announced, directory);
      assert.deepEqual(await play(page, bundle), { t: 'error', problem: 'protocol' });
      await page.closed;
      assert.deepEqual(await readdir(directory), []);
    }
  });

  it('says when the disk is full, and goes on when there is room', async function () {
    const disk = await folder.folder('small disk');
    const small = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).catch(() => undefined);
    if (!small) return this.skip();
    try {
      const bundle = fileOf(3_000_000);
      const { page, end, kept, over } = await openTarget(gateway, bundle.announced, disk);
      assert.deepEqual(await play(page, bundle), { t: 'error', problem: 'disk-full' });
      assert.deepEqual(await end, { problem: 'disk-full' });
      await over();
      assert.equal((await readdir(disk)).length, 1);
      await run('mount', ['-o', 'remount,size=8m', disk]);
      const again = await openTarget(gateway, bundle.announced, disk, { earlier: kept });
      const start = await again.page.next();
      assert.ok(start && !Buffer.isBuffer(start) && start.t === 'start' && start.at > 500_000);
      assert.deepEqual(await play(again.page, bundle, {}, start), { t: 'saved', name: 'got' });
      assert.equal(await hashOf(join(disk, 'got')), bundle.digests[0]);
    } finally {
      await run('umount', [disk]);
    }
  });

  it('says when the folder cannot be written to', async () => {
    const bundle = fileOf(1);
    const { page, end } = await openTarget(gateway, bundle.announced, join(folder.path, 'nowhere'));
    assert.deepEqual(await page.next(), { t: 'error', problem: 'target-unwritable' });
    assert.deepEqual(await end, { problem: 'target-unwritable' });
  });

  it('leaves alone what lies where its part should be', async () => {
    const bundle = fileOf(1);
    const directory = await place();
    const part = join(directory, 'other.part');
    await writeFile(part, 'mine');
    const { page } = await openTarget(gateway, bundle.announced, directory, {
      earlier: { part, state: null, bytes: 0 },
    });
    assert.deepEqual(await page.next(), { t: 'error', problem: 'target-unwritable' });
    await page.closed;
    assert.equal(await readFile(part, 'utf8'), 'mine');
  });
});

async function sizeOnDisk(part: string): Promise<number> {
  const found = await run('du', ['-sb', '--apparent-size', part]).catch(() => ({ stdout: '0' }));
  return Number.parseInt(found.stdout, 10);
}
