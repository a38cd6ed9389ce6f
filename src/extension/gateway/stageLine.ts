import * as v from 'valibot';
import type { RawData, WebSocket } from 'ws';
import { FloodWatch } from '../../shared/floodWatch.ts';
import { parseJson } from '../../shared/parseJson.ts';
import { MAX_STAGE_MESSAGE } from '../../shared/stageRpc.ts';

/** Messages that a stage may send in ten seconds; a negotiation of a dozen media with its candidates is a few hundred. */
const MAX_MESSAGES = 2_000;
/** Beats without a sign of life after which a line is dead. */
const MISSED_BEATS = 3;
/** Milliseconds for the other side to confirm that it closes. */
const CLOSING_TIME = 1_000;

/** WebSocket close codes of RFC 6455, section 7.4.1. */
const NOT_TEXT = 1003;
const NOT_JSON = 1007;
const FLOOD = 1008;

/** Whom a line tells. */
export interface StageLineOptions {
  /** Milliseconds between two pings. */
  readonly beat: number;
  /** Parsed JSON, and nothing else known about it. */
  readonly onMessage: (message: unknown) => void;
  /** Called once; `why` is for the log. */
  readonly onClosed: (why: string) => void;
}

/** A socket that speaks JSON, is not flooded, and is known to be alive. */
export class StageLine {
  readonly #socket: WebSocket;
  readonly #options: StageLineOptions;
  readonly #heart: NodeJS.Timeout;
  readonly #flood = new FloodWatch(MAX_MESSAGES);
  #missed = 0;
  #why = 'closed by the page';
  #closing = false;
  #closed = false;

  constructor(socket: WebSocket, options: StageLineOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#missed = 0));
    // ws closes a socket that breaks the rules of WebSocket (a message too long) by itself; 'close' follows.
    socket.on('error', () => (this.#why = 'broke the rules'));
    socket.once('close', () => this.#onClosed());
    this.#heart = setInterval(() => this.#beat(), options.beat);
  }

  /** Sends a message; false when it could not be. */
  send(message: unknown): boolean {
    if (this.#closing || this.#socket.readyState !== this.#socket.OPEN) return false;
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > MAX_STAGE_MESSAGE) return false;
    this.#socket.send(text);
    return true;
  }

  /** Closes after what was sent; nothing more is taken in. Resolves when it is closed. */
  close(code: number, reason: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closing = true;
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.#socket.terminate(), CLOSING_TIME);
      this.#socket.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      this.#socket.close(code, reason);
    });
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#missed = 0;
    if (this.#closing) return;
    if (this.#flood.isTooMany(performance.now())) return this.#breakOff(FLOOD, 'too many messages');
    if (isBinary || !Buffer.isBuffer(data)) return this.#breakOff(NOT_TEXT, 'not text');
    const message = parseJson(v.unknown(), data.toString());
    if (message === undefined) this.#breakOff(NOT_JSON, 'not JSON');
    else this.#options.onMessage(message);
  }

  #breakOff(code: number, why: string): void {
    this.#why = why;
    void this.close(code, why);
  }

  /** A tab that went away without a word (a killed browser behind a tunnel) is noticed by its silence. */
  #beat(): void {
    this.#missed += 1;
    if (this.#missed >= MISSED_BEATS) {
      this.#why = 'gave no sign of life';
      this.#socket.terminate();
    } else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.ping();
    }
  }

  #onClosed(): void {
    this.#closed = true;
    clearInterval(this.#heart);
    this.#options.onClosed(this.#why);
  }
}
