import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { Inbox } from '../../../src/extension/gateway/inbox.ts';
import { claimByPlaceholder } from '../../../src/extension/gateway/publish.ts';
import { FILE_CHUNK, FILE_WINDOW } from '../../../src/shared/limits.ts';
import { hashOf, makeFolder, makeTarget, Page, sha256, startGateway } from './support.ts';

/** What a page does: hands every frame on. */
async function pump(from: Page, to: Page): Promise<void> {
  const one = async (a: Page, b: Page) => {
    for (;;) {
      const message = await a.next();
      if (message === undefined) return;
      b.send(message);
    }
  };
  await Promise.all([one(from, to), one(to, from)]);
}

describe('files through the gateway', function () {
  this.timeout(20_000);
  let gateway: Gateway;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  before(async () => {
    ({ gateway } = await startGateway());
    folder = await makeFolder();
  });
  after(async () => {
    await gateway.dispose();
    await folder.dispose();
  });

  for (const size of [0, 1, FILE_CHUNK, 5_000_000, FILE_WINDOW * 2 + 1])
    it(`carries ${String(size)} bytes from disk to disk`, async () => {
      const { source, sha256: expected } = await folder.file(`source-${String(size)}`, size);
      const directory = await folder.folder(`target-${String(size)}`);
      const { target, end } = makeTarget(directory, 'got.bin', size);
      const [from, to] = [new Page(gateway.openSource(source)), new Page(gateway.openTarget(target))];
      await Promise.all([from.open(), to.open()]);
      await pump(from, to);
      assert.deepEqual(await end, { saved: join(directory, 'got.bin') });
      assert.equal(await hashOf(join(directory, 'got.bin')), expected);
      assert.deepEqual(await readdir(directory), ['got.bin']);
    });

  describe('a source', () => {
    const open = async (source: Parameters<Gateway['openSource']>[0]) =>
      new Page(gateway.openSource(source)).open();

    it('sends no more than it was given credit for', async () => {
      const { source, content } = await folder.file('credit', 300_000);
      const page = await open(source);
      page.send({ t: 'credit', bytes: 100_000 });
      const got: Buffer[] = [];
      while (Buffer.concat(got).length < 100_000) {
        const chunk = await page.next();
        assert.ok(Buffer.isBuffer(chunk) && chunk.length <= FILE_CHUNK);
        got.push(chunk);
      }
      const pong = new Promise((resolve) => page.socket.once('pong', resolve));
      page.socket.ping();
      await pong;
      assert.equal(page.waiting, 0);
      assert.ok(Buffer.concat(got).equals(content.subarray(0, 100_000)));
      page.send({ t: 'credit', bytes: 200_000 });
      for (;;) {
        const frame = await page.next();
        if (Buffer.isBuffer(frame)) continue;
        assert.deepEqual(frame, { t: 'end', sha256: sha256(content) });
        break;
      }
      page.send({ t: 'saved', name: 'x' });
      assert.equal(await page.closed, 1000);
    });

    const changes: readonly (readonly [string, (path: string) => Promise<void>])[] = [
      ['grew', (path) => appendFile(path, 'more')],
      ['shrank', (path) => truncate(path, 10)],
      ['was written to', (path) => utimes(path, new Date(), new Date(Date.now() + 5_000))],
    ];
    for (const [what, change] of changes) {
      it(`says that the file ${what} since it was offered`, async () => {
        const { source } = await folder.file(`changed before, ${what}`, 1_000);
        await change(source.path);
        const page = await open(source);
        assert.deepEqual(await page.next(), { t: 'error', problem: 'source-changed' });
        assert.equal(await page.closed, 1000);
      });

      it(`says that the file ${what} on the way`, async () => {
        const { source } = await folder.file(`changed during, ${what}`, 200_000);
        const page = await open(source);
        page.send({ t: 'credit', bytes: FILE_CHUNK });
        assert.ok(Buffer.isBuffer(await page.next()));
        await change(source.path);
        page.send({ t: 'credit', bytes: 200_000 - FILE_CHUNK });
        let frame = await page.next();
        while (Buffer.isBuffer(frame)) frame = await page.next();
        assert.deepEqual(frame, { t: 'error', problem: 'source-changed' });
      });
    }

    it('says that another file has taken its place', async () => {
      const { source } = await folder.file('replaced', 200_000);
      const page = await open(source);
      page.send({ t: 'credit', bytes: FILE_CHUNK });
      await page.next();
      const { source: other } = await folder.file('replacement', 200_000);
      await rename(other.path, source.path);
      page.send({ t: 'credit', bytes: 200_000 - FILE_CHUNK });
      let frame = await page.next();
      while (Buffer.isBuffer(frame)) frame = await page.next();
      assert.deepEqual(frame, { t: 'error', problem: 'source-changed' });
    });

    it('says that the file is gone', async () => {
      const { source } = await folder.file('gone', 10);
      await rm(source.path);
      assert.deepEqual(await (await open(source)).next(), { t: 'error', problem: 'source-unreadable' });
    });

    it('stops when the offer is withdrawn', async () => {
      const { source, abort } = await folder.file('withdrawn', 200_000);
      const page = await open(source);
      page.send({ t: 'credit', bytes: 10 });
      await page.next();
      abort.abort();
      assert.deepEqual(await page.next(), { t: 'error', problem: 'withdrawn' });
      const late = await open(source);
      assert.deepEqual(await late.next(), { t: 'error', problem: 'withdrawn' });
    });

    it('does not take content, nonsense or boundless credit', async () => {
      const { source } = await folder.file('abused', 10);
      for (const abuse of [
        Buffer.from('content'),
        'nonsense',
        JSON.stringify({ t: 'credit', bytes: FILE_WINDOW + 1 }),
        JSON.stringify({ t: 'end', sha256: 'a'.repeat(43) }),
        ' '.repeat(5_000),
      ]) {
        const page = await open(source);
        page.send(abuse);
        assert.deepEqual(await page.next(), { t: 'error', problem: 'protocol' });
      }
      const greedy = await open({ ...source, size: 10 });
      greedy.send({ t: 'credit', bytes: FILE_WINDOW });
      greedy.send({ t: 'credit', bytes: FILE_WINDOW });
      let frame = await greedy.next();
      while (Buffer.isBuffer(frame)) frame = await greedy.next();
      assert.deepEqual(frame, { t: 'error', problem: 'protocol' });
    });
  });

  describe('a target', () => {
    let n = 0;
    const open = async (size: number, name = 'file.txt', given?: string) => {
      const directory = given ?? (await folder.folder(`into-${String(++n)}`));
      const { target, abort, end } = makeTarget(directory, name, size);
      const page = await new Page(gateway.openTarget(target)).open();
      return { page, directory, abort, end };
    };
    const credited = async (page: Page) => {
      assert.deepEqual(await page.next(), { t: 'credit', bytes: FILE_WINDOW });
    };

    it('says under which name it was saved, and overwrites nothing', async () => {
      const content = Buffer.from('new');
      const directory = await folder.folder('taken');
      await writeFile(join(directory, 'file.txt'), 'old');
      for (const name of ['file (2).txt', 'file (3).txt']) {
        const { page, end } = await open(3, 'file.txt', directory);
        await credited(page);
        page.send(content);
        page.send({ t: 'end', sha256: sha256(content) });
        assert.deepEqual(await page.next(), { t: 'saved', name });
        assert.equal(await page.closed, 1000);
        assert.deepEqual(await end, { saved: join(directory, name) });
      }
      assert.equal(await readFile(join(directory, 'file.txt'), 'utf8'), 'old');
      assert.deepEqual((await readdir(directory)).sort(), ['file (2).txt', 'file (3).txt', 'file.txt']);
    });

    it('names a file where there are no hard links, and overwrites nothing there either', async () => {
      const directory = await folder.folder('no-links');
      await writeFile(join(directory, 'part'), 'new');
      await writeFile(join(directory, 'old'), 'old');
      assert.equal(await claimByPlaceholder(join(directory, 'part'), join(directory, 'old')), false);
      assert.equal(await claimByPlaceholder(join(directory, 'part'), join(directory, 'fresh')), true);
      assert.equal(await readFile(join(directory, 'old'), 'utf8'), 'old');
      assert.equal(await readFile(join(directory, 'fresh'), 'utf8'), 'new');
    });

    const failures: readonly (readonly [string, string, (page: Page) => void])[] = [
      ['more than was announced', 'protocol', (page) => page.send(Buffer.alloc(11))],
      ['a frame larger than a chunk', 'protocol', (page) => page.send(Buffer.alloc(FILE_CHUNK + 1))],
      ['an empty frame', 'protocol', (page) => page.send(Buffer.alloc(0))],
      ['nonsense', 'protocol', (page) => page.send('{"t":"nonsense"}')],
      ['credit', 'protocol', (page) => page.send({ t: 'credit', bytes: 1 })],
      ['too little', 'mismatch', (page) => page.send({ t: 'end', sha256: sha256(Buffer.alloc(0)) })],
      [
        'other content than was hashed',
        'mismatch',
        (page) => {
          page.send(Buffer.alloc(10));
          page.send({ t: 'end', sha256: sha256(Buffer.alloc(9)) });
        },
      ],
    ];
    for (const [what, problem, act] of failures)
      it(`leaves nothing behind when it is sent ${what}`, async () => {
        const { page, directory, end } = await open(10);
        await credited(page);
        act(page);
        assert.deepEqual(await page.next(), { t: 'error', problem });
        await page.closed;
        assert.deepEqual(await end, { problem });
        assert.deepEqual(await readdir(directory), []);
      });

    it('fails when more comes than there is credit for', async () => {
      const { page, abort } = await open(1);
      const inbox = new Inbox(page.socket, 100);
      inbox.allow(10);
      inbox.push(Buffer.alloc(10));
      assert.equal((await inbox.next())?.length, 10);
      inbox.push(Buffer.alloc(1));
      await assert.rejects(inbox.next(), { problem: 'protocol' });
      abort.abort();
    });

    it('does not read on while much waits for the disk', async () => {
      const { page, abort } = await open(1);
      const inbox = new Inbox(page.socket, FILE_WINDOW);
      inbox.allow(FILE_WINDOW);
      for (let n = 0; n < 20; n++) inbox.push(Buffer.alloc(FILE_CHUNK));
      assert.equal(page.socket.isPaused, true);
      for (let n = 0; n < 18; n++) await inbox.next();
      assert.equal(page.socket.isPaused, false);
      abort.abort();
    });

    it('leaves nothing behind when it is cancelled, or the page goes, or the sender gives up', async () => {
      const ways: readonly (readonly [string, (page: Page, abort: AbortController) => void])[] = [
        ['cancelled', (_page, abort) => abort.abort()],
        ['link-lost', (page) => page.socket.terminate()],
        ['withdrawn', (page) => page.send({ t: 'error', problem: 'withdrawn' })],
      ];
      for (const [problem, act] of ways) {
        const { page, directory, abort, end } = await open(10);
        await credited(page);
        page.send(Buffer.alloc(5));
        assert.equal((await readdir(directory)).length, 1);
        act(page, abort);
        assert.deepEqual(await end, { problem });
        assert.deepEqual(await readdir(directory), []);
      }
    });

    it('says when it cannot be written', async () => {
      const { page, end } = await open(10, 'file.txt', join(folder.path, 'absent'));
      assert.deepEqual(await page.next(), { t: 'error', problem: 'target-unwritable' });
      assert.deepEqual(await end, { problem: 'target-unwritable' });
    });

    it('is cancelled, and cleaned up, when the gateway goes', async () => {
      const { gateway: own } = await startGateway();
      const directory = await folder.folder('ending');
      const { target, end } = makeTarget(directory, 'file.txt', 10);
      const page = await new Page(own.openTarget(target)).open();
      await credited(page);
      const unused = makeTarget(directory, 'unused.txt', 10);
      own.openTarget(unused.target);
      await own.dispose();
      assert.deepEqual(await readdir(directory), []);
      assert.deepEqual(await end, { problem: 'cancelled' });
      assert.deepEqual(await unused.end, { problem: 'cancelled' });
      await page.closed;
    });
  });
});
