import type { TransferProblem } from '../../shared/transfer.ts';
import { MAX_LANES } from '../../shared/limits.ts';
import { Pump } from './pump.ts';
import type { PumpNews, PumpOrder } from './pumpMessages.ts';
import type { PumpEnd, PumpOptions, RunningPump } from './runningPump.ts';

/**
 * Runs pumps in a worker, so that chunks and views do not wait for each other. It also saves a quarter of the CPU that a
 * page spends on a transfer (docs/performance.md): each chunk is an ArrayBuffer, their weight makes the engine collect
 * garbage, and a worker has next to nothing to look through, where a page has all of its views, and in a browser VS Code's.
 *
 * Where a channel cannot be handed to a worker (Chromium can since version 130), or there is none, they run in the page.
 */
export class WorkerPumps {
  readonly #make: () => Worker;
  readonly #onProblem: (what: string, error?: unknown) => void;
  readonly #running = new Map<number, WorkerPump>();
  #worker: Worker | null | undefined;
  #last = 0;

  /** @param make makes the worker when the first transfer begins; may throw. */
  constructor(make: () => Worker, onProblem: (what: string, error?: unknown) => void) {
    this.#make = make;
    this.#onProblem = onProblem;
  }

  /** Begins a transfer. A channel can only be handed on in the turn in which it was made or came in. */
  start(options: PumpOptions): RunningPump {
    const worker = this.#start();
    if (!worker) return new Pump(options);
    const number = ++this.#last;
    const { direction, size, channel } = options;
    try {
      send(worker, { t: 'start', pump: number, direction, size, channel }, channel);
    } catch (error) {
      this.#onProblem('a channel could not be handed to the worker', error);
      return new Pump(options);
    }
    const pump = new WorkerPump(worker, number, options);
    this.#running.set(number, pump);
    return pump;
  }

  #start(): Worker | null {
    if (this.#worker !== undefined) return this.#worker;
    try {
      const worker = this.#make();
      worker.onmessage = ({ data }: MessageEvent<PumpNews>) => this.#take(data);
      worker.onerror = (event) => this.#lose(event.message);
      this.#worker = worker;
    } catch (error) {
      this.#onProblem('there is no worker for files', error);
      this.#worker = null;
    }
    return this.#worker;
  }

  #take(news: PumpNews): void {
    if (news.t === 'problem') return this.#onProblem(`in the worker for files: ${news.what}`);
    this.#running.get(news.pump)?.take(news);
    if (news.t === 'done') this.#running.delete(news.pump);
  }

  /** It could not be loaded, or something in it threw: what it had is lost with it, and is gone on with in the page. */
  #lose(message: string): void {
    this.#onProblem(`the worker for files has failed: ${message}`);
    this.#worker?.terminate();
    this.#worker = null;
    for (const [number, pump] of this.#running) {
      this.#running.delete(number);
      pump.take({
        t: 'done',
        pump: number,
        bytes: pump.bytes,
        end: { problem: 'link-lost', byPeer: false },
      });
    }
  }
}

/** The page's side of one pump in the worker. */
class WorkerPump implements RunningPump {
  readonly done: Promise<PumpEnd>;
  readonly #worker: Worker;
  readonly #number: number;
  readonly #options: PumpOptions;
  #settle: (end: PumpEnd) => void = () => undefined;
  #bytes = 0;
  #lanes = 0;
  #over = false;

  constructor(worker: Worker, number: number, options: PumpOptions) {
    this.#worker = worker;
    this.#number = number;
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    options.url.then(
      (url) => send(worker, { t: 'url', pump: number, url }),
      () => send(worker, { t: 'url', pump: number, url: null }),
    );
  }

  get bytes(): number {
    return this.#bytes;
  }

  addLane(channel: RTCDataChannel): boolean {
    if (this.#over || this.#lanes >= MAX_LANES) return false;
    this.#lanes += 1;
    send(this.#worker, { t: 'lane', pump: this.#number, channel }, channel);
    return true;
  }

  pause(): void {
    send(this.#worker, { t: 'pause', pump: this.#number });
  }

  cancel(problem: TransferProblem = 'cancelled'): void {
    send(this.#worker, { t: 'cancel', pump: this.#number, problem });
  }

  take(news: Exclude<PumpNews, { t: 'problem' }>): void {
    this.#bytes = news.bytes;
    if (news.t === 'done') {
      this.#over = true;
      this.#settle(news.end);
    } else if (news.t === 'progress') this.#options.onProgress(news.bytes);
    else this.#options.onContent?.();
  }
}

/** @throws {DataCloneError} where the channel cannot be transferred; it is as it was then. */
function send(worker: Worker, order: PumpOrder, channel?: RTCDataChannel): void {
  worker.postMessage(order, channel ? [channel] : []);
}
