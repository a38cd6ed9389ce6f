import { randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../gateway/errorCode.ts';
import type { Log } from '../log.ts';
import { isProcessRunning } from '../isProcessRunning.ts';

/** Folders on disk for what is on its way between file systems. */
export class Spool {
  readonly #folder: string;
  readonly #log: Log;
  readonly #made = new Set<string>();
  #tidied: Promise<void> | undefined;

  /** @param folder absolute path; it need not be there yet. Other windows may use it, too. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Makes an empty folder, by its real path. Rejects with Node's error. */
  async make(): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await (this.#tidied ??= this.#tidy());
    const name = `${String(process.pid)}-${randomBytes(8).toString('hex')}`;
    const made = join(await realpath(this.#folder), name);
    await mkdir(made, { mode: 0o700 });
    this.#made.add(made);
    return made;
  }

  /** Removes a folder that was made here, with all that is in it. */
  async remove(made: string): Promise<void> {
    try {
      await rm(made, { recursive: true, force: true, maxRetries: 3 });
      this.#made.delete(made);
    } catch (error) {
      this.#log('warn', `a copy could not be removed: ${describeError(error)}`);
    }
  }

  /** Removes all that was made here. */
  async dispose(): Promise<void> {
    await Promise.all(Array.from(this.#made, (made) => this.remove(made)));
  }

  /** Removes what windows that crashed have left. */
  async #tidy(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const pid = Number(/^(\d+)-[0-9a-f]{16}$/.exec(name)?.[1]);
      if (Number.isSafeInteger(pid) && pid > 0 && !isProcessRunning(pid))
        await this.remove(join(this.#folder, name));
    }
  }
}
