import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describeError, errorCode } from './gateway/errorCode.ts';
import { KEPT_MARK } from './ids.ts';
import { KEPT_FOR, keptText, parseKept, type KeptMeeting } from './keptMeeting.ts';
import type { Log } from './log.ts';

/** Milliseconds: between a change and its being on disk, between two signs of life, and until their lack means death. */
const PAUSE = 200;
const BEAT = 2_000;
/** Milliseconds between two looks whether another process has ended. */
const LOOK = 100;
/** Beats without a sign of life after which a window is dead whose process is still there. */
const DEAD_AFTER = 2.5;
/** Bytes; a chat of `MAX_KEPT_CHAT` characters and 200 offers stay far below. */
const MAX_FILE = 16 * 1024 * 1024;
const CIPHER = 'aes-256-gcm';
const IV_SIZE = 12;
const TAG_SIZE = 16;
const ID = /^[0-9a-f]{32}$/;
/** What stands under `KEPT_MARK`: which file, and the process that keeps it. */
const markSchema = v.object({
  id: v.pipe(v.string(), v.regex(ID)),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

type Mark = v.InferOutput<typeof markSchema>;

/** Where things are kept; the stores have the shapes of VS Code's. */
export interface KeptPlaces {
  /** For one key a meeting: what is on disk cannot be read without it. */
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
  /** Milliseconds between two signs of life; the ones above unless said otherwise. */
  readonly beat?: number;
}

/** A meeting that was kept, and milliseconds since it was last alive. */
export interface ClaimedMeeting {
  readonly meeting: KeptMeeting;
  readonly age: number;
}

/**
 * Keeps meetings over restarts of the extension host and the window. Each lies encrypted in a file whose time is its last
 * sign of life; the key lies in VS Code's secret storage. Who renames the file has it, so that no two windows go on with
 * the same meeting.
 */
export class KeptMeetings {
  readonly #places: KeptPlaces;

  constructor(places: KeptPlaces) {
    this.#places = places;
  }

  /**
   * Begins to keep a meeting of this window.
   * @param onTaken another window goes on with it: this one was taken for dead.
   */
  begin(onTaken: () => void): MeetingKeeper {
    return new MeetingKeeper(this.#places, onTaken);
  }

  /** Takes the meeting of this workspace, if there is one that is not too old. It is kept no longer then. Never rejects. */
  async claim(): Promise<ClaimedMeeting | undefined> {
    const { memento, log } = this.#places;
    try {
      await this.#tidy();
      if (memento.get(KEPT_MARK) === undefined) return undefined;
      const mark = readMark(memento);
      if (mark && !(await this.#isLeft(mark))) {
        log('info', 'another window of this workspace is in a meeting');
        return undefined;
      }
      const claimed = mark && (await this.#take(mark.id));
      await memento.update(KEPT_MARK, undefined);
      return claimed;
    } catch (error) {
      log('warn', `the meeting before could not be read: ${describeError(error)}`);
      return undefined;
    }
  }

  /** Waits until its extension host has ended, or its window is dead; false when it goes on living. */
  async #isLeft({ id, pid }: Mark): Promise<boolean> {
    const { folder, beat = BEAT } = this.#places;
    const until = Date.now() + 2 * DEAD_AFTER * beat;
    for (;;) {
      if (pid === process.pid || !isRunning(pid)) return true;
      const found = await statOf(join(folder, id));
      if (!found || Date.now() - found.mtimeMs > DEAD_AFTER * beat) return true;
      if (Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  async #take(id: string): Promise<ClaimedMeeting | undefined> {
    const { secrets, folder, log } = this.#places;
    const file = join(folder, id);
    const taken = `${file}.taken`;
    try {
      await rename(file, taken);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      log('info', 'the meeting before was gone on with elsewhere, or has ended');
      return undefined;
    }
    try {
      const { mtimeMs, size } = await stat(taken);
      const age = Math.max(0, Date.now() - mtimeMs);
      const key = await secrets.get(secretName(id));
      if (age > KEPT_FOR || size > MAX_FILE || key === undefined) return undefined;
      const text = decrypt(await readFile(taken), Buffer.from(key, 'base64url'), id);
      const meeting = text === undefined ? undefined : parseKept(text);
      if (!meeting) log('warn', 'the meeting before cannot be read');
      return meeting && { meeting, age };
    } finally {
      await rm(taken, { force: true });
      await secrets.delete(secretName(id));
    }
  }

  /** Removes what nobody came back for, its key included. */
  async #tidy(): Promise<void> {
    const { folder, secrets } = this.#places;
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const file = join(folder, name);
      const found = await statOf(file);
      if (!found || Date.now() - found.mtimeMs <= KEPT_FOR) continue;
      await rm(file, { force: true });
      const id = name.slice(0, 32);
      if (ID.test(id)) await secrets.delete(secretName(id));
    }
  }
}

/** Keeps one meeting while it runs. Nothing of it waits for another thing, and none of it rejects. */
export class MeetingKeeper {
  readonly #places: KeptPlaces;
  readonly #onTaken: () => void;
  readonly #id = randomBytes(16).toString('hex');
  readonly #key = randomBytes(32);
  readonly #file: string;
  readonly #beat: NodeJS.Timeout;
  #latest: (() => KeptMeeting) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #written = '';
  /** Steps at the file, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isPrepared = false;
  #isThere = false;
  #isAsking = false;
  #answered = new Date();
  #over = false;

  constructor(places: KeptPlaces, onTaken: () => void) {
    this.#places = places;
    this.#onTaken = onTaken;
    this.#file = join(places.folder, this.#id);
    this.#do(() => this.#prepare());
    this.#beat = setInterval(() => this.#pulse(), places.beat ?? BEAT);
    this.#beat.unref();
  }

  /** Something of the meeting changed; it is asked how it is a little later. */
  note(meeting: () => KeptMeeting): void {
    if (this.#over) return;
    this.#latest = meeting;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#do(() => this.#write());
    }, PAUSE);
  }

  /** The extension host ends: writes what is not written yet and leaves it for the next one. */
  async letGo(): Promise<void> {
    if (this.#over) return this.#work;
    this.#do(() => this.#write());
    this.#stop();
    await this.#work;
  }

  /** The meeting is over for this person: nothing of it is kept. */
  async remove(): Promise<void> {
    if (this.#over) return this.#work;
    this.#stop();
    const { secrets, memento } = this.#places;
    this.#do(async () => {
      await rm(this.#file, { force: true });
      await secrets.delete(secretName(this.#id));
      if (readMark(memento)?.id === this.#id) await memento.update(KEPT_MARK, undefined);
    });
    await this.#work;
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
  }

  #do(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#places.log('warn', `the meeting could not be kept: ${describeError(error)}`);
    });
  }

  async #prepare(): Promise<void> {
    const { secrets, memento, folder } = this.#places;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await secrets.store(secretName(this.#id), this.#key.toString('base64url'));
    await memento.update(KEPT_MARK, { id: this.#id, pid: process.pid });
    this.#isPrepared = true;
  }

  async #write(): Promise<void> {
    if (!this.#latest || !this.#isPrepared) return;
    const text = keptText(this.#latest());
    if (text === this.#written) return;
    if (this.#isThere && !(await this.#isOurs())) return;
    const draft = `${this.#file}.new`;
    await writeFile(draft, encrypt(text, this.#key, this.#id), { mode: 0o600 });
    await utimes(draft, this.#answered, this.#answered);
    await rename(draft, this.#file);
    this.#written = text;
    this.#isThere = true;
  }

  #pulse(): void {
    this.#do(() => this.#sayAlive());
    if (this.#isAsking) return;
    this.#isAsking = true;
    Promise.resolve(this.#places.askWindow()).then(
      () => {
        this.#isAsking = false;
        this.#answered = new Date();
      },
      (error: unknown) => this.#places.log('trace', `the window does not answer: ${describeError(error)}`),
    );
  }

  /** The file has the time at which the window answered last. */
  async #sayAlive(): Promise<void> {
    if (!this.#isThere || !(await this.#isOurs())) return;
    await utimes(this.#file, this.#answered, this.#answered);
  }

  /** False, and all is over here, once another window has taken it. */
  async #isOurs(): Promise<boolean> {
    if (await statOf(this.#file)) return true;
    if (!this.#over) {
      this.#stop();
      this.#onTaken();
    }
    return false;
  }
}

function readMark(memento: KeptPlaces['memento']): Mark | undefined {
  const mark = v.safeParse(markSchema, memento.get(KEPT_MARK));
  return mark.success ? mark.output : undefined;
}

/** `undefined` when there is no such file. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

function secretName(id: string): string {
  return `parley.kept.${id}`;
}

function encrypt(text: string, key: Buffer, id: string): Buffer {
  const iv = randomBytes(IV_SIZE);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** `undefined` when it was not written with this key, for this meeting. */
function decrypt(bytes: Buffer, key: Buffer, id: string): string | undefined {
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
