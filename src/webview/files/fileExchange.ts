import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_OFFERS, MAX_TRANSFERS } from '../../shared/limits.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { TransferFrame, TransferProblem } from '../../shared/transfer.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { TransferModel } from '../model.ts';
import { Pump, type PumpEnd } from './pump.ts';

/** What a file is known by on this page: its owner and the id that the owner gave it. */
export function fileKey(owner: ParticipantId, id: string): string {
  return `${owner}/${id}`;
}

/** What the exchange needs of the meeting. */
export interface FileExchangeOptions {
  readonly self: ParticipantId;
  readonly host: HostClient;
  /** Opens a channel to a member, or gives null when they are gone. */
  readonly openChannel: (to: ParticipantId, label: string) => RTCDataChannel | null;
  readonly onChange: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** A file of somebody else's that is being, or was, taken. */
interface Taking {
  readonly file: FileOffer;
  model: TransferModel;
  pump: Pump | null;
  /** For `showSaved`. */
  target: string | null;
}

/** Channel labels: `file/<offer id>`. */
const LABEL = /^file\/([A-Za-z0-9_-]{22})$/;

/** The files this page hands out and takes. Content goes through pumps; this is who may start them. */
export class FileExchange {
  readonly #options: FileExchangeOptions;
  readonly #offers = new Map<string, FileOffer>();
  readonly #taking = new Map<string, Taking>();
  readonly #sending = new Map<Pump, string>();
  readonly #taken = new Map<string, number>();

  constructor(options: FileExchangeOptions) {
    this.#options = options;
  }

  /** Our own files on offer. */
  get offers(): readonly FileOffer[] {
    return [...this.#offers.values()];
  }

  /** Puts files on offer. Gives those that no longer fit. */
  offer(files: readonly FileOffer[]): FileOffer[] {
    const refused: FileOffer[] = [];
    for (const file of files) {
      if (this.#offers.size < MAX_OFFERS || this.#offers.has(file.id)) this.#offers.set(file.id, file);
      else refused.push(file);
    }
    this.#options.onChange();
    return refused;
  }

  /** Takes an own file, by its key, off the table; who is in the middle of taking it is told. */
  withdraw(key: string): void {
    const id = [...this.#offers.keys()].find((offer) => fileKey(this.#options.self, offer) === key);
    if (id === undefined) return;
    if (!this.#offers.delete(id)) return;
    for (const [pump, offer] of this.#sending) if (offer === id) pump.cancel('withdrawn');
    this.#call('withdrawFile', this.#options.host.call('withdrawFile', { offer: id }));
    this.#options.onChange();
  }

  /** How taking a file stands, if it was begun. */
  transfer(key: string): TransferModel | null {
    return this.#taking.get(key)?.model ?? null;
  }

  /** To how many an own file is being, and was, handed. */
  counts(id: string): { readonly sending: number; readonly taken: number } {
    const sending = [...this.#sending.values()].filter((offer) => offer === id).length;
    return { sending, taken: this.#taken.get(id) ?? 0 };
  }

  /** Takes a file: asks where it goes, then for its content. */
  async take(owner: ParticipantId, ownerName: string, file: FileOffer): Promise<void> {
    const key = fileKey(owner, file.id);
    const before = this.#taking.get(key)?.model.status;
    if (before === 'asking' || before === 'running') return;
    const taking: Taking = { file, model: transferAs('asking'), pump: null, target: null };
    this.#taking.set(key, taking);
    this.#options.onChange();
    try {
      const { name, size } = file;
      const opened = await this.#options.host.call('openTarget', { name, size, from: ownerName });
      if (!opened || taking.model.status !== 'asking')
        return this.#finish(taking, { problem: 'cancelled', byPeer: false });
      const channel = this.#options.openChannel(owner, `file/${file.id}`);
      if (!channel) return this.#finish(taking, { problem: 'link-lost', byPeer: false });
      taking.target = opened.target;
      taking.model = transferAs('running');
      taking.pump = this.#receive(channel, opened.url, taking);
      this.#options.onChange();
      this.#finish(taking, await taking.pump.done);
    } catch (error) {
      this.#options.onProblem('a file could not be taken', error);
      this.#finish(taking, { problem: 'target-unwritable', byPeer: false });
    }
  }

  /** Stops taking a file; the part that arrived is removed. */
  cancel(key: string): void {
    const taking = this.#taking.get(key);
    if (taking?.pump) taking.pump.cancel();
    else if (taking?.model.status === 'asking') this.#finish(taking, { problem: 'cancelled', byPeer: false });
  }

  /** Opens or reveals a file that was saved. */
  show(key: string): void {
    const target = this.#taking.get(key)?.target;
    if (target) this.#call('showSaved', this.#options.host.call('showSaved', { target }));
  }

  /** A member opened a channel: they ask for one of our files. Anything else is closed. */
  async serve(channel: RTCDataChannel): Promise<void> {
    const id = LABEL.exec(channel.label)?.[1] ?? '';
    const file = this.#offers.get(id);
    if (!file || this.#sending.size >= MAX_TRANSFERS) {
      refuse(channel, file ? 'too-many' : 'withdrawn');
      return;
    }
    const url = this.#options.host.call('openSource', { offer: id }).then((opened) => opened.url);
    const pump = new Pump({ direction: 'send', channel, url, size: file.size, onProgress: () => undefined });
    this.#sending.set(pump, id);
    this.#options.onChange();
    const end = await pump.done;
    this.#sending.delete(pump);
    if ('saved' in end) this.#taken.set(id, (this.#taken.get(id) ?? 0) + 1);
    else this.#options.onProblem(`a file was not handed over: ${end.problem}`);
    this.#options.onChange();
  }

  dispose(): void {
    for (const { pump } of this.#taking.values()) pump?.cancel();
    for (const pump of this.#sending.keys()) pump.cancel();
  }

  #receive(channel: RTCDataChannel, url: string, taking: Taking): Pump {
    return new Pump({
      direction: 'receive',
      channel,
      url: Promise.resolve(url),
      size: taking.file.size,
      onProgress: (bytes) => {
        taking.model = { ...taking.model, bytes };
        this.#options.onChange();
      },
    });
  }

  #finish(taking: Taking, end: PumpEnd): void {
    const { model } = taking;
    if (model.status !== 'asking' && model.status !== 'running') return;
    taking.pump = null;
    if ('saved' in end) {
      taking.model = { status: 'saved', bytes: taking.file.size, problem: null, savedAs: end.saved };
    } else {
      const status = end.problem === 'cancelled' && !end.byPeer ? 'cancelled' : 'failed';
      taking.model = { ...model, status, problem: end.problem };
    }
    this.#options.onChange();
  }

  #call(what: string, reply: Promise<unknown>): void {
    reply.catch((error: unknown) => this.#options.onProblem(`${what} failed`, error));
  }
}

function transferAs(status: 'asking' | 'running'): TransferModel {
  return { status, bytes: 0, problem: null, savedAs: null };
}

function refuse(channel: RTCDataChannel, problem: TransferProblem): void {
  const say = (): void => {
    channel.send(JSON.stringify({ t: 'error', problem } satisfies TransferFrame));
    channel.close();
  };
  if (channel.readyState === 'open') say();
  else channel.onopen = say;
}
