import type { TakePurpose } from '../../shared/filesRpc.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { samenessOf } from '../../shared/sameness.ts';
import { keepsPart, type TransferProblem } from '../../shared/transfer.ts';
import type { TransferModel } from '../model.ts';
import type { Offered } from './others.ts';
import type { PumpEnd, RunningPump } from './runningPump.ts';
import { addSample, paceOf, type Sample } from './rate.ts';

/** Where a taking can come to rest. */
type Rest = Pick<TransferModel, 'status' | 'purpose' | 'problem' | 'kept' | 'savedAs' | 'bytes'> & {
  readonly target: string | null;
};

/** One try at a transfer. It is over when the extension host is done with its stream. */
export interface Attempt {
  readonly sameness: string;
  pump: RunningPump | null;
}

/** Ends that pass by themselves: the same is tried again as soon as that makes sense. */
const PASSING: ReadonlySet<TransferProblem> = new Set(['link-lost', 'too-many', 'paused']);

/** Something of somebody else's that is being, is to be, or was taken: its state, and how one follows from another. */
export class Taking {
  /** Whose it is, as it was last seen; another one when somebody else offers the same. */
  offered: Offered;
  readonly sameness: string;
  /** Nobody clicked for the next try. */
  unasked = false;
  /** By which click it is taken together with others; `undefined` alone. */
  batch: string | undefined;
  attempt: Attempt | null = null;
  /** Tries in a row that brought nothing, and what the next one waits for. */
  vain = 0;
  retry: ReturnType<typeof setTimeout> | undefined;
  #now: Rest;
  /** What it was before it was asked for (again), for who thinks better of it. */
  #before: Rest | null = null;
  /** As it was saved for good; it is so still, whatever becomes of a look or of another try. */
  #saved: Rest | null = null;
  #samples: readonly Sample[] = [];
  #startedWith = 0;

  constructor(offered: Offered, rest: Partial<Rest> = {}) {
    this.offered = offered;
    this.sameness = samenessOf(offered.offer);
    this.#now = {
      status: 'queued',
      purpose: 'save',
      problem: null,
      kept: false,
      savedAs: null,
      bytes: 0,
      target: null,
      ...rest,
    };
  }

  get offer(): FileOffer {
    return this.offered.offer;
  }

  get status(): TransferModel['status'] {
    return this.#now.status;
  }

  get purpose(): TakePurpose {
    return this.#now.purpose;
  }

  get kept(): boolean {
    return this.#now.kept;
  }

  /** For `showSaved`. */
  get target(): string | null {
    return (this.#saved ?? this.#now).target;
  }

  /** Under way, or about to be. */
  get busy(): boolean {
    return this.status === 'queued' || this.status === 'asking' || this.status === 'running';
  }

  /** Not to be forgotten when nobody offers it any more. */
  get matters(): boolean {
    return this.status !== 'failed' || this.kept || this.#saved !== null;
  }

  /** Saved where the person keeps things, not only looked at; perhaps looked at or taken again since. */
  get keptForGood(): boolean {
    return this.#saved !== null;
  }

  /** How it is shown. @param now by the clock that `progress` is told of. */
  model(now: number): TransferModel {
    const { status, purpose, problem, kept, savedAs } = this.#now;
    const bytes = Math.min(this.#now.bytes, this.offer.size);
    const pace =
      status === 'running' ? paceOf(this.#samples, now, this.offer.size) : { rate: null, left: null };
    return { status, purpose, bytes, ...pace, problem, kept, savedAs };
  }

  /** It is to be taken (again) as soon as there is room. */
  queue(purpose: TakePurpose, unasked: boolean): void {
    clearTimeout(this.retry);
    if (!this.busy) this.#before = this.#now;
    this.unasked = unasked;
    const bytes = this.kept ? this.#now.bytes : 0;
    const savedAs = this.#saved?.savedAs ?? null;
    this.#now = { ...this.#now, status: 'queued', purpose, bytes, problem: null, savedAs };
  }

  ask(attempt: Attempt): void {
    this.attempt = attempt;
    this.#now = { ...this.#now, status: 'asking' };
  }

  run(pump: RunningPump, target: string, bytes: number, now: number): void {
    if (this.attempt) this.attempt.pump = pump;
    this.#startedWith = bytes;
    this.#samples = [{ at: now, bytes }];
    this.#now = { ...this.#now, status: 'running', bytes, target, kept: bytes > 0 };
  }

  progress(bytes: number, now: number): void {
    this.#samples = addSample(this.#samples, { at: now, bytes });
    this.#now = { ...this.#now, bytes };
  }

  /** The try is over. */
  end(end: PumpEnd, bytes: number): void {
    this.attempt = null;
    if ('saved' in end) return this.isSaved({ name: end.saved, target: this.#now.target });
    this.vain = bytes > this.#startedWith ? 0 : this.vain + 1;
    const status = PASSING.has(end.problem) ? 'interrupted' : 'failed';
    const kept = keepsPart(end.problem) && bytes > 0;
    this.#now = { ...this.#now, status, problem: end.problem, kept, bytes: kept ? bytes : 0 };
  }

  /** It has its place, under that name; `target` is for `showSaved`. */
  isSaved({ name, target }: { readonly name: string; readonly target: string | null }): void {
    this.attempt = null;
    this.vain = 0;
    this.#before = null;
    const isLook = this.purpose === 'open' || this.purpose === 'compare';
    // A look takes nothing away: what was saved before can still be shown.
    if (isLook && this.#saved) {
      this.#now = this.#saved;
      return;
    }
    const { size } = this.offer;
    const whole = { status: 'saved', bytes: size, problem: null, kept: false } as const;
    this.#now = { ...this.#now, ...whole, savedAs: name, target };
    if (!isLook) this.#saved = this.#now;
  }

  /** It did not even begin. */
  miss(problem: TransferProblem): void {
    this.attempt = null;
    this.vain++;
    const status = PASSING.has(problem) ? 'interrupted' : 'failed';
    this.#now = { ...this.#now, status, problem };
  }

  /** The person stops it for now. */
  pause(bytes: number): void {
    clearTimeout(this.retry);
    this.attempt = null;
    this.#now = { ...this.#now, status: 'paused', problem: null, bytes, kept: bytes > 0 };
  }

  /** Goes on when it can. */
  wait(): void {
    this.#now = { ...this.#now, status: 'interrupted' };
  }

  /** The person thought better of it. False when there was nothing before. */
  restore(): boolean {
    clearTimeout(this.retry);
    this.attempt = null;
    const before = this.#before;
    this.#before = null;
    if (!before) return false;
    // What would go on by itself, and may not, waits for the person.
    this.#now = before.status === 'interrupted' ? { ...before, status: 'paused', problem: null } : before;
    return true;
  }

  /** What it was before, when that was whole; it is so still, whatever became of a second time. */
  restoreSaved(): boolean {
    if (this.#saved) this.#before = this.#saved;
    return this.#before?.status === 'saved' && this.restore();
  }
}
