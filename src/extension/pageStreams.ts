import { BODY_HOST } from '../shared/records.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Stream } from './gateway/streams.ts';
import { pageOrigin, pageUrl, socketOrigin, type GatewayAddress } from './gatewayAddress.ts';

/** The ways from a page to the gateway. */
export interface PageWays {
  /** What VS Code says. */
  readonly far: GatewayAddress;
  /** Nothing is between page and gateway on that way: both are parts of one VS Code. */
  readonly isDirect: boolean;
  /** Past what VS Code leads connections through, where the page may be on this machine; null where it cannot be. */
  readonly near: GatewayAddress | null;
}

/**
 * Streams between a page and the disk. A workbench that is served to a browser leads a page's connections through a
 * process of its own, which for files costs as much as a sixth of the transfer; a page on the same machine needs it not.
 * Whether it is, the page finds out: it opens a stream by the near way that is good for nothing else, and once that has
 * come here, the streams of this page go that way.
 */
export class PageStreams {
  readonly #gateway: Pick<Gateway, 'openStream' | 'servesBodies'>;
  readonly #ways: PageWays;
  /** The way with nothing in between, where there may be one. */
  readonly #direct: GatewayAddress | null;
  #way: GatewayAddress;
  /** Counts pages: one before may have been elsewhere. */
  #page = 0;

  constructor(gateway: Pick<Gateway, 'openStream' | 'servesBodies'>, ways: PageWays) {
    this.#gateway = gateway;
    this.#ways = ways;
    this.#way = ways.far;
    this.#direct = ways.isDirect ? ways.far : ways.near;
  }

  /** The origins that a page has to be allowed to connect to. */
  get origins(): readonly string[] {
    const { far, near } = this.#ways;
    const sockets = [far, ...(near ? [near] : [])].map((way) => socketOrigin(way));
    if (!this.#direct || !this.#gateway.servesBodies) return sockets;
    return [...sockets, pageOrigin({ ...this.#direct, host: BODY_HOST })];
  }

  /** A new page has come: gives the URL that it has to try, once, or null where there is no other way. */
  beginPage(): string | null {
    const { far, near } = this.#ways;
    const page = ++this.#page;
    this.#way = far;
    if (!near) return null;
    const url = this.#gateway.openStream({
      serve: (socket) => {
        if (page === this.#page) this.#way = near;
        socket.close(1000);
        return Promise.resolve();
      },
    });
    return pageUrl(url, near);
  }

  /** A URL for a stream to disk, as the present page reaches it; good once and for a minute. */
  open(stream: Stream): string {
    return pageUrl(this.#gateway.openStream(stream), this.#way);
  }

  /** The same for one from disk, whose content a page may have come as a body where nothing is in between. */
  openSource(stream: Stream): string {
    return pageUrl(this.#gateway.openStream(stream, this.#way === this.#direct), this.#way);
  }
}
