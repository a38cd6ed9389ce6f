import * as v from 'valibot';
import { bytes32Schema } from './ids.ts';
import {
  FILE_CHUNK,
  FILE_WINDOW,
  MAX_DIGESTS,
  MAX_FILE_NAME,
  MAX_FILE_SIZE,
  MAX_MANIFEST,
} from './limits.ts';
import { parseJson } from './parseJson.ts';

// One offer on its way, from disk to disk:
//
//   source host --ws--> sender's page --data channels--> receiver's page --ws--> target host
//
// What travels is a bundle: a manifest, then the contents of its files one after another as one run of bytes. A file
// is a bundle of one. Positions (`at`) count content bytes from the start of the first file. Text frames are the JSON
// below and go over the transfer's first channel, in order; binary frames are chunks (shared/chunk.ts), each with its own position
// and check, over any of its channels, in any order. Both travel unchanged over all three joints. Credit starts at
// the target's disk: nothing between ever holds more than FILE_WINDOW content bytes of one transfer.

/** Why a transfer ended without a file. The sentence a person reads is made where it is shown. */
export const transferProblem = v.picklist([
  'withdrawn',
  'source-changed',
  'source-gone',
  'source-unreadable',
  'target-unwritable',
  'disk-full',
  'mismatch',
  'protocol',
  'cancelled',
  'paused',
  'too-many',
  'link-lost',
]);
export type TransferProblem = v.InferOutput<typeof transferProblem>;

/** Problems after which what has arrived is of no use or not wanted. After any other the part is kept and gone on from. */
const FINAL = new Set<TransferProblem>(['source-changed', 'mismatch', 'protocol', 'cancelled']);

/** Whether what has arrived is kept, to go on from, when a transfer ends like this. */
export function keepsPart(problem: TransferProblem): boolean {
  return !FINAL.has(problem);
}

const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_SIZE));
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000));

export const transferFrame = v.variant('t', [
  /**
   * Target to source, first of all: go on from here. `manifest` is the SHA-256 of the manifest that the part on disk
   * was made by, `sha256` that of the bytes before `at` of the file that `at` is inside of; both null for a fresh start,
   * `sha256` null where `at` is the start of a file.
   */
  v.object({
    t: v.literal('start'),
    at: position,
    manifest: v.nullable(bytes32Schema),
    sha256: v.nullable(bytes32Schema),
  }),
  /** Source to target, first of all: the manifest's size in bytes and its SHA-256; it follows in chunks. */
  v.object({
    t: v.literal('manifest'),
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_MANIFEST)),
    sha256: bytes32Schema,
  }),
  /** Target to source: so many bytes more (of manifest or content, headers not counted) may be sent. */
  v.object({
    t: v.literal('credit'),
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(FILE_WINDOW)),
  }),
  /** Target to source: this stretch arrived damaged, send it again. Brings the credit for it along. */
  v.object({
    t: v.literal('again'),
    at: position,
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(FILE_CHUNK)),
  }),
  /**
   * Target to source: a file is not what its digest says. Everything from `at`, the start of that file, once more; from
   * there on chunks carry this round, and those of an older one only give their credit back.
   */
  v.object({
    t: v.literal('back'),
    at: position,
    round: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)),
  }),
  /** Source to target, after their last bytes: SHA-256 of files, `first` and following, as the manifest counts its files. */
  v.object({
    t: v.literal('digests'),
    first: index,
    sha256: v.pipe(v.array(bytes32Schema), v.minLength(1), v.maxLength(MAX_DIGESTS)),
  }),
  /** Target to source, and target host to page: it is whole and under this name. */
  v.object({ t: v.literal('saved'), name: v.pipe(v.string(), v.maxLength(MAX_FILE_NAME * 4)) }),
  /** Either side: it will not be. */
  v.object({ t: v.literal('error'), problem: transferProblem }),
]);
export type TransferFrame = v.InferOutput<typeof transferFrame>;

/** Parses a text frame; `undefined` for anything that is none. */
export function parseTransferFrame(text: string): TransferFrame | undefined {
  return parseJson(transferFrame, text);
}
