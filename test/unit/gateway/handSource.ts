import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { Gateway } from '../../../src/extension/gateway/gateway.ts';
import { partPath, type PartState } from '../../../src/extension/gateway/part.ts';
import { publish } from '../../../src/extension/gateway/publish.ts';
import { receiveBundle, type BundleTarget } from '../../../src/extension/gateway/receiveBundle.ts';
import { writeChunkHeader, type ChunkHeader } from '../../../src/shared/chunk.ts';
import { CHUNK_HEADER, FILE_CHUNK, MAX_DIGESTS } from '../../../src/shared/limits.ts';
import type { TransferFrame, TransferProblem } from '../../../src/shared/transfer.ts';
import { Page, sha256 } from './support.ts';
import { turn } from '../../support/turn.ts';

/** A bundle in memory. */
export interface HandBundle {
  readonly kind: 'file' | 'folder';
  readonly manifest: Buffer;
  readonly content: Buffer;
  readonly digests: readonly string[];
  /** Where each file begins. */
  readonly starts: readonly number[];
  readonly announced: { readonly kind: 'file' | 'folder'; readonly size: number; readonly files: number };
}

export interface HandFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable?: boolean;
}

export function bundleOf(
  kind: 'file' | 'folder',
  files: readonly HandFile[],
  emptyFolders: readonly string[] = [],
): HandBundle {
  const manifest = {
    kind,
    files: files.map(({ path, content, executable }) => ({ path, size: content.length, executable })),
    emptyFolders,
  };
  const content = Buffer.concat(files.map((file) => file.content));
  let at = 0;
  const starts = files.map((file) => {
    at += file.content.length;
    return at - file.content.length;
  });
  return {
    kind,
    manifest: Buffer.from(JSON.stringify(manifest)),
    content,
    digests: files.map((file) => sha256(file.content)),
    starts,
    announced: { kind, size: content.length, files: files.length },
  };
}

/** A binary frame; `damaged` flips a bit of its payload after the CRC was made. */
export function chunk(
  kind: ChunkHeader['kind'],
  at: number,
  payload: Buffer,
  { round = 0, damaged = false } = {},
): Buffer {
  const frame = Buffer.alloc(CHUNK_HEADER + payload.length);
  writeChunkHeader(frame, { kind, round, crc: crc32(payload), at });
  payload.copy(frame, CHUNK_HEADER);
  if (damaged) frame.writeUInt8(frame.readUInt8(CHUNK_HEADER) ^ 1, CHUNK_HEADER);
  return frame;
}

/** How a source behaves. */
export interface Behaviour {
  /** Content bytes a chunk. */
  readonly size?: number;
  /** So many chunks are under way at a time and overtake each other. */
  readonly lanes?: number;
  readonly random?: () => number;
  /** Damages the nth chunk of content. */
  readonly damage?: (n: number) => boolean;
  /** Sends the nth chunk twice. */
  readonly twice?: (n: number) => boolean;
  /** The digest it gives for a file in a round. */
  readonly digest?: (file: number, round: number, right: string) => string;
  /** Cuts the connection before the nth chunk. */
  readonly cutAt?: number;
  /** Says nothing about the content after so many bytes and waits. */
  readonly stopAt?: number;
  /** Never says what the digests are. */
  readonly mute?: boolean;
}

/** Answers a target as a source does, by the book or as told. Resolves with the last frame, or `cut`. */
export async function play(
  page: Page,
  bundle: HandBundle,
  how: Behaviour = {},
  said?: Awaited<ReturnType<Page['next']>>,
): Promise<TransferFrame | 'cut'> {
  const { size = FILE_CHUNK, lanes = 1, random = Math.random } = how;
  const start = said ?? (await page.next());
  if (!start || Buffer.isBuffer(start) || start.t !== 'start')
    return start && !Buffer.isBuffer(start) ? start : 'cut';
  if (start.manifest !== null && start.manifest !== sha256(bundle.manifest)) {
    page.send({ t: 'error', problem: 'source-changed' });
    return { t: 'error', problem: 'source-changed' };
  }
  if (start.sha256 !== null) {
    const file = bundle.starts.findLastIndex((at) => at <= start.at);
    if (sha256(bundle.content.subarray(bundle.starts[file], start.at)) !== start.sha256)
      throw new Error('the proof of what is there does not hold');
  }
  let credit = 0;
  let round = 0;
  let at = start.at;
  let next = bundle.starts.findIndex(
    (from, i) => (bundle.starts[i + 1] ?? bundle.content.length) > at || from >= at,
  );
  if (next < 0) next = bundle.starts.length;
  let sent = 0;
  let manifestAt = 0;
  const urgent: Buffer[] = [];
  const under: Buffer[] = [];
  const emit = (frame: Buffer) => page.send(frame);
  page.send({ t: 'manifest', bytes: bundle.manifest.length, sha256: sha256(bundle.manifest) });
  /** Gives the digests of files that were sent, when there are so many. */
  const tell = (least: number): boolean => {
    if (how.mute === true) return false;
    const finished: string[] = [];
    const first = next;
    while (next < bundle.starts.length && finished.length < MAX_DIGESTS) {
      if ((bundle.starts[next + 1] ?? bundle.content.length) > at) break;
      const right = bundle.digests[next] ?? '';
      finished.push(how.digest?.(next, round, right) ?? right);
      next++;
    }
    if (finished.length < least) {
      next = first;
      return false;
    }
    page.send({ t: 'digests', first, sha256: finished });
    return true;
  };
  const step = (): boolean => {
    const repair = urgent.shift();
    if (repair) {
      emit(repair);
      return true;
    }
    if (manifestAt < bundle.manifest.length) {
      const payload = bundle.manifest.subarray(manifestAt, manifestAt + Math.min(FILE_CHUNK, credit));
      if (payload.length === 0) return false;
      credit -= payload.length;
      emit(chunk('manifest', manifestAt, payload));
      manifestAt += payload.length;
      return true;
    }
    if (tell(5)) return true;
    const end = Math.min(bundle.content.length, how.stopAt ?? Infinity);
    const payload = bundle.content.subarray(at, Math.min(end, at + Math.min(size, credit)));
    if (payload.length > 0 && under.length < lanes) {
      credit -= payload.length;
      under.push(chunk('content', at, payload, { round, damaged: how.damage?.(sent) ?? false }));
      if (how.twice?.(sent) === true && credit >= payload.length) {
        credit -= payload.length;
        under.push(chunk('content', at, payload, { round }));
      }
      at += payload.length;
      sent++;
      if (under.length < lanes) return true;
    }
    const [frame] = under.splice(Math.floor(random() * under.length), 1);
    if (frame) {
      emit(frame);
      return true;
    }
    return tell(1);
  };
  for (;;) {
    while (page.waiting === 0 && step()) {
      if (sent > (how.cutAt ?? Infinity)) {
        page.socket.terminate();
        return 'cut';
      }
      // Lets what the target says come in between.
      await turn();
    }
    const frame = await page.next();
    if (!frame || Buffer.isBuffer(frame)) return 'cut';
    if (frame.t === 'credit') credit += frame.bytes;
    else if (frame.t === 'again')
      urgent.push(
        chunk('content', frame.at, bundle.content.subarray(frame.at, frame.at + frame.bytes), { round }),
      );
    else if (frame.t === 'back') {
      ({ at, round } = frame);
      next = bundle.starts.indexOf(at);
      // Empty files begin where the one that follows them does.
      while ((bundle.starts[next + 1] ?? -1) === at) next++;
    } else return frame;
  }
}

export type End = { readonly saved: string } | { readonly problem: TransferProblem };

/** A target in a folder, as the desk makes one, over a real socket. */
export async function openTarget(
  gateway: Gateway,
  announced: HandBundle['announced'],
  directory: string,
  {
    name = 'got',
    earlier,
    ...more
  }: Partial<BundleTarget> & { name?: string; earlier?: Kept | undefined } = {},
) {
  const abort = new AbortController();
  const kept: Kept = {
    part: earlier?.part ?? partPath(directory, name),
    state: earlier?.state ?? null,
    bytes: 0,
  };
  let settle: (end: End) => void = () => undefined;
  const end = new Promise<End>((resolve) => {
    settle = resolve;
  });
  const target: BundleTarget = {
    ...announced,
    part: kept.part,
    left: kept.state,
    signal: abort.signal,
    onPart: (state, bytes) => Object.assign(kept, { state, bytes }),
    place: async (part) => {
      const path = await publish(announced.kind, part, directory, name);
      settle({ saved: path });
      return path.slice(directory.length + 1);
    },
    onFailed: (problem) => settle({ problem }),
    ...more,
  };
  const log = () => undefined;
  let over: Promise<void> = Promise.resolve();
  const url = gateway.openStream({
    serve: (socket: WebSocket) => (over = receiveBundle(socket, target, log)),
  });
  const page = await new Page(url).open();
  return { page, abort, end, kept, over: () => over };
}

/** What is left of a transfer. */
export interface Kept {
  readonly part: string;
  state: PartState | null;
  bytes: number;
}

/** Everything in a folder: paths with the SHA-256 of files, `/` for folders. */
export async function tree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    found[path.slice(folder.length + 1)] = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('base64url')
      : '/';
  }
  return found;
}

/** Whether a file may be run by its owner. */
export async function isExecutable(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o100) !== 0;
}
