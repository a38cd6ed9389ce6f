import { type AddressWatch, type MoveOptions, watchMoves } from './addressWatch.ts';
import type { Disposable } from './disposable.ts';
import type { Log } from './log.ts';
import type { MeetingServer } from './meetingServer.ts';
import type { PageLine } from './pageLine.ts';
import { ServerReturn } from './serverReturn.ts';
import type { SessionState } from './sessionState.ts';

/** Milliseconds in which a page that is loaded anew is in the meeting again. */
const OUT_FOR_LONG = 30_000;

/** What following a meeting's server and this machine's addresses needs. */
export interface ServerMovesOptions {
  readonly server: MeetingServer;
  readonly page: Pick<PageLine, 'tell' | 'tellGaveWay'>;
  readonly addresses: MoveOptions['addresses'];
  /** How the meeting stands here. */
  readonly state: () => Pick<SessionState, 'phase' | 'others'>;
  /** What is kept of the meeting has changed. */
  readonly onChanged: () => void;
  readonly log: Log;
}

/** What a session does when its machine comes to other addresses, or its server to another machine: the page tells the others. */
export class ServerMoves implements Disposable {
  readonly #options: ServerMovesOptions;
  readonly #watch: AddressWatch;
  readonly #return: ServerReturn;
  /** Since when nobody is in the meeting from here, if nobody is; milliseconds of `performance.now`. */
  #outSince = performance.now();
  #isIn = false;

  constructor(options: ServerMovesOptions) {
    this.#options = options;
    const { server, page, addresses, onChanged, log } = options;
    this.#watch = watchMoves({
      addresses,
      server,
      tellPage: (now) => {
        log('info', 'this machine has other addresses now');
        page.tell('networkChanged', { addresses: [...now] });
      },
      tellServers: () => this.tellServers(),
    });
    this.#return = new ServerReturn({
      server,
      tell: (urls) => this.#tellGaveWay(urls),
      onMoved: onChanged,
      log,
    });
  }

  /** The server of one's own has other addresses now. */
  tellServers(): void {
    const { page, server, onChanged } = this.#options;
    page.tell('serversMoved', { servers: [...server.servers()], runsHere: true });
    onChanged();
  }

  /** See `ServerReturn.follow`. Where others are here nothing is to be found. */
  async followInvite(urls: readonly string[]): Promise<boolean> {
    return this.#options.state().others.length === 0 && (await this.#return.follow(urls));
  }

  /** The meeting stands otherwise here than before. */
  noteState(): void {
    const isIn = this.#options.state().phase === 'in';
    if (this.#isIn && !isIn) this.#outSince = performance.now();
    this.#isIn = isIn;
  }

  dispose(): void {
    this.#watch.dispose();
    this.#return.dispose();
  }

  /**
   * The server of this machine is to end: its page tells the others where the other one is. While it is out of the meeting
   * for a moment that waits; later they have to find out by themselves, so that nobody waits for a panel that stays closed.
   */
  #tellGaveWay(urls: readonly string[]): Promise<boolean> {
    if (this.#isIn) return this.#options.page.tellGaveWay(urls);
    return Promise.resolve(performance.now() - this.#outSince > OUT_FOR_LONG);
  }
}
