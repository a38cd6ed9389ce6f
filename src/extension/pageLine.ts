import type { OwnOffer } from '../shared/filesRpc.ts';
import type { HostApi, PageApi, PressAnswer, PressedControl } from '../shared/hostRpc.ts';
import { RpcError, type Handlers, type Params } from '../shared/rpc.ts';
import type { PanelPlace } from './comingBack.ts';
import { errorText } from './log.ts';
import { MeetingPanel, type MeetingPanelOptions } from './panel.ts';
import { withTimeLimit } from './timeLimit.ts';

/** Milliseconds for the page to ask, and to say good-bye. */
const ASK_TIME_LIMIT = 3_000;
const LEAVE_TIME_LIMIT = 1_000;

/** What every panel of a meeting is made with, and who is told when it was closed. */
export interface PageLineOptions extends Omit<MeetingPanelOptions, 'handlers' | 'place'> {
  readonly handlers: () => Handlers<HostApi>;
}

/** The way to a meeting's page, over any number of panels: what is said while there is none is lost. */
export class PageLine {
  readonly #options: PageLineOptions;
  #panel: MeetingPanel | undefined;
  /** The page of the present panel has asked for its meeting, so calls reach it. */
  #isReady = false;

  constructor(options: PageLineOptions) {
    this.#options = options;
  }

  /** Whether there is a panel. */
  get isOpen(): boolean {
    return this.#panel !== undefined;
  }

  /** Opens a panel. */
  open(place: PanelPlace): void {
    this.#isReady = false;
    this.#panel = new MeetingPanel({
      ...this.#options,
      handlers: this.#options.handlers(),
      place,
      onClosed: () => {
        this.#panel = undefined;
        this.#isReady = false;
        this.#options.onClosed();
      },
    });
  }

  /** The page has asked for its meeting. */
  ready(): void {
    this.#isReady = true;
  }

  reveal(): void {
    this.#panel?.reveal();
  }

  /** Shows in the panel's title how much is new. */
  setNews(count: number): void {
    this.#panel?.setNews(count);
  }

  /** Ends the panel, and does not tell of it. */
  dispose(): void {
    this.#panel?.dispose();
    this.#panel = undefined;
    this.#isReady = false;
  }

  /** The page asks whether to leave, as its button does. False when there is no page to ask. */
  async askToLeave(): Promise<boolean> {
    const page = this.#page;
    if (!page) return false;
    this.reveal();
    try {
      const answer = page.call('askToLeave', {}).then(() => true);
      return (await withTimeLimit(answer, ASK_TIME_LIMIT)) ?? false;
    } catch (error) {
      this.#options.log('warn', `the page could not ask: ${errorText(error)}`);
      return false;
    }
  }

  /** Presses a button of the page; `undefined` when there is no page that does. */
  async press(what: PressedControl): Promise<PressAnswer | undefined> {
    try {
      const page = this.#page;
      return page && (await withTimeLimit(page.call('press', { what }), ASK_TIME_LIMIT));
    } catch (error) {
      this.#options.log('warn', `the page did not press a button: ${errorText(error)}`);
      return undefined;
    }
  }

  /** The page tells the others that this person leaves, where there is time for it. */
  async sayGoodBye(): Promise<void> {
    const page = this.#page;
    if (!page) return;
    try {
      await withTimeLimit(page.call('leaveNow', { end: false }), LEAVE_TIME_LIMIT);
    } catch (error) {
      this.#options.log('warn', `the page could not say good-bye: ${errorText(error)}`);
    }
  }

  /** Tells of new offers. Rejects when the page does not take them. */
  async tellOffers(offers: readonly OwnOffer[]): Promise<void> {
    try {
      // A page that has not asked yet is given them with everything else.
      await this.#page?.call('shareFiles', { offers: [...offers] });
    } catch (error) {
      // A panel that closed in between is told when it is opened again.
      if (!(error instanceof RpcError) || error.code !== 'disposed') throw error;
    }
  }

  /** Tells of what happened here, in order. A page that is not there asks how things stand when it comes. */
  tell<K extends 'fromStage' | 'stageConnected' | 'withdrawn' | 'serversMoved' | 'networkChanged'>(
    what: K,
    params: Params<PageApi[K]>,
  ): void {
    this.#page?.call(what, params).catch((error: unknown) => {
      const gone = error instanceof RpcError && error.code === 'disposed';
      this.#options.log(gone ? 'trace' : 'warn', `the page was not told (${what}): ${errorText(error)}`);
    });
  }

  /** Tells that the server which runs here gives way to one at these addresses; false when no page has taken it. */
  async tellGaveWay(servers: readonly string[]): Promise<boolean> {
    const page = this.#page;
    if (!page) return false;
    try {
      await page.call('serversMoved', { servers: [...servers], runsHere: false });
      return true;
    } catch (error) {
      this.#options.log('warn', `the page was not told of a server from before: ${errorText(error)}`);
      return false;
    }
  }

  get #page(): MeetingPanel['page'] | undefined {
    return this.#isReady ? this.#panel?.page : undefined;
  }
}
