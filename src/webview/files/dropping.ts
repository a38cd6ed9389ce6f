import { safeFileName } from '../../shared/fileNames.ts';
import { MAX_OFFERS } from '../../shared/limits.ts';
import type { TransferProblem } from '../../shared/transfer.ts';
import type { HostClient } from '../host/hostContext.ts';
import { isAwayError } from '../host/hostLine.ts';
import { DropSource, type Readable } from './dropSource.ts';

/** A file as it is dropped. */
export type Dropped = Readable & { readonly name: string };

/** What dropping needs, and whom it tells. */
export interface DroppingOptions {
  readonly host: HostClient;
  /** A file cannot be shared; `name` is safe. */
  readonly onNotShared: (name: string, problem: TransferProblem) => void;
  /** These many were too many. */
  readonly onTooMany: (count: number) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Hands what is dropped onto the page to the extension host, which shares it: one file after the other. */
export class Dropping {
  readonly #options: DroppingOptions;
  readonly #waiting: Dropped[] = [];
  #source: DropSource | null = null;
  #busy = false;
  #disposed = false;

  constructor(options: DroppingOptions) {
    this.#options = options;
  }

  /** URIs as VS Code names what was dragged out of itself, and files from anywhere else. */
  share(uris: readonly string[], files: readonly Dropped[]): void {
    if (uris.length > 0) {
      this.#options.host
        .call('shareUris', { uris: uris.slice(0, MAX_OFFERS) })
        .catch((error: unknown) => this.#options.onProblem('what was dropped was not shared', error));
    }
    const room = files.slice(0, Math.max(0, MAX_OFFERS - this.#waiting.length));
    this.#waiting.push(...room);
    const over = files.length - room.length + Math.max(0, uris.length - MAX_OFFERS);
    if (over > 0) this.#options.onTooMany(over);
    if (!this.#busy) void this.#work();
  }

  dispose(): void {
    this.#disposed = true;
    this.#waiting.length = 0;
    this.#source?.cancel();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const file = this.#waiting.shift();
      if (!file || this.#disposed) break;
      await this.#hand(file);
    }
    this.#busy = false;
  }

  async #hand(file: Dropped): Promise<void> {
    const { host, onNotShared, onProblem } = this.#options;
    const name = safeFileName(file.name);
    try {
      const { url } = await host.call('openDrop', { name, size: file.size });
      if (this.#disposed) return;
      this.#source = new DropSource(file, name, url);
      const end = await this.#source.done;
      if ('problem' in end && end.problem !== 'cancelled') onNotShared(name, end.problem);
    } catch (error) {
      onProblem('a dropped file was not taken by the extension host', error);
      // That nothing can be shared just now was said with it.
      if (!isAwayError(error)) onNotShared(name, 'target-unwritable');
    } finally {
      this.#source = null;
    }
  }
}
