import { CHUNK_HEADER, FILE_CHUNK, MAX_FILE_SIZE } from './limits.ts';

// A binary frame of a transfer: a header of 16 bytes, then 1 to FILE_CHUNK bytes of payload.
//
//   byte 0      1 manifest, 2 content
//   byte 1      round (see the frame `back`)
//   bytes 2-3   zero
//   bytes 4-7   CRC-32 of the payload (the one of zlib and PNG), big-endian
//   bytes 8-15  position of the payload's first byte, in the manifest or in the content, big-endian

const KINDS = { manifest: 1, content: 2 } as const;

/** What a chunk says of itself. */
export interface ChunkHeader {
  readonly kind: keyof typeof KINDS;
  readonly round: number;
  /** Unsigned, 32 bits. */
  readonly crc: number;
  /** Bytes from the start of the manifest or of the content. */
  readonly at: number;
}

/** Writes the header into the first 16 bytes of a frame. */
export function writeChunkHeader(frame: Uint8Array, { kind, round, crc, at }: ChunkHeader): void {
  const view = new DataView(frame.buffer, frame.byteOffset, CHUNK_HEADER);
  view.setUint8(0, KINDS[kind]);
  view.setUint8(1, round);
  view.setUint16(2, 0);
  view.setUint32(4, crc);
  view.setUint32(8, Math.floor(at / 2 ** 32));
  view.setUint32(12, at % 2 ** 32);
}

/** Reads the header of a frame; `undefined` where it is none, or its payload is empty or too long. */
export function readChunkHeader(frame: Uint8Array): ChunkHeader | undefined {
  const payload = frame.byteLength - CHUNK_HEADER;
  if (payload < 1 || payload > FILE_CHUNK) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, CHUNK_HEADER);
  const kind = view.getUint8(0);
  const at = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  if ((kind !== KINDS.manifest && kind !== KINDS.content) || view.getUint16(2) !== 0) return undefined;
  if (at + payload > MAX_FILE_SIZE) return undefined;
  return {
    kind: kind === KINDS.manifest ? 'manifest' : 'content',
    round: view.getUint8(1),
    crc: view.getUint32(4),
    at,
  };
}
