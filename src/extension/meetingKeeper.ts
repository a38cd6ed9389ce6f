import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from './gateway/errorCode.ts';
import { KEPT_MARK } from './ids.ts';
import { BEAT, encrypt, readMark, secretName, statOf, type KeptPlaces } from './keptFiles.ts';
import { keptText, type KeptMeeting } from './keptMeeting.ts';

/** Milliseconds between a change and its being on disk. */
const PAUSE = 50;

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
      (error: unknown) => {
        this.#isAsking = false;
        this.#places.log('trace', `the window does not answer: ${describeError(error)}`);
      },
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
