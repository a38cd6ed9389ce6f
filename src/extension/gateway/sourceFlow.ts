import { FILE_CHUNK, FILE_WINDOW } from '../../shared/limits.ts';
import type { TransferFrame } from '../../shared/transfer.ts';
import { TransferFailure } from './transferSocket.ts';

export type Start = Extract<TransferFrame, { t: 'start' }>;
export type Again = Extract<TransferFrame, { t: 'again' }>;
export type Back = Extract<TransferFrame, { t: 'back' }>;

/** More damaged chunks than a whole window holds are no accident. */
const MAX_AGAIN = (2 * FILE_WINDOW) / FILE_CHUNK;

/** What the target of a bundle has said and what its source has not dealt with yet. One waits, others wake. */
export class SourceFlow {
  /** Payload bytes that may be sent. */
  credit = 0;
  saved = false;
  readonly #again: Again[] = [];
  #start: Start | undefined;
  #back: Back | undefined;
  #failure: TransferFailure | undefined;
  #wake: (() => void) | undefined;
  #woken = false;

  /** Takes a frame; one that is out of place ends the transfer. */
  take(frame: TransferFrame): void {
    if (!this.#accept(frame)) this.fail(new TransferFailure('protocol'));
    this.wake();
  }

  #accept(frame: TransferFrame): boolean {
    if (this.saved) return false;
    switch (frame.t) {
      case 'start':
        if (this.#start) return false;
        this.#start = frame;
        return true;
      case 'credit':
        this.credit += frame.bytes;
        return this.credit <= FILE_WINDOW;
      case 'again':
        return this.#again.push(frame) <= MAX_AGAIN;
      case 'back':
        if (this.#back) return false;
        this.#back = frame;
        return true;
      case 'saved':
        this.saved = true;
        return true;
      case 'manifest':
      case 'digests':
      case 'error':
        return false;
    }
  }

  /** Waits for the frame that begins it all. @throws {TransferFailure} */
  async start(): Promise<Start> {
    for (;;) {
      this.throwIfFailed();
      if (this.#start) return this.#start;
      await this.change();
    }
  }

  takeAgain(): Again | undefined {
    return this.#again.shift();
  }

  takeBack(): Back | undefined {
    const back = this.#back;
    this.#back = undefined;
    return back;
  }

  /** Something has happened that who waits has to look at. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Waits until something happens, or has happened since the last time. */
  async change(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#woken = false;
  }

  /** Waits for something that does not know of this transfer. @throws {TransferFailure} */
  async unlessFailed<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
      this.wake();
    };
    work.then(settle, settle);
    for (;;) {
      this.throwIfFailed();
      if (settled) return work;
      await this.change();
    }
  }

  fail(failure: TransferFailure): void {
    this.#failure ??= failure;
    this.wake();
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }
}
