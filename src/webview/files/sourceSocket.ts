import { SourceBody } from './sourceBody.ts';

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

/** Bodies at once: a browser opens six connections of HTTP to a server, and has others wait for one of them to end. */
const MAX_BODIES = 4;
/** Milliseconds for which no body is asked for when one was not to be had. */
const VAIN_FOR = 60_000;

/** Opens the streams of sources, of which some have their content come as a body. */
export class SourceSockets {
  #bodies = 0;
  #vainUntil = -Infinity;

  /**
   * Opens a stream. What its extension host sends comes as a body where the URL has a word for one (`?body=`), and
   * otherwise, as what the page says, by messages of a WebSocket, which a browser hands through its processes one by one.
   */
  open(url: string): HostSocket {
    const address = new URL(url);
    const word = address.searchParams.get('body');
    address.search = '';
    const may = word !== null && this.#bodies < MAX_BODIES && performance.now() >= this.#vainUntil;
    return new SourceSocket(address.href, may ? this.#begin(address.port, word) : null, () => {
      if (may) this.#bodies -= 1;
    });
  }

  async #begin(port: string, word: string): Promise<SourceBody | null> {
    this.#bodies += 1;
    const body = new SourceBody(port, word);
    if (await body.begin()) return body;
    this.#vainUntil = performance.now() + VAIN_FOR;
    return null;
  }
}

class SourceSocket implements HostSocket {
  binaryType: BinaryType = 'arraybuffer';
  onopen: HostSocket['onopen'] = null;
  onmessage: HostSocket['onmessage'] = null;
  onclose: HostSocket['onclose'] = null;
  readonly #onEnd: () => void;
  #body: SourceBody | null = null;
  #socket: WebSocket | null = null;
  #closed = false;

  /** @param body once it has begun; null where there is none. @param onEnd told when all is over. */
  constructor(url: string, body: Promise<SourceBody | null> | null, onEnd: () => void) {
    this.#onEnd = onEnd;
    void this.#open(url, body);
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
    this.#body?.drop();
    if (this.#socket) this.#socket.close();
    else this.#end(new CloseEvent('close'));
  }

  async #open(url: string, begun: Promise<SourceBody | null> | null): Promise<void> {
    const body = await begun;
    if (this.#closed) return body?.drop();
    this.#body = body;
    const socket = new WebSocket(body ? `${url}?body=1` : url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const read = body ? this.#read(body, socket) : Promise.resolve();
    let isOpen = false;
    socket.onopen = (event) => {
      isOpen = true;
      this.onopen?.(event);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => this.onmessage?.(event);
    socket.onclose = (event) => {
      // Nobody ends a body whose socket was turned down.
      if (!isOpen) body?.drop();
      void read.then(() => this.#end(event));
    };
  }

  /** Hands on what is in the body, to its end. Never rejects. */
  async #read(body: SourceBody, socket: WebSocket): Promise<void> {
    body.onFrame = (data) => this.onmessage?.(new MessageEvent('message', { data }));
    try {
      if (await body.read()) return;
    } catch (error) {
      // As from a listener of a WebSocket.
      reportError(error);
    }
    // Cut off: the transfer is tried again.
    socket.close();
  }

  #end(event: CloseEvent): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onEnd();
    this.onclose?.(event);
  }
}
