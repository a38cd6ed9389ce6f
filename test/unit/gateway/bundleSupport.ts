import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { sendBundle, type BundleSource } from '../../../src/extension/gateway/sendBundle.ts';
import { readChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_WINDOW } from '../../../src/shared/limits.ts';
import { parseManifest } from '../../../src/shared/manifest.ts';
import type { TransferFrame } from '../../../src/shared/transfer.ts';
import { Page, sha256, type TestFolder } from './support.ts';

type Start = Extract<TransferFrame, { t: 'start' }>;

/** Files of the given sizes as a folder on offer. */
export async function makeBundle(folder: TestFolder, sizes: Readonly<Record<string, number>>) {
  const made = [];
  for (const [path, size] of Object.entries(sizes)) made.push({ path, ...(await folder.file(path, size)) });
  const abort = new AbortController();
  const bundle = {
    manifest: {
      kind: 'folder' as const,
      files: made.map(({ path, content }) => ({ path, size: content.length })),
      emptyFolders: [],
    },
    files: made.map(({ file }) => file),
  };
  const source: BundleSource = { open: () => Promise.resolve(bundle), signal: abort.signal };
  const contents = made.map(({ content }) => content);
  return {
    source,
    abort,
    files: bundle.files,
    contents,
    content: Buffer.concat(contents),
    manifest: sha256(Buffer.from(JSON.stringify(bundle.manifest))),
    manifestBytes: Buffer.byteLength(JSON.stringify(bundle.manifest)),
    digests: contents.map(sha256),
  };
}

/** How a page has content come. */
export const WAYS = ['messages', 'body'] as const;
export type Way = (typeof WAYS)[number];

/** The target of a bundle, speaking its frames by hand. */
export class HandTarget {
  readonly page: Page;
  /** Content by position, as it arrived last. */
  readonly chunks: { at: number; round: number; payload: Buffer }[] = [];
  readonly manifest: Buffer[] = [];
  readonly digests: (string | undefined)[] = [];
  /** Problem of an `error`. */
  problem: string | undefined;
  #announced: Extract<TransferFrame, { t: 'manifest' }> | undefined;

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param way how it has content come. */
  static async open(gateway: Gateway, source: BundleSource, way: Way): Promise<HandTarget> {
    const url = gateway.openStream(
      {
        serve: (socket, ended, body) =>
          sendBundle(
            { socket, body },
            { ...source, signal: AbortSignal.any([source.signal, ended]) },
            () => undefined,
          ),
      },
      way === 'body',
    );
    return new HandTarget(await (way === 'body' ? Page.byBody(url) : new Page(url).open()));
  }

  /** Asks for everything, or from where a part ends. */
  start(more: Partial<Start> = {}, credit = FILE_WINDOW): void {
    this.page.send({ t: 'start', at: 0, manifest: null, sha256: null, ...more });
    if (credit > 0) this.page.send({ t: 'credit', bytes: credit });
  }

  /** Takes frames, giving credit back, until something holds or the source has no more to say. */
  async until(holds: () => boolean, giveBack = true): Promise<void> {
    while (!holds()) {
      const frame = await this.page.next();
      if (frame === undefined) return;
      const bytes = this.#take(frame);
      if (bytes > 0 && giveBack) this.page.send({ t: 'credit', bytes });
    }
  }

  /** Until the last file's digest is there. */
  async finish(files: number): Promise<void> {
    await this.until(() => this.problem !== undefined || this.digests[files - 1] !== undefined);
  }

  /** All that came, in the order of positions. */
  content(from = 0): Buffer {
    const bytes = Buffer.alloc(Math.max(from, ...this.chunks.map(({ at, payload }) => at + payload.length)));
    for (const { at, payload } of this.chunks) payload.copy(bytes, at);
    return bytes.subarray(from);
  }

  #take(frame: Buffer | TransferFrame): number {
    if (Buffer.isBuffer(frame)) return this.#takeChunk(frame);
    if (frame.t === 'error') this.problem = frame.problem;
    else if (frame.t === 'manifest') {
      assert.equal(this.#announced, undefined);
      this.#announced = frame;
    } else if (frame.t === 'digests')
      for (const [n, digest] of frame.sha256.entries()) this.digests[frame.first + n] = digest;
    else assert.fail(`a source says ${frame.t}`);
    return 0;
  }

  #takeChunk(frame: Buffer): number {
    const header = readChunkHeader(frame);
    assert.ok(header);
    const payload = frame.subarray(CHUNK_HEADER);
    assert.equal(crc32(payload), header.crc);
    if (header.kind === 'content') this.chunks.push({ ...header, payload });
    else {
      this.manifest.push(payload);
      const all = Buffer.concat(this.manifest);
      if (all.length === this.#announced?.bytes) {
        assert.equal(sha256(all), this.#announced.sha256);
        assert.ok(parseManifest(all.toString()));
      }
    }
    return payload.length;
  }
}
