import type { HostApi, MeetingBootstrap } from '../shared/hostRpc.ts';
import type { Handlers, Params, Result } from '../shared/rpc.ts';
import { IN_VSCODE, type StagePurpose } from '../shared/stageRpc.ts';
import type { Gateway } from './gateway/gateway.ts';
import { StageCaretaker } from './gateway/stageCaretaker.ts';
import { StageDoor, type KeptStage } from './gateway/stageDoor.ts';
import { StageFiles, type StageFilesOptions } from './gateway/stageFiles.ts';
import { directAddress, stageLink, type GatewayAddress } from './gatewayAddress.ts';
import { errorText, type Log } from './log.ts';
import { isLoopbackHost } from './serverUrl.ts';

/** What VS Code does with the link to a stage. */
export interface StageWays {
  /** Whether pages for devices are to be opened in VS Code's integrated browser. */
  readonly prefersIntegrated: () => boolean;
  /** Opens it there; false where there is none. */
  readonly openIntegrated: (link: string) => Promise<boolean>;
  /** Opens it in the system's browser; false when that does not work. */
  readonly openSystem: (link: string) => Promise<boolean>;
  /** Says that no browser could be opened; true when the person wants the link. */
  readonly offerLink: () => Promise<boolean>;
  /** Puts it where the person can take it from. */
  readonly handOut: (link: string) => Promise<void>;
}

/** What the desk works with, and whom it tells. */
export interface StageDeskOptions {
  readonly files: StageFilesOptions;
  readonly gateway: Gateway;
  /** Where a browser reaches the gateway; makes it reachable where it is not. */
  readonly reach: () => Promise<GatewayAddress>;
  readonly ways: StageWays;
  readonly log: Log;
  /** Stages from before a restart: a panel for them is on its way. */
  readonly kept?: readonly KeptStage[];
  readonly onMessage: (stage: string, message: unknown) => void;
  readonly onConnected: (stage: string, connected: boolean) => void;
}

type Wanted = Params<HostApi['openStage']>;
type Opened = Result<HostApi['openStage']>;

/** Opens and ends the stages of a meeting: at most one of each purpose. */
export class StageDesk {
  readonly #options: StageDeskOptions;
  readonly #door: StageDoor;
  readonly #caretaker: StageCaretaker;
  /** A second click while a stage is being opened would open a second page of it. */
  readonly #opening = new Map<string, Promise<Opened>>();
  /** A page in the integrated browser was of no use: there will be no second. */
  #avoidsIntegrated = false;
  #ended = false;

  constructor(options: StageDeskOptions) {
    const { log, kept, onMessage, onConnected, gateway, files } = options;
    this.#options = options;
    this.#door = new StageDoor({
      log,
      ...(kept ? { kept } : {}),
      onMessage,
      onConnected: (stage, connected) => {
        if (connected) this.#caretaker.connected(stage);
        onConnected(stage, connected);
      },
    });
    this.#caretaker = new StageCaretaker(this.#door);
    if (kept) this.#caretaker.attend();
    gateway.serveStage(new StageFiles(files), this.#door);
  }

  /** The stages that are still good, for a page that comes to know of them. */
  get stages(): MeetingBootstrap['stages'] {
    return this.#door.stages;
  }

  /** See `StageDeskOptions.kept`. */
  get kept(): readonly KeptStage[] {
    return this.#door.kept;
  }

  /** A panel has asked for its meeting, stages included. */
  attend(): void {
    this.#caretaker.attend();
  }

  /** The panel was closed in the meeting: nothing is captured until there is another. */
  leave(): void {
    this.#caretaker.leave();
  }

  /** What the page asks of stages. */
  handlers(): Pick<Handlers<HostApi>, 'openStage' | 'copyStageLink' | 'toStage' | 'closeStage'> {
    return {
      openStage: (wanted) => this.#openOnce(wanted),
      copyStageLink: ({ stage }) => this.#copyLink(stage).then(() => null),
      toStage: ({ stage, message }) => {
        if (!this.#door.send(stage, message)) this.#options.log('trace', 'stage: a message was lost');
        return null;
      },
      closeStage: ({ stage }) => {
        // It may be the one that is being opened: who asks again gets another.
        this.#opening.clear();
        this.#door.close(stage).catch((error: unknown) => this.#logProblem('not closed', error));
        return null;
      },
    };
  }

  /** Ends all stages; resolves when their pages are told. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#door.dispose();
  }

  #openOnce(wanted: Wanted): Promise<Opened> {
    const what = JSON.stringify(wanted);
    const running = this.#opening.get(what);
    if (running) return running;
    const opening = this.#open(wanted).finally(() => {
      if (this.#opening.get(what) === opening) this.#opening.delete(what);
    });
    this.#opening.set(what, opening);
    return opening;
  }

  async #open({ purpose, browser }: Wanted): Promise<Opened> {
    const { log, reach } = this.#options;
    if (browser === 'system') this.#avoidsIntegrated = true;
    const address = await reach();
    if (this.#ended) throw new Error('the meeting is over');
    const known = this.#door.stages.find((stage) => stage.purpose === purpose);
    // It is there, or came while the way to it was made. Another browser's page takes over from it.
    if (known?.connected === true && browser !== 'system')
      return { stage: known.stage, link: '', opened: true, connected: true };
    const code = known && this.#door.fresh(known.stage);
    const made = known && code !== undefined ? { stage: known.stage, code } : this.#door.issue(purpose);
    const opened = await this.#openBrowser(purpose, address, made.code);
    log('info', `stage for ${purpose}: ${opened ? 'a browser was opened' : 'no browser was opened'}`);
    if (!opened) this.#offerLink(made.stage);
    // Of a page that is being replaced the answer would not say which one is meant.
    const connected = known?.connected !== true && this.#isConnected(made.stage);
    return { stage: made.stage, link: stageLink(address, made.code), opened, connected };
  }

  async #openBrowser(purpose: StagePurpose, address: GatewayAddress, code: string): Promise<boolean> {
    const { gateway, ways } = this.#options;
    if (purpose === 'devices' && !this.#avoidsIntegrated && ways.prefersIntegrated()) {
      const link = new URL(stageLink(address, code));
      // The page there knows by it that a refusal is no person's.
      link.search = IN_VSCODE;
      if (await ways.openIntegrated(link.href)) return true;
    }
    // VS Code forwards a loopback port of this machine by itself, and would take a forwarded one for such a port.
    const forwardedPort = isLoopbackHost(address.host) && address.path === '/';
    return ways.openSystem(stageLink(forwardedPort ? directAddress(gateway.port) : address, code));
  }

  #offerLink(stage: string): void {
    this.#options.ways
      .offerLink()
      .then((wanted) => (wanted ? this.#copyLink(stage) : undefined))
      .catch((error: unknown) => this.#logProblem('its link could not be copied', error));
  }

  /** Whoever copies a link while the page is there wants it in another browser: that one takes over. */
  async #copyLink(stage: string): Promise<void> {
    const address = await this.#options.reach();
    const code = this.#ended ? undefined : this.#door.fresh(stage);
    if (code !== undefined) await this.#options.ways.handOut(stageLink(address, code));
  }

  #isConnected(id: string): boolean {
    return this.#door.stages.some(({ stage, connected }) => stage === id && connected);
  }

  #logProblem(what: string, error: unknown): void {
    this.#options.log('warn', `stage: ${what}: ${errorText(error)}`);
  }
}
