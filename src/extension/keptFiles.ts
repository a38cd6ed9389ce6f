import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as v from 'valibot';
import { errorCode } from './gateway/errorCode.ts';
import { KEPT_MARK } from './ids.ts';
import type { Log } from './log.ts';

/** Milliseconds between two signs of life. */
export const BEAT = 1_000;
const CIPHER = 'aes-256-gcm';
const IV_SIZE = 12;
const TAG_SIZE = 16;
/** The name of a file with a meeting. */
export const KEPT_ID = /^[0-9a-f]{32}$/;
/** What stands under `KEPT_MARK`: which file, and the process that keeps it. */
const markSchema = v.object({
  id: v.pipe(v.string(), v.regex(KEPT_ID)),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type Mark = v.InferOutput<typeof markSchema>;

/** Where things are kept; the stores have the shapes of VS Code's. */
export interface KeptPlaces {
  /** For one key a meeting, which lies elsewhere than the files: what is in them cannot be read without it. */
  readonly secrets: {
    get(key: string): PromiseLike<string | undefined>;
    store(key: string, value: string): PromiseLike<void>;
    delete(key: string): PromiseLike<void>;
  };
  /** Of the workspace: another workspace's window does not know of the meeting. */
  readonly memento: { get(key: string): unknown; update(key: string, value: unknown): PromiseLike<void> };
  /** A folder of this class's own, absolute; all windows of a machine share it. */
  readonly folder: string;
  /** Asks the window something: an extension host may outlive it by hours, and never know. */
  readonly askWindow: () => PromiseLike<unknown>;
  readonly log: Log;
  /** Milliseconds between two signs of life; `BEAT` unless said otherwise. */
  readonly beat?: number;
}

/** What the workspace says of a meeting that is kept; `undefined` when that is nothing, or nonsense. */
export function readMark(memento: KeptPlaces['memento']): Mark | undefined {
  const mark = v.safeParse(markSchema, memento.get(KEPT_MARK));
  return mark.success ? mark.output : undefined;
}

/** `undefined` when there is no such file. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where the key of a file is. */
export function secretName(id: string): string {
  return `parley.kept.${id}`;
}

/** The content of a file. */
export function encrypt(text: string, key: Buffer, id: string): Buffer {
  const iv = randomBytes(IV_SIZE);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** `undefined` when it was not written with this key, for this meeting. */
export function decrypt(bytes: Buffer, key: Buffer, id: string): string | undefined {
  if (key.length !== 32 || bytes.length < IV_SIZE + TAG_SIZE) return undefined;
  const tag = bytes.subarray(IV_SIZE, IV_SIZE + TAG_SIZE);
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_SIZE), { authTagLength: TAG_SIZE })
      .setAAD(Buffer.from(id))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(IV_SIZE + TAG_SIZE)), decipher.final()]).toString();
  } catch {
    // Node says nothing but that the tag does not fit.
    return undefined;
  }
}
