import * as v from 'valibot';
import { parseJson } from '../../shared/parseJson.ts';
import { MAX_STAGE_MESSAGE, STAGE_CLOSE, type StagePurpose, stageWelcome } from '../../shared/stageRpc.ts';
import type { StageLinkStatus } from '../stageModel.ts';
import { tabMemory } from './tabMemory.ts';

/** Where the session is kept: in this tab alone, and for a reload of it. */
const SESSION = 'parley.stage.session';
/** Between two attempts to reach VS Code again; milliseconds. The pair has to find itself within two seconds. */
const RETRY = 500;

/** What a socket needs, and whom it tells. */
export interface StageSocketOptions {
  readonly url: string;
  /** The one-time code of the page's address, if it has one. */
  readonly code: string | null;
  readonly onWelcome: (purpose: StagePurpose) => void;
  readonly onMessage: (message: unknown) => void;
  readonly onStatus: (status: StageLinkStatus) => void;
}

/** The stage's way to its panel: a WebSocket of the gateway, opened again when it is lost. */
export class StageSocket {
  readonly #options: StageSocketOptions;
  #socket: WebSocket | null = null;
  #code: string | null;
  #welcomed = false;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StageSocketOptions) {
    this.#options = options;
    this.#code = options.code;
    this.#connect();
  }

  /** Hands a message to the panel; lost while there is no connection, because the panel then starts afresh. */
  send(message: unknown): void {
    if (this.#welcomed && this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify(message));
  }

  /** Goes for good. */
  close(): void {
    tabMemory.remove(SESSION);
    this.leave();
  }

  /** Goes with the page, which may be loaded again. */
  leave(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  #connect(): void {
    const greeting = this.#greeting();
    if (!greeting) {
      this.#end('refused');
      return;
    }
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(greeting));
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#onClose(code);
  }

  /** The code first; after a reload what was given for it. */
  #greeting(): object | null {
    if (this.#code !== null) return { t: 'code', code: this.#code };
    const session = tabMemory.get(SESSION);
    return session === null ? null : { t: 'session', session };
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string' || data.length > MAX_STAGE_MESSAGE) return;
    const message = parseJson(v.unknown(), data);
    if (this.#welcomed) {
      this.#options.onMessage(message);
      return;
    }
    const welcome = v.safeParse(stageWelcome, message);
    if (!welcome.success) return;
    this.#welcomed = true;
    this.#code = null;
    tabMemory.set(SESSION, welcome.output.session);
    this.#options.onWelcome(welcome.output.purpose);
    this.#options.onStatus('connected');
  }

  #onClose(code: number): void {
    this.#welcomed = false;
    if (this.#closed) return;
    if (code === STAGE_CLOSE.refused) return this.#end('refused');
    if (code === STAGE_CLOSE.takenOver) return this.#end('taken-over');
    if (code === STAGE_CLOSE.over) return this.#end('over');
    this.#options.onStatus('connecting');
    this.#retry = setTimeout(() => this.#connect(), RETRY);
  }

  #end(status: StageLinkStatus): void {
    this.#closed = true;
    if (status !== 'taken-over') tabMemory.remove(SESSION);
    this.#options.onStatus(status);
  }
}
