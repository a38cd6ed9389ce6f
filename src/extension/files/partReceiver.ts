import type { FileOffer } from '../../shared/protocol.ts';
import { partPosition, removePart, type PartState } from '../gateway/part.ts';
import { receiveBundle, type BundleTarget } from '../gateway/receiveBundle.ts';
import { TransferFailure } from '../gateway/transferSocket.ts';
import { randomToken } from '../identity.ts';
import { errorText, type Log } from '../log.ts';
import type { PageStreams } from '../pageStreams.ts';
import { withTimeLimit } from '../timeLimit.ts';
import type { Part, PartBook } from './partBook.ts';

/** Milliseconds for a transfer whose page is gone to let go of its part. */
const RELEASE_TIME_LIMIT = 3_000;

/** A transfer into a part. Its part is taken, and has to be released where it is not opened. */
export interface Run {
  readonly book: PartBook;
  readonly part: Part;
  readonly offer: FileOffer;
  /** The part is whole: gives it its place, and resolves with its name there. `target` is what the page knows it by. */
  readonly place: (part: string, target: string) => Promise<string>;
}

/** A stream that the page can open, once. */
export interface OpenedRun {
  readonly url: string;
  readonly target: string;
  /** Content bytes that are there. */
  readonly bytes: number;
}

/** What a receiver works with. */
export interface PartReceiverOptions {
  readonly streams: Pick<PageStreams, 'open'>;
  readonly log: Log;
  /** Aborts when nothing is received any more. */
  readonly ended: AbortSignal;
}

/** Receives into parts, of which each belongs to one transfer at a time: who waits for whom, and who lets go when. */
export class PartReceiver {
  readonly #options: PartReceiverOptions;
  /** Ends of transfers, by the part that they are at. */
  readonly #running = new Map<string, Promise<void>>();
  /** Lets go of parts whose stream nobody has opened yet. */
  readonly #unopened = new Map<string, () => void>();

  constructor(options: PartReceiverOptions) {
    this.#options = options;
  }

  /**
   * A part that fits and that nobody writes. One whose page has gone is waited for. A page tries a thing once at a time,
   * so a stream for it that was never opened will not be any more.
   */
  async take(book: PartBook, offer: FileOffer): Promise<Part | undefined> {
    for (const { id } of book.matching(offer)) this.#unopened.get(id)?.();
    const taken = await book.take(offer);
    if (taken) return taken;
    const runs = this.#runsAt(book.matching(offer));
    if (runs.length === 0) return undefined;
    await withTimeLimit(Promise.race(runs), RELEASE_TIME_LIMIT);
    return book.take(offer);
  }

  /** Makes a stream into a part, from where that can be gone on with. Rejects when what is in its way cannot be removed. */
  async open({ book, part, offer, place }: Run): Promise<OpenedRun> {
    const { streams, log, ended: allEnded } = this.#options;
    const left = await book.left(part);
    const at = await this.#positionOf(part, left);
    const target = randomToken(16);
    let paused = false;
    const receive: Omit<BundleTarget, 'signal'> = {
      kind: offer.kind,
      size: offer.size,
      files: offer.files,
      part: part.path,
      left: at === undefined ? null : left,
      onPart: (state, bytes) => book.note(part, state, bytes),
      place: (whole) => place(whole, target),
      onFailed: (problem) => {
        paused = problem === 'paused';
      },
    };
    const letGo = (): void => {
      this.#running.delete(part.id);
      book.release(part, { paused });
    };
    let isForgotten = false;
    this.#unopened.set(part.id, () => {
      isForgotten = true;
      this.#unopened.delete(part.id);
      letGo();
    });
    const url = streams.open({
      serve: (socket, ended) => {
        if (isForgotten) {
          socket.close(1000);
          return Promise.resolve();
        }
        this.#unopened.delete(part.id);
        const signal = AbortSignal.any([ended, allEnded]);
        const running = receiveBundle(socket, { ...receive, signal }, log).finally(letGo);
        this.#running.set(part.id, running);
        return running;
      },
      onUnused: () => {
        if (isForgotten) return;
        this.#unopened.delete(part.id);
        // Nothing was made of it yet.
        if (!left) book.note(part, null, 0);
        letGo();
      },
    });
    return { url, target, bytes: at ?? 0 };
  }

  /** Removes what there is of an offer. What is still being written is waited for, for a while. */
  async discard(book: PartBook, offer: FileOffer): Promise<void> {
    const parts = book.matching(offer);
    const runs = this.#runsAt(parts);
    if (runs.length > 0) await withTimeLimit(Promise.all(runs), RELEASE_TIME_LIMIT);
    await book.discard(parts);
  }

  /** Resolves when nothing is written any more; `ended` has to be aborted. */
  async over(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #runsAt(parts: readonly Part[]): Promise<void>[] {
    return parts.flatMap(({ id }) => this.#running.get(id) ?? []);
  }

  /** From where a part is gone on with; `undefined` where it has to be made, and nothing is in its way. */
  async #positionOf(part: Part, left: PartState | null): Promise<number | undefined> {
    try {
      const found = left && (await partPosition(part.path, part.offer, left));
      if (found) return found.at;
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error;
      this.#options.log(
        'warn',
        `an unfinished ${part.offer.kind} cannot be gone on with: ${errorText(error)}`,
      );
    }
    await removePart(part.path);
    return undefined;
  }
}
