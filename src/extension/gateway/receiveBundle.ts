import type { WebSocket } from 'ws';
import { keepsPart, type TransferProblem } from '../../shared/transfer.ts';
import type { Log } from '../log.ts';
import { BundleWriter } from './bundleWriter.ts';
import { planBundle, type Announced } from './bundlePlan.ts';
import { describeError, errorCode } from './errorCode.ts';
import { Inbox, lengthOf, type Patience } from './inbox.ts';
import { createPart, partPosition, removePart, type PartState } from './part.ts';
import { outletTo } from './outlet.ts';
import { closeFailed, readTransfer, release, sendFrame, TransferFailure } from './transferSocket.ts';

/** Milliseconds between two times that a part's state is told. */
const TELL_EVERY = 2_000;

/** A bundle that is to arrive. */
export interface BundleTarget extends Announced {
  /** Absolute path of what holds it until it is whole, beside its future place; `partPath` makes one. */
  readonly part: string;
  /** What an earlier stream left in `part`; null where it is to be made. */
  readonly left: PartState | null;
  /**
   * Told now and then, and at the end, what could be gone on with, and the content bytes of it; null: there is nothing
   * (any more).
   */
  readonly onPart: (state: PartState | null, bytes: number) => void;
  /** The part is whole and on disk: gives it its place, after which the part is not needed. Resolves with its name there. */
  readonly place: (part: string) => Promise<string>;
  /** There is no file. The part is kept or removed, as `keepsPart` says of the problem. */
  readonly onFailed: (problem: TransferProblem) => void;
  /** Aborted when it has to stop; the part is kept. */
  readonly signal: AbortSignal;
  /** For a source that says nothing more; a minute where it sends content, unless said otherwise. */
  readonly patience?: Patience;
}

/** Writes the bundle that comes out of a socket to disk. Resolves when all is over, however it ends. */
export async function receiveBundle(socket: WebSocket, target: BundleTarget, log: Log): Promise<void> {
  const receiver = new Receiver(socket, target);
  const out = outletTo(socket, null);
  try {
    const name = await receiver.run();
    sendFrame(out, { t: 'saved', name });
    out.close();
    log('info', `a ${target.kind} of ${String(target.size)} bytes was received`);
  } catch (error) {
    const failure = asFailure(error);
    await settle(receiver, target, failure.problem, log);
    closeFailed(out, failure);
    const cause = failure.cause === undefined ? '' : `: ${describeError(failure.cause)}`;
    log('info', `a ${target.kind} was not received: ${failure.problem}${cause}`);
    target.onFailed(failure.problem);
  } finally {
    receiver.dispose();
  }
}

/** Keeps or removes what is there. */
async function settle(
  receiver: Receiver,
  target: BundleTarget,
  problem: TransferProblem,
  log: Log,
): Promise<void> {
  try {
    await receiver.close();
    const { state, bytes, owns } = receiver;
    // Where it was not even looked at, what an earlier stream left stays.
    if (keepsPart(problem) && state && bytes !== 0) {
      if (bytes !== undefined) target.onPart(state, bytes);
      return;
    }
    target.onPart(null, 0);
    if (owns) await removePart(target.part);
  } catch (error) {
    log('warn', `an unfinished ${target.kind} could not be tidied up: ${describeError(error)}`);
  }
}

/** One stream into one part. */
class Receiver {
  readonly #socket: WebSocket;
  readonly #target: BundleTarget;
  readonly #reading: { dispose(): void };
  #state: PartState | null;
  #inbox: Inbox | undefined;
  #writer: BundleWriter | undefined;
  #failure: TransferFailure | undefined;
  #told = 0;
  /** What is at the part's path is this transfer's own. */
  #owns: boolean;

  constructor(socket: WebSocket, target: BundleTarget) {
    this.#socket = socket;
    this.#target = target;
    this.#state = target.left;
    this.#owns = target.left !== null;
    this.#reading = readTransfer(socket, target.signal, 'link-lost', {
      // Before `start` the source has nothing to say.
      onChunk: (header, payload) =>
        this.#inbox ? this.#inbox.handleChunk(header, payload) : this.#fail(new TransferFailure('protocol')),
      onFrame: (frame) =>
        this.#inbox ? this.#inbox.handleFrame(frame) : this.#fail(new TransferFailure('protocol')),
      onFailure: (failure) => this.#fail(failure),
    });
  }

  get owns(): boolean {
    return this.#owns;
  }

  /** What could be gone on with. */
  get state(): PartState | null {
    return this.#state && this.#writer ? { ...this.#state, whole: this.#writer.whole } : this.#state;
  }

  /** Content bytes that are on disk; `undefined` where that was not found out. */
  get bytes(): number | undefined {
    return this.#writer?.at;
  }

  /** Receives all of it and gives it its place. @throws {TransferFailure} or an error of the file system's. */
  async run(): Promise<string> {
    const { size, part, place, onPart, patience } = this.#target;
    const { at, sha256 } = await this.#prepare();
    this.#throwIfFailed();
    const inbox = new Inbox({ size, at, patience, send: (frame) => sendFrame(this.#socket, frame) });
    this.#inbox = inbox;
    sendFrame(this.#socket, { t: 'start', at, manifest: this.#state?.manifest.sha256 ?? null, sha256 });
    inbox.open();
    const writer = await this.#readManifest(inbox);
    await this.#receive(inbox, writer);
    await writer.finish();
    inbox.throwIfFailed();
    // It is whole: whatever becomes of the socket, it gets its place.
    this.#reading.dispose();
    const name = await place(part);
    onPart(null, 0);
    return name;
  }

  /** Lets go of the part. */
  async close(): Promise<void> {
    await this.#writer?.close();
  }

  dispose(): void {
    this.#reading.dispose();
  }

  /** Opens the part that there is, or makes one. */
  async #prepare(): Promise<{ readonly at: number; readonly sha256: string | null }> {
    const { part, kind, left } = this.#target;
    const found = left && (await partPosition(part, this.#target, left));
    if (found) {
      const writer = new BundleWriter(part, found.plan, found);
      this.#writer = writer;
      return { at: found.at, sha256: await writer.begin(() => this.#throwIfFailed()) };
    }
    this.#state = null;
    this.#owns = false;
    await createPart(part, kind);
    this.#owns = true;
    return { at: 0, sha256: null };
  }

  async #readManifest(inbox: Inbox): Promise<BundleWriter> {
    const manifest = await inbox.manifest();
    if (this.#writer && this.#state) {
      if (manifest.sha256 !== this.#state.manifest.sha256) throw new TransferFailure('source-changed');
      return this.#writer;
    }
    const plan = planBundle(manifest.text, this.#target);
    this.#state = { manifest, whole: 0 };
    this.#writer = new BundleWriter(this.#target.part, plan, { file: 0, inside: 0 });
    this.#tell();
    return this.#writer;
  }

  async #receive(inbox: Inbox, writer: BundleWriter): Promise<void> {
    await writer.passEmpty();
    for (;;) {
      inbox.throwIfFailed();
      const chunks = inbox.takeContent();
      await writer.write(chunks);
      inbox.giveBack(lengthOf(chunks));
      chunks.forEach(release);
      const bad = writer.check(inbox.digests);
      if (bad !== undefined) {
        inbox.back(bad, writer.whole);
        await writer.rewind();
      } else if (writer.done) return;
      if (performance.now() - this.#told > TELL_EVERY) this.#tell();
      if (chunks.length === 0) await inbox.stirred();
    }
  }

  #tell(): void {
    this.#told = performance.now();
    this.#target.onPart(this.state, this.bytes ?? 0);
  }

  #fail(failure: TransferFailure): void {
    this.#failure ??= failure;
    this.#inbox?.fail(failure);
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }
}

function asFailure(error: unknown): TransferFailure {
  if (error instanceof TransferFailure) return error;
  const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
  return new TransferFailure(full ? 'disk-full' : 'target-unwritable', { cause: error });
}
