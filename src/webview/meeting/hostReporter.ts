import type { MeetingStatus, SessionRecord } from '../../shared/hostRpc.ts';
import type { HostClient } from '../host/hostContext.ts';

/** Between two reports of the session, which can be long; milliseconds. */
const SESSION_PAUSE = 100;

/** Keeps the extension host informed: the status bar's figures, and what a reopened panel would need. */
export class HostReporter {
  readonly #host: HostClient;
  readonly #onFailure: (error: unknown) => void;
  #status = '';
  #session = '';
  #devices = '';
  #latest: SessionRecord | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor(host: HostClient, onFailure: (error: unknown) => void) {
    this.#host = host;
    this.#onFailure = onFailure;
  }

  /** Tells what is new; says nothing when nothing is. */
  report(status: MeetingStatus, session: SessionRecord | null): void {
    if (this.#disposed) return;
    const text = JSON.stringify(status);
    if (text !== this.#status) {
      this.#status = text;
      this.#host.call('reportStatus', status).catch(this.#onFailure);
    }
    this.#latest = session;
    if (!session) return;
    const devices = JSON.stringify(session.devices);
    // Who mutes and reloads at once is not to come back unmuted: that waits for no pause.
    if (this.#timer === null || devices !== this.#devices) this.#tellSession();
    this.#devices = devices;
  }

  /** Says no more. */
  dispose(): void {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#latest = null;
  }

  /** At once for the first change, and for what changed meanwhile after a pause. */
  #tellSession(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = JSON.stringify(this.#latest);
    if (!this.#latest || text === this.#session) return;
    this.#session = text;
    this.#host.call('rememberSession', this.#latest).catch(this.#onFailure);
    this.#timer = setTimeout(() => this.#tellSession(), SESSION_PAUSE);
  }
}
