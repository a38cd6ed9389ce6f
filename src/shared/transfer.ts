import * as v from 'valibot';
import { bytes32Schema } from './ids.ts';
import { FILE_WINDOW, MAX_FILE_NAME } from './limits.ts';

// One file on its way, from disk to disk:
//
//   source host --ws--> sender's page --data channel--> receiver's page --ws--> target host
//
// The same frames travel on all three joints, so that a page is a pump and nothing more: binary frames are the
// content in order, text frames are the JSON below. Credit starts at the target's disk and travels back to the
// source's: no joint ever holds more than FILE_WINDOW bytes.

/** Why a transfer ended without a file. The sentence a person reads is made where it is shown. */
export const transferProblem = v.picklist([
  'withdrawn',
  'source-changed',
  'source-unreadable',
  'target-unwritable',
  'disk-full',
  'mismatch',
  'protocol',
  'cancelled',
  'too-many',
  'link-lost',
]);
export type TransferProblem = v.InferOutput<typeof transferProblem>;

export const transferFrame = v.variant('t', [
  /** Receiver to sender: so many bytes more may be sent. */
  v.object({
    t: v.literal('credit'),
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(FILE_WINDOW)),
  }),
  /** Sender to receiver, after the last byte: SHA-256 of all of them. */
  v.object({ t: v.literal('end'), sha256: bytes32Schema }),
  /** Receiver to sender, and target host to page: it is whole and under this name. */
  v.object({ t: v.literal('saved'), name: v.pipe(v.string(), v.maxLength(MAX_FILE_NAME * 4)) }),
  /** Either side: it will not be. */
  v.object({ t: v.literal('error'), problem: transferProblem }),
]);
export type TransferFrame = v.InferOutput<typeof transferFrame>;

/** Parses a text frame; `undefined` for anything that is none. */
export function parseTransferFrame(text: string): TransferFrame | undefined {
  try {
    const frame = v.safeParse(transferFrame, JSON.parse(text));
    return frame.success ? frame.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
