import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { Inbox } from '../../../src/extension/gateway/inbox.ts';
import { sendBundle, type BundleSource } from '../../../src/extension/gateway/sendBundle.ts';
import type { SourceFile } from '../../../src/extension/gateway/sourceFile.ts';
import type { TransferFailure } from '../../../src/extension/gateway/transferSocket.ts';
import { readChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, FILE_WINDOW } from '../../../src/shared/limits.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import {
  bundleOf,
  chunk,
  openTarget,
  tree,
  type HandBundle,
  type HandFile,
  type Kept,
} from './handSource.ts';
import { Page, sha256, type TestFolder, withGateway } from './support.ts';

/** What happens to one stream on its way. */
interface Way {
  readonly lanes: number;
  /** Cut after so many frames; 0 for never. */
  readonly cut: number;
  /** The chunks that lose a bit. */
  readonly damaged: readonly number[];
  readonly seed: number;
}

/** Pumps between two hosts, as pages and lanes do: texts in order, chunks over any of several queues. */
async function carry(from: Page, to: Page, { lanes, cut, damaged, seed }: Way): Promise<void> {
  let random = seed;
  const next = (below: number): number => {
    random = (random * 48_271) % 2_147_483_647;
    return random % below;
  };
  let frames = 0;
  let chunks = 0;
  const queues: Buffer[][] = Array.from({ length: lanes }, () => []);
  const stop = (): void => {
    from.socket.terminate();
    to.socket.terminate();
  };
  const step = (): boolean => {
    const full = queues.filter((queue) => queue.length > 0);
    const frame = full[next(Math.max(1, full.length))]?.shift();
    if (!frame) return false;
    if (damaged.includes(chunks++)) frame.writeUInt8(frame.readUInt8(CHUNK_HEADER) ^ 4, CHUNK_HEADER);
    to.send(frame);
    return true;
  };
  const forward = async (): Promise<void> => {
    for (;;) {
      // Some wait in their lanes while others pass.
      while ((from.waiting === 0 || next(3) === 0) && step());
      const message = await from.next();
      if (message === undefined || (cut > 0 && ++frames > cut)) return stop();
      if (Buffer.isBuffer(message)) queues[next(lanes)]?.push(Buffer.from(message));
      else to.send(message);
    }
  };
  const backward = async (): Promise<void> => {
    for (;;) {
      const message = await to.next();
      if (message === undefined) return stop();
      from.send(message);
    }
  };
  await Promise.all([forward(), backward()]);
}

const names = fc.constantFrom(
  'a',
  'A',
  'b.txt',
  'nul',
  'é',
  'x y',
  'deep/er/c',
  'deep/d',
  'DEEP/d',
  'deep/er/e',
);
const someFiles = fc.uniqueArray(
  fc.record({
    path: names,
    size: fc.oneof(fc.constantFrom(0, 1, FILE_CHUNK), fc.integer({ min: 0, max: 400_000 })),
    executable: fc.boolean(),
  }),
  { selector: ({ path }) => path, maxLength: 8 },
);
const ways = fc.array(
  fc.record({
    lanes: fc.integer({ min: 1, max: 4 }),
    cut: fc.integer({ min: 1, max: 60 }),
    damaged: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }),
    seed: fc.integer({ min: 1, max: 2_000_000 }),
  }),
  { maxLength: 5 },
);

describe('a bundle from disk to disk', function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let folder: TestFolder;
  let n = 0;
  withGateway((made) => ({ gateway, folder } = made));
  const place = () => folder.folder(`place-${String(++n)}`);

  const put = async (bundle: HandBundle, files: readonly HandFile[]): Promise<BundleSource> => {
    const root = await place();
    const sources: SourceFile[] = [];
    for (const { path, content } of files) {
      const file = join(root, ...path.split('/'));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      sources.push({ path: file, size: content.length, mtimeMs: (await stat(file)).mtimeMs });
    }
    const manifest = JSON.parse(bundle.manifest.toString()) as Awaited<
      ReturnType<BundleSource['open']>
    >['manifest'];
    return {
      open: () => Promise.resolve({ manifest, files: sources }),
      signal: new AbortController().signal,
    };
  };
  const openSource = (source: BundleSource): Promise<Page> =>
    new Page(
      gateway.openStream({ serve: (socket) => sendBundle({ socket, body: null }, source, () => undefined) }),
    ).open();

  it('arrives whole, however often it is cut, damaged and overtaken', async () => {
    await fc.assert(
      fc.asyncProperty(someFiles, ways, fc.constantFrom('file', 'folder'), async (wanted, bad, kind) => {
        const files = (
          kind === 'file' ? [wanted[0] ?? { path: 'x', size: 0, executable: false }] : wanted
        ).map(({ path, size, executable }) => ({ path, content: bytesOf(size), executable }));
        const bundle = bundleOf(kind, files, kind === 'folder' ? ['hollow'] : []);
        const source = await put(bundle, files);
        const directory = await place();
        let earlier: Kept | undefined;
        const good: Way = { lanes: 2, cut: 0, damaged: [], seed: 1 };
        let saved = false;
        for (const way of [...bad, good]) {
          const target = await openTarget(gateway, bundle.announced, directory, { earlier });
          await carry(await openSource(source), target.page, way);
          const end = await target.end;
          await target.over();
          saved = 'saved' in end;
          assert.equal((await readdir(directory)).includes('got'), saved);
          if (saved) break;
          earlier = target.kept.state ? target.kept : undefined;
          assert.equal((await readdir(directory)).length, earlier ? 1 : 0);
        }
        assert.ok(saved, 'the last stream had nothing against it');
        assert.deepEqual(await readdir(directory), ['got']);
        const contents =
          kind === 'file'
            ? [(await tree(directory))['got']]
            : Object.values(await tree(join(directory, 'got')));
        assert.equal(contents.filter((one) => one !== '/').length, bundle.digests.length);
        assert.deepEqual(new Set(contents.filter((one) => one !== '/')), new Set(bundle.digests));
        await rm(directory, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  const frames: fc.Arbitrary<TransferFrame | Buffer | string> = fc.oneof(
    fc.record({
      t: fc.constant('manifest' as const),
      bytes: fc.integer({ min: 1, max: 300 }),
      sha256: fc.constant('a'.repeat(43)),
    }),
    fc.record({
      t: fc.constant('digests' as const),
      first: fc.integer({ min: 0, max: 20_000 }),
      sha256: fc.array(fc.constant('b'.repeat(43)), { minLength: 1, maxLength: 64 }),
    }),
    fc.constantFrom<TransferFrame>(
      { t: 'credit', bytes: 5 },
      { t: 'saved', name: '../x' },
      { t: 'error', problem: 'link-lost' },
    ),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 200 }),
    fc
      .record({
        kind: fc.constantFrom('manifest' as const, 'content' as const),
        at: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.maxSafeNat()),
        payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
        round: fc.constantFrom(0, 0, 0, 1, 255),
        damaged: fc.boolean(),
      })
      .map(({ kind, at, payload, round, damaged }) =>
        chunk(kind, at, Buffer.from(payload), { round, damaged }),
      ),
  );

  it('writes nothing but its part, whatever a hostile source sends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { maxLength: 40 }), fc.boolean(), async (hostile, begun) => {
        const directory = await place();
        const inner = join(directory, 'inner');
        await mkdir(inner);
        const bundle = bundleOf('folder', [
          { path: 'a', content: bytesOf(1_000) },
          { path: 'b', content: bytesOf(500) },
        ]);
        const { page, end, over } = await openTarget(gateway, bundle.announced, inner);
        await page.next();
        if (begun) {
          page.send({ t: 'manifest', bytes: bundle.manifest.length, sha256: sha256(bundle.manifest) });
          page.send(chunk('manifest', 0, bundle.manifest));
        }
        for (const frame of hostile) page.send(frame);
        page.socket.close();
        assert.ok('problem' in (await end));
        await over();
        assert.deepEqual(await readdir(directory), ['inner']);
        for (const name of await readdir(inner)) assert.match(name, /^got\.[0-9a-f]{8}\.part$/);
        await rm(directory, { recursive: true });
      }),
      { numRuns: 200 },
    );
  });

  it('holds no more than it gave credit for, whatever comes', () => {
    const size = 3 * FILE_WINDOW;
    const arrivals = fc.array(
      fc.record({
        at: fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 0, max: size })),
        bytes: fc.integer({ min: 1, max: FILE_CHUNK }),
        round: fc.constantFrom(0, 0, 0, 0, 0, 1),
        damaged: fc.constantFrom(false, false, false, true),
        take: fc.boolean(),
      }),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(arrivals, (all) => {
        let credit = 0;
        let spent = 0;
        let dealt = 0;
        const inbox = new Inbox({
          size,
          at: 0,
          send: (frame) => {
            if (frame.t === 'credit' || frame.t === 'again') credit += frame.bytes;
            if (frame.t === 'again') dealt += frame.bytes;
          },
        });
        inbox.open();
        for (const { at, bytes, round, damaged, take } of all) {
          const frame = chunk('content', at, ZEROS.subarray(0, bytes), { round, damaged });
          const header = readChunkHeader(frame);
          if (!header) continue;
          inbox.handleChunk(header, frame.subarray(CHUNK_HEADER));
          spent += bytes;
          if (take) {
            const length = inbox.takeContent().reduce((sum, each) => sum + each.length, 0);
            inbox.giveBack(length);
          }
          const failure = failureOf(inbox);
          if (failure) {
            assert.ok(['protocol', 'mismatch'].includes(failure.problem));
            assert.equal(inbox.takeContent().length, 0);
            return;
          }
          assert.ok(spent <= credit, 'more came than was asked for');
          assert.ok(credit - dealt - spent <= FILE_WINDOW, 'more than a window is on its way');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends with a source that ignores its credit, and with one that sends crumbs', async () => {
    const bundle = bundleOf('file', [{ path: 'x', content: bytesOf(1) }]);
    const big = { ...bundle.announced, size: 4 * FILE_WINDOW };
    const greedy = await openTarget(gateway, big, await place());
    await greedy.page.next();
    for (let i = 1; i < 200; i++) greedy.page.send(chunk('content', i * 50_000, bytesOf(50_000)));
    assert.deepEqual(await greedy.end, { problem: 'protocol' });
    const crumbs = await openTarget(gateway, big, await place());
    await crumbs.page.next();
    for (let i = 1; i <= 41_000; i++) crumbs.page.send(chunk('content', i * 2, ZEROS.subarray(0, 1)));
    assert.deepEqual(await crumbs.end, { problem: 'protocol' });
  });
});

const ZEROS = Buffer.alloc(FILE_CHUNK);

function failureOf(inbox: Inbox): TransferFailure | undefined {
  try {
    inbox.throwIfFailed();
    return undefined;
  } catch (error) {
    return error as TransferFailure;
  }
}

/** Bytes that differ from place to place, the same in each run. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 2_654_435_761) >>> 13;
  return bytes;
}
