import type { LinkMessage, RefusalReason } from '../../../src/shared/protocol.ts';
import type { LinkEvents } from '../../../src/webview/rtc/link.ts';
import type { ProvenPeer } from '../../../src/webview/rtc/handshake.ts';

/** A proven link whose other end is the test. */
export class FakeLink {
  readonly remote: ProvenPeer;
  readonly sent: LinkMessage[] = [];
  closed = false;
  #events: LinkEvents | null = null;

  constructor(remote: ProvenPeer = { id: 'x'.repeat(43), peer: 'f'.repeat(32) }) {
    this.remote = remote;
  }

  listen(events: LinkEvents): void {
    this.#events = events;
  }

  send(message: LinkMessage): void {
    this.sent.push(message);
  }

  refuse(reason: RefusalReason): void {
    this.sent.push({ t: 'refuse', reason });
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#events?.onEnd('closed');
  }

  /** The other side says something. */
  says(message: LinkMessage): void {
    this.#events?.onMessage(message);
  }

  /** The other side is gone. */
  lose(): void {
    this.closed = true;
    this.#events?.onEnd('lost');
  }
}
