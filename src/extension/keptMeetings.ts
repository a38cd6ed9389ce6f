import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, errorCode } from './gateway/errorCode.ts';
import { KEPT_MARK } from './ids.ts';
import {
  BEAT,
  decrypt,
  KEPT_ID,
  readMark,
  secretName,
  statOf,
  type KeptPlaces,
  type Mark,
} from './keptFiles.ts';
import { KEPT_FOR } from '../shared/limits.ts';
import { parseKept, type KeptMeeting } from './keptMeeting.ts';
import { MeetingKeeper } from './meetingKeeper.ts';
import { isProcessRunning } from './isProcessRunning.ts';

/** Milliseconds between two looks whether another process has ended. */
const LOOK = 100;
/** Beats without a sign of life after which a window is dead whose process is still there. */
const DEAD_AFTER = 2;
/** Signs of life after which a window is alive: one that ends gives a last one. */
const SURE_SIGNS = 2;
/** Bytes; a chat of `MAX_KEPT_CHAT` characters and 200 offers stay far below. */
const MAX_FILE = 16 * 1024 * 1024;

/** A meeting that was kept, and milliseconds since it was last alive. */
export interface ClaimedMeeting {
  readonly meeting: KeptMeeting;
  readonly age: number;
}

/** A meeting that nobody goes on with any more, and whose it was; all else of it is gone. */
export interface LapsedMeeting extends Pick<KeptMeeting, 'window'>, Pick<KeptMeeting['facts'], 'role'> {
  readonly lapsed: true;
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

  /**
   * Takes the meeting of this workspace, or what is to be said of one that is too old. It is kept no longer then. Never rejects.
   * @param now by the clock of the file system, which nobody but it can set; milliseconds since 1970.
   */
  async claim(now = Date.now()): Promise<ClaimedMeeting | LapsedMeeting | undefined> {
    const { memento, log } = this.#places;
    try {
      const mark = readMark(memento);
      await this.#tidy(mark?.id, now);
      if (memento.get(KEPT_MARK) === undefined) return undefined;
      if (mark && !(await this.#isLeft(mark))) {
        log('info', 'another window of this workspace is in a meeting');
        return undefined;
      }
      const claimed = mark && (await this.#take(mark.id));
      this.#aside(memento.update(KEPT_MARK, undefined));
      return claimed;
    } catch (error) {
      log('warn', `the meeting before could not be read: ${describeError(error)}`);
      return undefined;
    }
  }

  /** Waits until its extension host has ended, or its window is dead; false when it goes on living. */
  async #isLeft({ id, pid }: Mark): Promise<boolean> {
    const { folder, beat = BEAT } = this.#places;
    const file = join(folder, id);
    let last = await statOf(file);
    for (let signs = 0; signs < SURE_SIGNS;) {
      if (pid === process.pid || !isProcessRunning(pid)) return true;
      if (!last || Date.now() - last.mtimeMs > DEAD_AFTER * beat) return true;
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK, beat)));
      const now = await statOf(file);
      if (now && now.mtimeMs !== last.mtimeMs) signs++;
      last = now;
    }
    return false;
  }

  async #take(id: string): Promise<ClaimedMeeting | LapsedMeeting | undefined> {
    const { secrets, folder, log } = this.#places;
    const file = join(folder, id);
    const taken = `${file}.taken`;
    try {
      await rename(file, taken);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      // The key is left: who was quicker may not have read it yet.
      log('info', 'the meeting before was gone on with elsewhere, or has ended');
      return undefined;
    }
    try {
      const { mtimeMs, size } = await stat(taken);
      const age = Math.max(0, Date.now() - mtimeMs);
      const key = await secrets.get(secretName(id));
      if (size > MAX_FILE || key === undefined) return undefined;
      const text = decrypt(await readFile(taken), Buffer.from(key, 'base64url'), id);
      const meeting = text === undefined ? undefined : parseKept(text);
      if (!meeting) log('warn', 'the meeting before cannot be read');
      if (meeting && age > KEPT_FOR)
        return { lapsed: true, role: meeting.facts.role, window: meeting.window };
      const record = meeting?.record && { ...meeting.record, aliveAt: mtimeMs };
      return meeting && { meeting: { ...meeting, record: record ?? null }, age };
    } finally {
      await rm(taken, { force: true });
      this.#aside(secrets.delete(secretName(id)));
    }
  }

  /** Not waited for: the window, which is to do it, has a new extension host to see to, and the others wait. */
  #aside(tidying: PromiseLike<void>): void {
    Promise.resolve(tidying).catch((error: unknown) => {
      this.#places.log('warn', `what was kept of a meeting was not removed: ${describeError(error)}`);
    });
  }

  /** Removes what nobody came back for, its key included; not what this workspace is about to take. */
  async #tidy(own: string | undefined, now: number): Promise<void> {
    const { folder, secrets } = this.#places;
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      if (name === own) continue;
      const file = join(folder, name);
      const found = await statOf(file);
      // A window that does not answer leaves the one time as it was, but while its process lives it sets the other.
      if (!found || now - Math.max(found.mtimeMs, found.ctimeMs) <= KEPT_FOR) continue;
      await rm(file, { force: true });
      const id = name.slice(0, 32);
      if (KEPT_ID.test(id)) await secrets.delete(secretName(id));
    }
  }
}
