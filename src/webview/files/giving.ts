import type { OwnOffer, TakenOffer } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_OFFERS, MAX_TAKERS, MAX_TAKING, MAX_TRANSFERS } from '../../shared/limits.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { TransferFrame, TransferProblem } from '../../shared/transfer.ts';
import type { HostClient } from '../host/hostContext.ts';
import { isAwayError } from '../host/hostLine.ts';
import { fileKey, parseFileLabel, parseLaneLabel } from './fileKeys.ts';
import { closeInTime } from './lastWord.ts';
import type { PumpEnd, RunningPump, StartPump } from './runningPump.ts';

/** What giving needs of the meeting, and whom it tells. */
export interface GivingOptions {
  readonly self: ParticipantId;
  readonly host: HostClient;
  readonly startPump: StartPump;
  readonly onChange: () => void;
  /** What is on offer cannot be handed over as it is: the person can do something about it. */
  readonly onSourceProblem: (offer: FileOffer, problem: TransferProblem) => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** An own file on its way to somebody. */
interface Sending {
  readonly offer: string;
  readonly to: ParticipantId;
  readonly pump: RunningPump;
  bytes: number;
}

/** One person takes MAX_TAKING at once; as many again may still be ending. */
const MAX_EACH = 2 * MAX_TAKING;
/** What is given may not use up the extension host's streams: taking needs some, and so does what is dropped. */
const MAX_GIVING = MAX_TRANSFERS - 2 * MAX_TAKING - 1;

/** Code units of all paths together: a control message has to hold all offers, and can do without paths. */
const MAX_PATHS = 16 * 1024;

/** What is the sharer's to mend. */
const SOURCE_PROBLEMS: ReadonlySet<TransferProblem> = new Set([
  'source-changed',
  'source-gone',
  'source-unreadable',
]);

/** Owns what this participant has on offer, and hands it to those who may have it. */
export class Giving {
  readonly #options: GivingOptions;
  readonly #offers = new Map<string, OwnOffer>();
  /** By receiver and transfer id: what a receiver names is theirs alone. */
  readonly #sending = new Map<string, Sending>();
  readonly #takenBy = new Map<string, Set<ParticipantId>>();
  /** Why an offer could not be handed over when it was asked for last. */
  readonly #problems = new Map<string, TransferProblem>();

  constructor(options: GivingOptions) {
    this.#options = options;
  }

  get offers(): readonly OwnOffer[] {
    return [...this.#offers.values()];
  }

  /** Who has taken what is on offer. */
  get taken(): readonly TakenOffer[] {
    return [...this.#takenBy]
      .filter(([offer]) => this.#offers.has(offer))
      .map(([offer, by]) => ({ offer, by: [...by].slice(-MAX_TAKERS) }));
  }

  /** Who had taken what before this page. */
  restoreTaken(taken: readonly TakenOffer[]): void {
    for (const { offer, by } of taken) this.#takenBy.set(offer, new Set(by));
  }

  /** What a member may know of. */
  offersTo(member: ParticipantId): FileOffer[] {
    const offers: FileOffer[] = [];
    let paths = 0;
    for (const { offer, to } of this.#offers.values()) {
      if (to?.includes(member) === false) continue;
      paths += offer.path?.length ?? 0;
      offers.push(paths > MAX_PATHS ? { ...offer, path: null } : offer);
    }
    return offers;
  }

  /** Puts files on offer. Gives those that no longer fit. */
  offer(offers: readonly OwnOffer[]): OwnOffer[] {
    const refused: OwnOffer[] = [];
    for (const own of offers) {
      if (this.#offers.size < MAX_OFFERS || this.#offers.has(own.offer.id)) this.#put(own);
      else refused.push(own);
    }
    this.#options.onChange();
    return refused;
  }

  /** Takes an own file, by its key, off the table; who is in the middle of taking it is told. */
  withdraw(key: string): void {
    const offer = this.#idOf(key);
    if (offer === undefined) return;
    this.forget(offer);
    this.#tell('withdrawFile', this.#options.host.call('withdrawFile', { offer }));
    this.#options.onChange();
  }

  /** An own offer is no more. */
  forget(offer: string): void {
    this.#offers.delete(offer);
    this.#takenBy.delete(offer);
    this.#problems.delete(offer);
    this.#stop((sending) => sending.offer === offer);
  }

  /** Lets the person choose to whom an own file goes. */
  async chooseReceivers(key: string): Promise<void> {
    const offer = this.#idOf(key);
    if (offer === undefined) return;
    try {
      const chosen = await this.#options.host.call('chooseReceivers', { offer });
      const own = this.#offers.get(offer);
      if (!chosen || !own) return;
      this.#put({ ...own, to: chosen.to });
      this.#options.onChange();
    } catch (error) {
      this.#options.onProblem('receivers were not chosen', error);
    }
  }

  /** Shares an own file as it is now. */
  shareAgain(key: string): void {
    const offer = this.#idOf(key);
    if (offer !== undefined) this.#tell('shareAgain', this.#options.host.call('shareAgain', { offer }));
  }

  /** Why an own file could not be handed over when it was asked for last; null when it could. */
  problem(offer: string): TransferProblem | null {
    return this.#problems.get(offer) ?? null;
  }

  /** To whom an own file is on its way. */
  sending(offer: string): readonly { readonly to: ParticipantId; readonly bytes: number }[] {
    return [...this.#sending.values()].filter((sending) => sending.offer === offer);
  }

  /** How many people have taken it. */
  takers(offer: string): number {
    return this.#takenBy.get(offer)?.size ?? 0;
  }

  /** Whether something is on its way to a member. */
  givesTo(member: ParticipantId): boolean {
    return [...this.#sending.values()].some(({ to }) => to === member);
  }

  /** A member opened a channel: they ask for one of our files. Anything else is refused. */
  async serve(from: ParticipantId, channel: RTCDataChannel): Promise<void> {
    const request = parseFileLabel(channel.label);
    const own = this.#offers.get(request?.offer ?? '');
    // To whom it does not go is told what they would be told of a file that never was.
    if (!request || !own || own.to?.includes(from) === false) return refuse(channel, 'withdrawn');
    const key = sendingKey(from, request.transfer);
    const theirs = [...this.#sending.values()].filter(({ to }) => to === from).length;
    if (this.#sending.size >= MAX_GIVING || theirs >= MAX_EACH) return refuse(channel, 'too-many');
    if (this.#sending.has(key)) return refuse(channel, 'protocol');
    const { offer } = own;
    const url = this.#options.host.call('openSource', { offer: offer.id }).then(({ url: at }) => at);
    // Heard before the pump hears it, to which a file without a stream is one that cannot be read.
    url.catch((error: unknown) => {
      if (isAwayError(error)) pump.cancel('link-lost');
    });
    const pump = this.#options.startPump({
      direction: 'send',
      channel,
      url,
      size: offer.size,
      onProgress: (bytes) => {
        sending.bytes = bytes;
        this.#options.onChange();
      },
    });
    const sending: Sending = { offer: offer.id, to: from, pump, bytes: 0 };
    this.#sending.set(key, sending);
    this.#options.onChange();
    this.#ended(offer, from, await pump.done);
    this.#sending.delete(key);
    this.#options.onChange();
  }

  /** A member opened a channel on a lane of theirs: more room for a transfer that is running to them. */
  serveLane(from: ParticipantId, channel: RTCDataChannel): void {
    const transfer = parseLaneLabel(channel.label);
    const sending = transfer === undefined ? undefined : this.#sending.get(sendingKey(from, transfer));
    if (!sending?.pump.addLane(channel)) channel.close();
  }

  /** The link to this member is not what it was: what was on its way over it is lost. */
  lost(member: ParticipantId): void {
    for (const { to, pump } of this.#sending.values()) if (to === member) pump.cancel('link-lost');
  }

  dispose(): void {
    // Not `cancelled`: what they have of it is still good when this participant is back.
    for (const { pump } of this.#sending.values()) pump.cancel('link-lost');
  }

  #put(own: OwnOffer): void {
    this.#offers.set(own.offer.id, own);
    const { to } = own;
    if (to) this.#stop((sending) => sending.offer === own.offer.id && !to.includes(sending.to));
  }

  #stop(which: (sending: Sending) => boolean): void {
    for (const sending of this.#sending.values()) if (which(sending)) sending.pump.cancel('withdrawn');
  }

  #ended(offer: FileOffer, to: ParticipantId, end: PumpEnd): void {
    if ('saved' in end) {
      const takenBy = this.#takenBy.get(offer.id) ?? new Set();
      this.#takenBy.set(offer.id, takenBy.add(to));
      this.#problems.delete(offer.id);
      return;
    }
    if (!end.byPeer && SOURCE_PROBLEMS.has(end.problem) && this.#offers.has(offer.id)) {
      // Said once, however many ask for it: its row shows it.
      if (this.#problems.get(offer.id) !== end.problem) this.#options.onSourceProblem(offer, end.problem);
      this.#problems.set(offer.id, end.problem);
    }
    this.#options.onProblem(`a file was not handed over: ${end.problem}`);
  }

  #idOf(key: string): string | undefined {
    return [...this.#offers.keys()].find((id) => fileKey(this.#options.self, id) === key);
  }

  #tell(what: string, reply: Promise<unknown>): void {
    reply.catch((error: unknown) => this.#options.onProblem(`${what} failed`, error));
  }
}

function sendingKey(to: ParticipantId, transfer: string): string {
  return `${to}/${transfer}`;
}

function refuse(channel: RTCDataChannel, problem: TransferProblem): void {
  const say = (): void => {
    channel.send(JSON.stringify({ t: 'error', problem } satisfies TransferFrame));
  };
  closeInTime([channel], false);
  if (channel.readyState === 'open') say();
  else channel.onopen = say;
}
