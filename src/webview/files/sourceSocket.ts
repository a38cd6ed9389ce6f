import { BODY_HOST, RecordReader } from '../../shared/records.ts';

/** What a pump needs of the way to its extension host; a WebSocket is one. */
export interface HostSocket {
  /** As of a WebSocket. */
  readonly readyState: number;
  binaryType: BinaryType;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string | ArrayBuffer): void;
  close(): void;
}

/** Milliseconds for the gateway, on this machine, to begin an answer. */
const ANSWER_TIME_LIMIT = 2_000;

/** Opens the streams of sources. */
export class SourceSockets {
  /** Something between here and the gateway lets no body through. */
  #inVain = false;

  /** See `SourceSocket`. */
  open(url: string): HostSocket {
    const mayAsk = !this.#inVain && new URL(url).hostname === '127.0.0.1';
    return new SourceSocket(url, mayAsk, () => {
      this.#inVain = true;
    });
  }
}

/**
 * The stream of a source. What its extension host sends comes as the body of an answer where the page reaches it on
 * 127.0.0.1, and otherwise, as what the page says, by messages of a WebSocket: those go through a browser's processes one
 * by one, which costs five times the CPU (docs/performance.md). A server in between might keep a body until it is whole.
 */
class SourceSocket implements HostSocket {
  binaryType: BinaryType = 'arraybuffer';
  onopen: HostSocket['onopen'] = null;
  onmessage: HostSocket['onmessage'] = null;
  onclose: HostSocket['onclose'] = null;
  readonly #given = new AbortController();
  #socket: WebSocket | null = null;
  #closed = false;

  /** @param mayAsk for a body. @param onVain told where there is no answer to that. */
  constructor(url: string, mayAsk: boolean, onVain: () => void) {
    void this.#open(url, mayAsk ? this.#ask(url, onVain) : null);
  }

  get readyState(): number {
    if (this.#closed) return WebSocket.CLOSED;
    const state = this.#socket?.readyState ?? WebSocket.CONNECTING;
    // What has come before it closed is read to the end.
    return state === WebSocket.CLOSED ? WebSocket.CLOSING : state;
  }

  send(data: string | ArrayBuffer): void {
    this.#socket?.send(data);
  }

  close(): void {
    this.#given.abort();
    if (this.#socket) this.#socket.close();
    else this.#end(new CloseEvent('close'));
  }

  async #open(url: string, asked: Promise<ReadableStream<Uint8Array> | null> | null): Promise<void> {
    const body = await asked;
    if (this.#closed) return void body?.cancel();
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = (event) => this.onopen?.(event);
    socket.onmessage = (event: MessageEvent<unknown>) => this.onmessage?.(event);
    this.#socket = socket;
    const read = body ? this.#read(body) : Promise.resolve();
    socket.onclose = (event) => void read.then(() => this.#end(event));
  }

  /** Asks for the body; null where it is not to be had. */
  async #ask(url: string, onVain: () => void): Promise<ReadableStream<Uint8Array> | null> {
    const late = setTimeout(() => this.#given.abort(), ANSWER_TIME_LIMIT);
    try {
      const address = Object.assign(new URL(url.replace(/^ws/, 'http')), { hostname: BODY_HOST });
      const answer = await fetch(address, {
        cache: 'no-store',
        signal: this.#given.signal,
      });
      if (answer.ok) return answer.body;
    } catch (error) {
      // A policy of the browser's, or an answer that does not come.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
      if (!this.#closed) onVain();
    } finally {
      clearTimeout(late);
    }
    return null;
  }

  /** Hands on what is in the body. Resolves, and never rejects, at its end. */
  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const records = new RecordReader((data) => this.onmessage?.(new MessageEvent('message', { data })));
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        records.take(value);
      }
    } catch {
      // It ended too early, or is no such body: so does the socket, and the transfer is tried again.
      this.#socket?.close();
    } finally {
      reader.cancel().catch(() => undefined);
    }
  }

  #end(event: CloseEvent): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.(event);
  }
}
