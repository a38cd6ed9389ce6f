import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { writeChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, FILE_WINDOW } from '../../../src/shared/limits.ts';
import { HandTarget, makeBundle, WAYS } from './bundleSupport.ts';
import { sha256, startGateway, type TestFolder, withGateway } from './support.ts';
import { turn } from '../../support/turn.ts';

for (const way of WAYS) {
  describe(`the source of a bundle, by ${way}`, function () {
    this.timeout(20_000);
    let gateway: Gateway;
    let folder: TestFolder;
    let n = 0;
    withGateway((made) => ({ gateway, folder } = made));
    /** No test leaves a file open. */
    afterEach(async () => {
      if (process.platform !== 'linux') return;
      const open = await openFiles(folder.path);
      assert.deepEqual(open, []);
    });

    const bundleOf = (...sizes: readonly number[]) => {
      const base = `b${String(++n)}`;
      return makeBundle(
        folder,
        Object.fromEntries(sizes.map((size, index) => [`${base}/${String(index).padStart(3, '0')}`, size])),
      );
    };
    const open = (bundle: Awaited<ReturnType<typeof bundleOf>>) =>
      HandTarget.open(gateway, bundle.source, way);
    const save = async (target: HandTarget) => {
      target.page.send({ t: 'saved', name: 'x' });
      assert.equal(await target.page.closed, 1000);
      assert.equal(target.problem, undefined);
    };

    for (const sizes of [
      [0],
      [1],
      [FILE_CHUNK],
      [FILE_CHUNK * 8],
      [FILE_WINDOW * 2 + 1],
      [10, 0, 0, FILE_CHUNK * 9 + 3, 1, 0],
      Array.from({ length: 300 }, (_, index) => (index * 37) % 5_000),
    ])
      it(`hands over ${sizes.length} file(s), the first of ${sizes[0]} bytes, with a digest each`, async () => {
        const bundle = await bundleOf(...sizes);
        const target = await open(bundle);
        target.start();
        await target.finish(sizes.length);
        assert.ok(target.content().equals(bundle.content));
        assert.deepEqual(target.digests, bundle.digests);
        await save(target);
      });

    it('sends nothing before it is asked, and never more than it was given credit for', async () => {
      const bundle = await bundleOf(300_000);
      const target = await open(bundle);
      target.page.send({ t: 'credit', bytes: 100_000 });
      await quiet(target);
      assert.equal(target.page.waiting, 0);
      target.start({}, 0);
      const received = () => [...target.manifest, ...target.chunks.map(({ payload }) => payload)];
      const bytes = () => Buffer.concat(received()).length;
      await target.until(() => bytes() >= 100_000, false);
      await quiet(target);
      assert.equal(bytes(), 100_000);
      assert.equal(target.page.waiting, 0);
      for (const credit of [1, 7, 70_000, 1, 200_000]) target.page.send({ t: 'credit', bytes: credit });
      await target.until(() => target.digests.length === 1, false);
      assert.ok(target.content().equals(bundle.content));
      assert.deepEqual(target.digests, bundle.digests);
      await save(target);
    });

    it('keeps what a slow page has not read yet as it was', async () => {
      const bundle = await bundleOf(FILE_WINDOW - 10_000);
      const target = await open(bundle);
      target.page.pause();
      target.start();
      // Another one from beginning to end, while the first fills every buffer on its way.
      const other = await open(bundle);
      other.start();
      await other.finish(1);
      await save(other);
      target.page.resume();
      await target.finish(1);
      assert.ok(target.content().equals(bundle.content));
      await save(target);
    });

    it('goes on from any position of a part', async () => {
      const sizes = [10, 0, FILE_CHUNK * 2 + 5, 0, 0, 100];
      const bundle = await bundleOf(...sizes);
      const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
      for (const at of [
        0,
        1,
        10,
        11,
        FILE_CHUNK + 1,
        FILE_CHUNK * 2 + 15,
        bundle.content.length - 1,
        bundle.content.length,
      ]) {
        const index = ends.findIndex((end) => end > at);
        const begin = index === -1 ? at : (ends[index - 1] ?? 0);
        const proof = at === begin ? null : sha256(bundle.content.subarray(begin, at));
        const target = await open(bundle);
        target.start({ at, manifest: bundle.manifest, sha256: proof });
        if (index === -1) await target.until(() => target.manifest.length > 0);
        else await target.finish(sizes.length);
        assert.ok(target.content(at).equals(bundle.content.subarray(at)), `from ${at}`);
        const first = sizes.findIndex(
          (size, n) => (ends[n] ?? 0) > at || (size === 0 && (ends[n] ?? 0) === at),
        );
        const expected = first === -1 ? [] : bundle.digests.slice(first);
        assert.deepEqual(target.digests.slice(first === -1 ? 0 : first), expected, `from ${at}`);
        await save(target);
      }
    });

    it('does not go on from a part of something else', async () => {
      const bundle = await bundleOf(100, 100);
      const other = sha256(Buffer.from('other'));
      for (const [start, problem] of [
        [{ at: 150, manifest: other, sha256: sha256(bundle.content.subarray(100, 150)) }, 'source-changed'],
        [{ at: 150, manifest: bundle.manifest, sha256: other }, 'source-changed'],
        [{ at: 100, manifest: bundle.manifest, sha256: other }, 'protocol'],
        [{ at: 0, manifest: other }, 'source-changed'],
        [{ at: 150, manifest: bundle.manifest }, 'protocol'],
        [{ at: 201, manifest: bundle.manifest }, 'protocol'],
        [{ at: 0, manifest: bundle.manifest, sha256: other }, 'protocol'],
        [{ at: 1 }, 'protocol'],
        [{ sha256: other }, 'protocol'],
      ] as const) {
        const target = await open(bundle);
        target.start(start);
        await target.until(() => target.problem !== undefined);
        assert.equal(target.problem, problem, JSON.stringify(start));
        assert.deepEqual(target.chunks, []);
        assert.equal(await target.page.closed, 1000);
      }
    });

    it('sends a damaged stretch again, also when there is no credit left', async () => {
      const bundle = await bundleOf(FILE_CHUNK + 10, FILE_CHUNK * 3);
      const target = await open(bundle);
      target.start({}, FILE_CHUNK * 2);
      await target.until(() => target.content().length >= FILE_CHUNK + 100, false);
      const sent = target.chunks.length;
      target.page.send({ t: 'again', at: 5, bytes: FILE_CHUNK });
      target.page.send({ t: 'again', at: FILE_CHUNK - 1, bytes: 100 });
      await target.until(() => target.chunks.length >= sent + 2, false);
      const [one, two] = target.chunks.slice(-2);
      assert.ok(one?.at === 5 && one.payload.equals(bundle.content.subarray(5, 5 + FILE_CHUNK)));
      assert.ok(
        two?.at === FILE_CHUNK - 1 && two.payload.equals(bundle.content.subarray(two.at, two.at + 100)),
      );
      target.page.send({ t: 'credit', bytes: FILE_CHUNK * 4 });
      await target.finish(2);
      assert.deepEqual(target.digests, bundle.digests);
      assert.ok(target.content().equals(bundle.content));
      // Asked for after everything was sent.
      target.page.send({ t: 'again', at: bundle.content.length - 1, bytes: 1 });
      const before = target.chunks.length;
      await target.until(() => target.chunks.length > before);
      assert.equal(target.chunks.at(-1)?.at, bundle.content.length - 1);
      await save(target);
    });

    it('goes back to the start of a file, in another round, on the way and at the end', async () => {
      const bundle = await bundleOf(100, 0, FILE_CHUNK * 20, 200, FILE_WINDOW);
      const target = await open(bundle);
      target.start();
      await target.until(() => target.digests[2] !== undefined);
      target.page.send({ t: 'back', at: 100, round: 1 });
      await target.until(() => target.chunks.at(-1)?.round === 1);
      assert.equal(target.chunks.at(-1)?.at, 100);
      target.digests.length = 0;
      await target.finish(5);
      assert.deepEqual(target.digests.slice(2), bundle.digests.slice(2));
      target.page.send({ t: 'back', at: 0, round: 2 });
      target.digests.length = 0;
      target.chunks.length = 0;
      await target.finish(5);
      assert.ok(target.chunks.every(({ round }) => round === 2));
      assert.ok(target.content().equals(bundle.content));
      assert.deepEqual(target.digests, bundle.digests);
      await save(target);
    });

    const frames: readonly (readonly [string, string | Buffer | object])[] = [
      ['content', Buffer.concat([header(), Buffer.from('content')])],
      ['a frame that is no chunk', Buffer.from('content')],
      ['nonsense', 'nonsense'],
      ['a long frame', ' '.repeat(5_000)],
      ['boundless credit', { t: 'credit', bytes: FILE_WINDOW + 1 }],
      ['a second start', { t: 'start', at: 0, manifest: null, sha256: null }],
      ['a manifest', { t: 'manifest', bytes: 1, sha256: 'a'.repeat(43) }],
      ['digests', { t: 'digests', first: 0, sha256: ['a'.repeat(43)] }],
      ['a stretch that was not sent', { t: 'again', at: 0, bytes: 10 }],
      ['a round that is not the next', { t: 'back', at: 0, round: 2 }],
      ['a way back to what was not sent', { t: 'back', at: 0, round: 1 }],
      ['a way back into a file', { t: 'back', at: 1, round: 1 }],
      ['a way back behind everything', { t: 'back', at: 1_000, round: 1 }],
      ['thanks for what was not sent', { t: 'saved', name: 'x' }],
    ];
    for (const [what, frame] of frames)
      it(`ends when it is sent ${what}`, async () => {
        const bundle = await bundleOf(1_000);
        const target = await open(bundle);
        target.start({}, bundle.manifestBytes);
        await target.until(() => target.manifest.length > 0, false);
        target.page.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
        await target.until(() => target.problem !== undefined);
        assert.equal(target.problem, 'protocol');
        assert.equal(await target.page.closed, 1000);
      });

    it('ends when it is given more credit than a window, or asked for too much at once', async () => {
      const bundle = await bundleOf(1_000);
      for (const [frame, times] of [
        [{ t: 'credit', bytes: FILE_WINDOW }, 2],
        [{ t: 'again', at: 0, bytes: 1 }, 10_000],
      ] as const) {
        const target = await open(bundle);
        for (let count = 0; count < times; count++) target.page.send(frame);
        await target.until(() => target.problem !== undefined);
        assert.equal(target.problem, 'protocol');
      }
    });

    const changes: readonly (readonly [string, string, (path: string) => Promise<void>])[] = [
      ['grew', 'source-changed', (path) => appendFile(path, 'more')],
      ['shrank', 'source-changed', (path) => truncate(path, 10)],
      ['was written to', 'source-changed', (path) => utimes(path, new Date(), new Date(Date.now() + 5_000))],
      [
        'is a link now',
        'source-changed',
        async (path) => {
          await rename(path, `${path}.moved`);
          await symlink(`${path}.moved`, path);
        },
      ],
      [
        'is a folder now',
        'source-changed',
        async (path) => {
          await rm(path);
          await mkdir(path);
        },
      ],
      [
        'is a named pipe now',
        'source-changed',
        async (path) => {
          await rm(path);
          execFileSync('mkfifo', [path]);
        },
      ],
      ['is gone', 'source-gone', (path) => rm(path)],
    ];
    for (const [what, problem, change] of changes) {
      it(`says that a file ${what} since it was offered`, async () => {
        const bundle = await bundleOf(100, 1_000);
        await change(bundle.files[1]?.path ?? '');
        const target = await open(bundle);
        target.start();
        await target.until(() => target.problem !== undefined);
        assert.equal(target.problem, problem);
      });

      it(`says that a file ${what} on the way`, async () => {
        const bundle = await bundleOf(FILE_CHUNK * 40);
        const target = await open(bundle);
        target.start({}, FILE_CHUNK * 2);
        await target.until(() => target.chunks.length > 0, false);
        await change(bundle.files[0]?.path ?? '');
        target.page.send({ t: 'credit', bytes: FILE_WINDOW - FILE_CHUNK });
        await target.until(() => target.problem !== undefined);
        assert.equal(target.problem, problem);
        assert.deepEqual(target.digests, []);
      });
    }

    it('does not follow a folder that became a link', async () => {
      const bundle = await bundleOf(100, 1_000);
      const [file] = bundle.files;
      const directory = dirname(file?.path ?? '');
      await rename(directory, `${directory}-elsewhere`);
      await symlink(`${directory}-elsewhere`, directory);
      const target = await open(bundle);
      target.start();
      await target.until(() => target.problem !== undefined);
      assert.equal(target.problem, 'source-changed');
      assert.deepEqual(target.chunks, []);
    });

    it('says that a file cannot be read', async () => {
      const bundle = await bundleOf(100);
      const source = { ...bundle.source, open: () => Promise.reject(new Error('no such thing')) };
      const target = await HandTarget.open(gateway, source, way);
      target.start();
      await target.until(() => target.problem !== undefined);
      assert.equal(target.problem, 'source-unreadable');
    });

    it('stops when the offer is withdrawn, the page goes, or the gateway does', async () => {
      const bundle = await bundleOf(FILE_WINDOW);
      const { gateway: own } = await startGateway();
      const target = await HandTarget.open(own, bundle.source, way);
      target.start({}, 1_000);
      await target.until(() => target.chunks.length > 0, false);
      const cut = await HandTarget.open(own, bundle.source, way);
      cut.start({}, 1_000);
      await cut.until(() => cut.chunks.length > 0, false);
      cut.page.socket.terminate();
      bundle.abort.abort();
      await target.until(() => target.problem !== undefined);
      assert.equal(target.problem, 'withdrawn');
      const late = await HandTarget.open(own, bundle.source, way);
      await late.until(() => late.problem !== undefined);
      assert.equal(late.problem, 'withdrawn');
      const other = await bundleOf(FILE_WINDOW);
      const waiting = await HandTarget.open(
        own,
        { ...other.source, open: () => new Promise(() => undefined) },
        way,
      );
      await own.dispose();
      await waiting.page.closed;
    });

    it('survives whatever a target says', async () => {
      const bundle = await bundleOf(10, 0, 5_000, FILE_CHUNK);
      const total = bundle.content.length;
      const position = fc.oneof(
        fc.integer({ min: -1, max: total + 1 }),
        fc.constantFrom(0, 10, 5_010, total),
      );
      const proof = fc.constantFrom(null, bundle.manifest, 'a'.repeat(43), ...bundle.digests);
      const frame = fc.oneof(
        fc.record({ t: fc.constant('start'), at: position, manifest: proof, sha256: proof }),
        fc.record({ t: fc.constant('credit'), bytes: fc.integer({ min: 0, max: FILE_WINDOW }) }),
        fc.record({ t: fc.constant('again'), at: position, bytes: fc.integer({ min: 0, max: FILE_CHUNK }) }),
        fc.record({ t: fc.constant('back'), at: position, round: fc.integer({ min: 0, max: 3 }) }),
        fc.record({ t: fc.constant('error'), problem: fc.constantFrom('paused', 'cancelled', 'nonsense') }),
        fc.constant({ t: 'saved', name: 'x' }),
      );
      const message = fc.oneof(
        { weight: 8, arbitrary: frame.map((value) => JSON.stringify(value)) },
        { weight: 1, arbitrary: fc.string() },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
      );
      await fc.assert(
        fc.asyncProperty(fc.boolean(), fc.array(message, { maxLength: 30 }), async (started, messages) => {
          const target = await open(bundle);
          if (started) target.start();
          for (const each of messages) target.page.send(each);
          // One more that is always wrong.
          target.page.send('the end');
          await target.until(() => target.problem !== undefined);
          await target.page.closed;
          const known = [undefined, 'protocol', 'source-changed'];
          assert.ok(known.includes(target.problem), target.problem);
          for (const { at, payload } of target.chunks)
            assert.ok(payload.equals(bundle.content.subarray(at, at + payload.length)));
        }),
        { numRuns: 150 },
      );
    });
  });
}

/** Waits until the source has had the time to say all that it has to say. */
async function quiet({ page }: HandTarget): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => {
      page.socket.once('pong', resolve);
      page.socket.ping();
    });
  }
}

function header(): Buffer {
  const frame = Buffer.alloc(CHUNK_HEADER);
  writeChunkHeader(frame, { kind: 'content', round: 0, crc: 0, at: 0 });
  return frame;
}

/** Files of this process that lie in a folder, once what was just closed has gone. */
async function openFiles(folder: string): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    const open = links.filter((path) => path.startsWith(folder));
    if (open.length === 0 || attempt === 50) return open;
    await turn();
  }
}
