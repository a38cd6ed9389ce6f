import type { MeetingBootstrap } from '../../shared/hostRpc.ts';
import type { Params } from '../../shared/rpc.ts';
import type { PanelApi, StageApi, StagePurpose, StageReport } from '../../shared/stageRpc.ts';
import type { StageClient } from '../host/hostContext.ts';
import type { StageModel } from '../model.ts';
import { StageConnection } from './stageConnection.ts';
import { mayCapture, newlyFailed } from './stageReports.ts';

/** What a stage needs, and whom it tells. */
export interface StageHandleOptions {
  readonly purpose: StagePurpose;
  readonly host: StageClient;
  readonly bootstrap: Pick<MeetingBootstrap, 'addresses'>;
  /** The meeting as the stage shows it. */
  readonly title: () => string;
  /** Milliseconds after which a page that has not come is late. */
  readonly late: number;
  /** Its page is here, and has yet to be told what is wanted of it. */
  readonly onAttached: () => void;
  /** These devices failed since its page said last how they are. */
  readonly onFailed: (devices: readonly ('microphone' | 'camera')[]) => void;
  /** Something was asked for in its page. */
  readonly onWish: (wish: Params<PanelApi['wish']>) => void;
  readonly onLeave: () => void;
  readonly onChange: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** One stage of a panel, from asking for it to its end: its page, the connection with it, and what it says. */
export class StageHandle {
  readonly #options: StageHandleOptions;
  #id: string | null = null;
  #status: StageModel['status'] = 'none';
  /** The extension host is being asked for it. */
  #asking = false;
  /** Counts what was asked for and cancelled: an answer to anything but the last is nobody's. */
  #attempt = 0;
  /** Its link was asked for before there was one. */
  #copies = false;
  /** VS Code's integrated browser was of no use: the page is, or is to be, in the system's. */
  #instead = false;
  /** Its page lets wait for itself; set by the timer. */
  #late = false;
  #lateTimer: ReturnType<typeof setTimeout> | undefined;
  #connection: StageConnection | null = null;
  #report: StageReport | null = null;

  constructor(options: StageHandleOptions) {
    this.#options = options;
  }

  /** By what the extension host knows it, once it does. */
  get id(): string | null {
    return this.#id;
  }

  get status(): StageModel['status'] {
    return this.#status;
  }

  /** As the views show it. */
  get model(): StageModel {
    return { status: this.#status, instead: this.#instead, late: this.#late && this.#status === 'opening' };
  }

  /** What its page said last of itself. */
  get report(): StageReport | null {
    return this.#report;
  }

  /** What it captures, while that can be received. */
  get tracks(): StageConnection['tracks'] | null {
    return this.#connection?.connected ? this.#connection.tracks : null;
  }

  /** Whether the others can be heard there. */
  get plays(): boolean {
    const isConnected = this.#connection?.connected === true;
    return this.#status === 'live' && isConnected && this.#report?.soundBlocked === false;
  }

  /** A panel before this one opened it, and it is still good. */
  resume(id: string, connected: boolean): void {
    this.#id = id;
    if (connected) this.#attach();
    else this.#status = 'lost';
  }

  /** Asks for it, unless it is here or was asked for. */
  async open(): Promise<void> {
    if (this.#connection || this.#asking) return;
    const { host, purpose, onChange, onProblem } = this.#options;
    const instead = this.#instead;
    const attempt = ++this.#attempt;
    this.#asking = true;
    this.#status = 'opening';
    this.#late = false;
    onChange();
    try {
      const browser = instead ? ({ browser: 'system' } as const) : {};
      const opening = await host.call('openStage', { purpose, ...browser });
      if (attempt !== this.#attempt) {
        this.#drop(opening.stage);
        return;
      }
      this.#id = opening.stage;
      if (this.#instead !== instead) {
        // It has come, and said that it may not capture, before this answer.
        this.#asking = false;
        await this.open();
        return;
      }
      // Its page may have come before the answer that says which it is.
      if (opening.connected && !this.#connection) this.#attach();
      if (!this.#connection) this.#status = opening.opened ? 'opening' : 'no-browser';
    } catch (error) {
      onProblem('the stage could not be opened', error);
      if (attempt !== this.#attempt) return;
      // Said as that of a page that is gone: it can be opened again.
      this.#status = 'lost';
    }
    this.#asking = false;
    if (this.#copies && this.#id !== null) this.#copyLink(this.#id);
    this.#copies = false;
    if (this.#status === 'opening') this.#expect();
    onChange();
  }

  /** Puts a link to it on the clipboard: as soon as there is one, while VS Code is still opening it. */
  copyLink(): void {
    if (this.#id === null) this.#copies = this.#asking;
    else this.#copyLink(this.#id);
  }

  want(wanted: Params<StageApi['want']>): void {
    this.#connection?.want(wanted);
  }

  /** Sends these to be heard there. */
  hear(tracks: readonly MediaStreamTrack[]): void {
    this.#connection?.hear(tracks);
  }

  /** Takes a message from its page. */
  receive(message: unknown): void {
    this.#connection?.receive(message);
  }

  /** Its page came or went. A screen's share ends with its page. */
  setConnected(connected: boolean): void {
    this.#detach();
    if (connected) this.#attach();
    else if (this.#options.purpose === 'screen') this.close('stopped');
    else this.#status = 'lost';
    this.#options.onChange();
  }

  /** Connects anew where the connection goes, or may go, by one of these addresses, or is not there yet. */
  async followNetwork(gone: readonly string[]): Promise<void> {
    const connection = this.#connection;
    if (!connection || (connection.connected && !(await connection.mayGoBy(gone)))) return;
    if (this.#connection === connection) this.#reattach();
  }

  /** Ends it for good; its page is told why. It can be opened again. */
  close(reason: 'left' | 'stopped'): void {
    const { host, onChange, onProblem } = this.#options;
    const id = this.#id;
    clearTimeout(this.#lateTimer);
    this.#connection?.finish(reason);
    this.#detach();
    this.#attempt += 1;
    this.#asking = this.#copies = this.#instead = false;
    this.#status = 'none';
    this.#id = null;
    if (id !== null) {
      host.call('closeStage', { stage: id }).catch((error: unknown) => {
        onProblem('the stage could not be closed', error);
      });
    }
    onChange();
  }

  #copyLink(stage: string): void {
    const { host, onProblem } = this.#options;
    host.call('copyStageLink', { stage }).catch((error: unknown) => {
      onProblem('the link to the stage could not be copied', error);
    });
  }

  /** What was opened for somebody who cancelled meanwhile is not wanted, unless it was asked for again since. */
  #drop(id: string): void {
    if (this.#asking || this.#id !== null) return;
    this.#id = id;
    this.close('stopped');
  }

  /** Its page should come now. */
  #expect(): void {
    clearTimeout(this.#lateTimer);
    this.#lateTimer = setTimeout(() => {
      this.#late = this.#status === 'opening';
      this.#options.onChange();
    }, this.#options.late);
  }

  #attach(): void {
    const { host, purpose, title, bootstrap, onWish, onLeave, onChange, onProblem } = this.#options;
    const id = this.#id;
    this.#status = 'waiting';
    this.#report = null;
    const connection = new StageConnection({
      purpose,
      title: title(),
      addresses: bootstrap.addresses,
      post: (message) => {
        host.call('toStage', { stage: id ?? '', message }).catch((error: unknown) => {
          onProblem('a message did not reach the stage', error);
        });
      },
      onReport: (report) => {
        if (this.#connection === connection) this.#onReport(report);
      },
      onWish,
      onLeave,
      onTracks: onChange,
      onBroken: () => {
        if (this.#connection === connection) this.#reattach();
      },
      onProblem,
    });
    this.#connection = connection;
    this.#options.onAttached();
  }

  #detach(): void {
    this.#connection?.dispose();
    this.#connection = null;
    this.#report = null;
  }

  #reattach(): void {
    this.#detach();
    this.#attach();
    this.#options.onChange();
  }

  #onReport(report: StageReport): void {
    const before = this.#report;
    if (report.integrated === true && !this.#instead && !mayCapture(report)) {
      this.#openInstead();
      return;
    }
    this.#report = report;
    this.#status = report.started ? 'live' : 'waiting';
    const failed = newlyFailed(before, report);
    if (failed.length > 0) this.#options.onFailed(failed);
    // The browser's own "Stop sharing" ends the share from the other end.
    if (before?.screen.status === 'on' && report.screen.status !== 'on') this.close('stopped');
    this.#options.onChange();
  }

  /** Leaves a page that may not capture for one in another browser, which takes over when it comes. Wishes stay. */
  #openInstead(): void {
    this.#instead = true;
    this.#detach();
    this.#options.onProblem('the integrated browser may not capture');
    void this.open();
    this.#options.onChange();
  }
}
