import { toBase64Url } from '../../shared/base64url.ts';
import type { FilePart, TakePurpose } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { samenessOf } from '../../shared/sameness.ts';
import type { HostClient } from '../host/hostContext.ts';
import { isAwayError } from '../host/hostLine.ts';
import type { TransferModel } from '../model.ts';
import { fileLabel } from './fileKeys.ts';
import type { Offered } from './others.ts';
import type { StartPump } from './runningPump.ts';
import { type Attempt, Taking } from './taking.ts';
import { TakingQueue } from './takingQueue.ts';
import type { Ways } from './ways.ts';

/** What taking needs of the meeting. */
export interface TakingsOptions {
  readonly host: HostClient;
  readonly startPump: StartPump;
  /** Opens a channel to a member, or gives null when they are gone. */
  readonly openChannel: (to: ParticipantId, label: string) => RTCDataChannel | null;
  readonly ways: Ways;
  /** Milliseconds by any clock that only goes forward. */
  readonly now: () => number;
  readonly onChange: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
  /** Milliseconds before a try after so many in a row that brought nothing. */
  readonly pauses?: readonly number[];
}

const PAUSES = [0, 1_000, 2_000, 5_000, 15_000];

/** Owns all that this participant takes of others, and what became of each; a queue says who goes on when. */
export class Takings {
  readonly #options: TakingsOptions;
  readonly #takings = new Map<string, Taking>();
  readonly #queue: TakingQueue<Taking>;
  #disposed = false;

  constructor(options: TakingsOptions) {
    this.#options = options;
    this.#queue = new TakingQueue({
      start: (taking, attempt) => this.#try(taking, attempt),
      onChange: options.onChange,
    });
  }

  /** How taking something stands, if it was begun. */
  transfer(key: string): TransferModel | null {
    return this.#takings.get(key)?.model(this.#options.now()) ?? null;
  }

  /** Whether this still matters when nobody offers it any more. */
  matters(key: string): boolean {
    return this.#takings.get(key)?.matters ?? false;
  }

  /** Whether it is, or is about to be, where the person keeps things. */
  inHand(key: string): boolean {
    const taking = this.#takings.get(key);
    return taking !== undefined && (taking.busy || taking.keptForGood);
  }

  /** Takes something, or goes on with it. Does nothing when that is under way. `batch`: see `openTarget`. */
  take(offered: Offered, purpose: TakePurpose, unasked: boolean, batch?: string): void {
    const known = this.#takings.get(offered.key);
    if (known?.busy || this.#disposed) return;
    if (offered.gone) {
      // Whoever is asked for is not here: it goes on when they are.
      if (known?.status === 'paused') known.wait();
      return this.#options.onChange();
    }
    const taking = known ?? new Taking(offered, { purpose });
    this.#takings.set(offered.key, taking);
    taking.offered = offered;
    taking.vain = unasked ? taking.vain : 0;
    taking.batch = batch;
    this.#enqueue(taking, purpose, unasked);
  }

  /** Stops it for now; it goes on when the person says so. */
  pause(key: string): void {
    const taking = this.#takings.get(key);
    if (!taking || (!taking.busy && taking.status !== 'interrupted')) return;
    const attempt = this.#queue.remove(taking);
    taking.pause(attempt?.pump?.bytes ?? (taking.kept ? taking.model(0).bytes : 0));
    attempt?.pump?.pause();
    this.#queue.next();
  }

  /** Stops it, and removes what has arrived. Gives whether nothing is left of it. */
  cancel(key: string): boolean {
    const taking = this.#takings.get(key);
    if (!taking || taking.status === 'saved') return false;
    const attempt = this.#queue.remove(taking);
    if (!taking.restoreSaved()) this.#takings.delete(key);
    clearTimeout(taking.retry);
    const over = attempt?.pump?.done ?? Promise.resolve();
    attempt?.pump?.cancel();
    // The stream's own `cancelled` may not have reached the extension host, or there was no stream.
    if (taking.kept || attempt?.pump) {
      const { offer } = taking;
      this.#tell(
        'discardPart',
        over.then(() => (this.#isTaken(taking) ? null : this.#options.host.call('discardPart', { offer }))),
      );
    }
    this.#queue.next();
    return !this.#takings.has(key);
  }

  /** Opens or reveals what was saved. */
  show(key: string, how: 'open' | 'reveal'): void {
    const target = this.#takings.get(key)?.target;
    if (target) this.#tell('showSaved', this.#options.host.call('showSaved', { target, how }));
  }

  /** Something that an earlier meeting or panel left, unfinished or saved, under a key of its own until somebody offers it. */
  addPart(offered: Offered, { bytes, paused, saved }: FilePart): void {
    const taking = new Taking(offered, { status: paused ? 'paused' : 'interrupted', bytes, kept: true });
    if (saved) taking.isSaved(saved);
    this.#takings.set(offered.key, taking);
  }

  /**
   * Something is on offer that was not before. What is unfinished of it goes on, also what was begun with another
   * offer of the same that is gone.
   * @param isGone whether nobody offers what has this key.
   * @returns the key by which it was known before, if it was another; `undefined` when nothing of it is unfinished.
   */
  appeared(offered: Offered, isGone: (key: string) => boolean): string | undefined {
    const found = this.#takings.get(offered.key) ?? this.#orphan(offered, isGone);
    if (!found) return undefined;
    const before = found.offered.key;
    this.#takings.delete(before);
    this.#takings.set(offered.key, found);
    found.offered = offered;
    if (found.status === 'interrupted') this.#enqueue(found, found.purpose, true);
    return before;
  }

  /** Nobody offers it any more. What waits for its turn waits for its owner now. */
  departed(offered: Offered): void {
    const taking = this.#takings.get(offered.key);
    if (!taking) return;
    taking.offered = offered;
    if (taking.status !== 'queued') return;
    this.#queue.remove(taking);
    taking.wait();
  }

  /** The link to this member is not what it was: what was on its way over it is lost. */
  lost(owner: ParticipantId): void {
    for (const { offered, attempt } of this.#takings.values()) {
      if (offered.owner === owner) attempt?.pump?.cancel('link-lost');
    }
  }

  /** There is a link to this member again: what waits for its next try is tried now, however long it was in vain. */
  returned(owner: ParticipantId): void {
    for (const taking of this.#takings.values()) {
      const { offered, status } = taking;
      if (offered.owner !== owner || offered.gone || status !== 'interrupted') continue;
      taking.vain = 0;
      this.#enqueue(taking, taking.purpose, true);
    }
  }

  /** Forgets everything but these keys. */
  prune(known: (key: string) => boolean): void {
    for (const [key, taking] of this.#takings) {
      if (known(key)) continue;
      this.#queue.remove(taking)?.pump?.cancel('link-lost');
      clearTimeout(taking.retry);
      this.#takings.delete(key);
    }
  }

  dispose(): void {
    this.#disposed = true;
    const attempts = this.#queue.dispose();
    for (const { retry } of this.#takings.values()) clearTimeout(retry);
    // Not `cancelled`: what has arrived is gone on with when this participant is back.
    for (const { pump } of attempts) pump?.cancel('link-lost');
  }

  #orphan({ offer }: Offered, isGone: (key: string) => boolean): Taking | undefined {
    const sameness = samenessOf(offer);
    return [...this.#takings.values()].find(
      (taking) =>
        taking.sameness === sameness &&
        isGone(taking.offered.key) &&
        (taking.status === 'interrupted' ||
          (taking.status === 'saved' && taking.offered.owner === '') ||
          taking.status === 'paused' ||
          (taking.status === 'failed' && taking.kept)),
    );
  }

  #enqueue(taking: Taking, purpose: TakePurpose, unasked: boolean): void {
    taking.queue(purpose, unasked);
    this.#queue.add(taking);
  }

  async #try(taking: Taking, attempt: Attempt): Promise<void> {
    const { host, openChannel, startPump, onProblem, ways, now, onChange } = this.#options;
    const { offer, ownerName, owner } = taking.offered;
    try {
      const { purpose, unasked, batch } = taking;
      const asked = { offer, from: ownerName, purpose, unasked };
      const opened = await host.call('openTarget', batch === undefined ? asked : { ...asked, batch });
      if (taking.attempt !== attempt || this.#disposed) return;
      if (!opened) return this.#thoughtBetter(taking);
      if ('saved' in opened) return taking.isSaved(opened.saved);
      const transfer = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
      const channel = openChannel(owner, fileLabel({ offer: offer.id, transfer }));
      if (!channel) return this.#again(taking, () => taking.miss('link-lost'));
      const further = ways.open(owner, transfer, offer.size - opened.bytes);
      const pump = startPump({
        direction: 'receive',
        channel,
        url: Promise.resolve(opened.url),
        size: offer.size,
        onProgress: (bytes) => {
          if (taking.attempt !== attempt) return;
          taking.progress(bytes, now());
          onChange();
        },
        onContent: () => further.start((lane) => pump.addLane(lane) || lane.close()),
      });
      taking.run(pump, opened.target, opened.bytes, now());
      this.#queue.mindPace();
      onChange();
      const end = await pump.done;
      further.end();
      if (taking.attempt !== attempt) return;
      if ('problem' in end) onProblem(`a file did not arrive: ${end.problem}`);
      this.#again(taking, () => taking.end(end, pump.bytes));
    } catch (error) {
      if (isAwayError(error)) return this.#unheard(taking, attempt, error);
      onProblem('a file could not be taken', error);
      if (taking.attempt === attempt) taking.miss('target-unwritable');
    }
  }

  /** The extension host is away: it is as if nobody had asked, and what goes on by itself does so later. */
  #unheard(taking: Taking, attempt: Attempt, error: unknown): void {
    if (!taking.unasked) this.#options.onProblem('a file could not be taken', error);
    if (taking.attempt !== attempt) return;
    if (taking.unasked) this.#again(taking, () => taking.miss('link-lost'));
    else this.#thoughtBetter(taking);
  }

  #thoughtBetter(taking: Taking): void {
    if (!taking.restore()) this.#takings.delete(taking.offered.key);
  }

  /** The try is over in some way; what passes by itself is tried again, the sooner the more the last one brought. */
  #again(taking: Taking, end: () => void): void {
    end();
    if (taking.status !== 'interrupted' || this.#disposed) return;
    const { pauses = PAUSES } = this.#options;
    const pause = pauses[Math.min(taking.vain, pauses.length - 1)] ?? 0;
    clearTimeout(taking.retry);
    taking.retry = setTimeout(() => {
      if (taking.status === 'interrupted' && !taking.offered.gone)
        this.#enqueue(taking, taking.purpose, true);
    }, pause);
  }

  #isTaken(taking: Taking): boolean {
    return [...this.#takings.values()].some(({ sameness, busy }) => sameness === taking.sameness && busy);
  }

  #tell(what: string, reply: Promise<unknown>): void {
    reply.catch((error: unknown) => this.#options.onProblem(`${what} failed`, error));
  }
}
