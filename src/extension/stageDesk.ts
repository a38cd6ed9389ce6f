import * as vscode from 'vscode';
import type { HostApi, MeetingBootstrap } from '../shared/hostRpc.ts';
import type { Handlers, Result } from '../shared/rpc.ts';
import type { StagePurpose } from '../shared/stageRpc.ts';
import { writeClipboard } from './clipboard.ts';
import type { Dialogs } from './dialogs.ts';
import type { Gateway } from './gateway/gateway.ts';
import { StageCaretaker } from './gateway/stageCaretaker.ts';
import { StageDoor } from './gateway/stageDoor.ts';
import { StageFiles } from './gateway/stageFiles.ts';
import { directAddress, stageLink, type GatewayAddress } from './gatewayAddress.ts';
import { errorText, type Log } from './log.ts';
import { openInIntegratedBrowser, openInSystemBrowser } from './openLink.ts';
import { isLoopbackHost } from './serverUrl.ts';
import { readSettings } from './settings.ts';

/** What the desk works with, and whom it tells. */
export interface StageDeskOptions {
  readonly extensionUri: vscode.Uri;
  readonly gateway: Gateway;
  /** Where a browser reaches the gateway; makes it reachable where it is not. */
  readonly reach: () => Promise<GatewayAddress>;
  readonly dialogs: Dialogs;
  readonly log: Log;
  readonly onMessage: (stage: string, message: unknown) => void;
  readonly onConnected: (stage: string, connected: boolean) => void;
}

type Opened = Result<HostApi['openStage']>;

/** Opens and ends the stages of a meeting: at most one of each purpose. */
export class StageDesk {
  readonly #options: StageDeskOptions;
  readonly #door: StageDoor;
  readonly #caretaker: StageCaretaker;
  /** A second click while a stage is being opened would make the link of the first void. */
  readonly #opening = new Map<StagePurpose, Promise<Opened>>();
  #ended = false;

  constructor(options: StageDeskOptions) {
    const { log, onMessage, onConnected, gateway, extensionUri } = options;
    this.#options = options;
    this.#door = new StageDoor({
      log,
      onMessage,
      onConnected: (stage, connected) => {
        if (connected) this.#caretaker.connected(stage);
        onConnected(stage, connected);
      },
    });
    this.#caretaker = new StageCaretaker(this.#door);
    const files = new StageFiles({
      folder: vscode.Uri.joinPath(extensionUri, 'dist').fsPath,
      language: vscode.env.language,
      title: 'Parley',
    });
    gateway.serveStage(files, this.#door);
  }

  /** The stages that are still good, for a page that comes to know of them. */
  get stages(): MeetingBootstrap['stages'] {
    return this.#door.stages;
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
      openStage: ({ purpose }) => this.#openOnce(purpose),
      copyStageLink: ({ stage }) => this.#copyLink(stage).then(() => null),
      toStage: ({ stage, message }) => {
        if (!this.#door.send(stage, message)) this.#options.log('trace', 'stage: a message was lost');
        return null;
      },
      closeStage: ({ stage }) => {
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

  #openOnce(purpose: StagePurpose): Promise<Opened> {
    const running = this.#opening.get(purpose);
    if (running) return running;
    const opening = this.#open(purpose).finally(() => this.#opening.delete(purpose));
    this.#opening.set(purpose, opening);
    return opening;
  }

  async #open(purpose: StagePurpose): Promise<Opened> {
    const { log } = this.#options;
    const known = this.#door.stages.find((stage) => stage.purpose === purpose);
    const address = await this.#options.reach();
    const code = known && this.#door.fresh(known.stage);
    // It is there, or came while the way to it was made.
    if (known && code === undefined && this.#isGood(known.stage))
      return { stage: known.stage, link: '', opened: true, connected: true };
    if (this.#ended) throw new Error('the meeting is over');
    const made = known && code !== undefined ? { stage: known.stage, code } : this.#door.issue(purpose);
    const opened = await this.#openBrowser(purpose, address, made.code);
    log('info', `stage for ${purpose}: ${opened ? 'a browser was opened' : 'no browser was opened'}`);
    if (!opened) this.#offerLink(made.stage);
    const connected = this.#door.stages.some(({ stage, connected: here }) => stage === made.stage && here);
    return { stage: made.stage, link: stageLink(address, made.code), opened, connected };
  }

  async #openBrowser(purpose: StagePurpose, address: GatewayAddress, code: string): Promise<boolean> {
    const { log, gateway } = this.#options;
    if (purpose === 'devices' && readSettings().stageBrowser === 'integrated') {
      if (await openInIntegratedBrowser(stageLink(address, code), log)) return true;
    }
    // VS Code forwards a loopback port of this machine by itself, and would take a forwarded one for such a port.
    const forwardedPort = isLoopbackHost(address.host) && address.path === '/';
    return openInSystemBrowser(stageLink(forwardedPort ? directAddress(gateway.port) : address, code), log);
  }

  #offerLink(stage: string): void {
    const copy = vscode.l10n.t('Copy Link');
    const sentence = vscode.l10n.t(
      'No browser could be opened. Copy the link and open it in a browser on this computer.',
    );
    this.#options.dialogs
      .warning(sentence, copy)
      .then((answer) => (answer === copy ? this.#copyLink(stage) : undefined))
      .catch((error: unknown) => this.#logProblem('its link could not be copied', error));
  }

  async #copyLink(stage: string): Promise<void> {
    const { dialogs, log, reach } = this.#options;
    const address = await reach();
    const code = this.#door.fresh(stage);
    if (code === undefined) {
      if (this.#isGood(stage)) void dialogs.info(vscode.l10n.t('The page is open in your browser already.'));
      return;
    }
    const link = stageLink(address, code);
    if (await writeClipboard(link, log)) {
      void dialogs.info(
        vscode.l10n.t('The link is on your clipboard. It can be opened once, within a minute.'),
      );
      return;
    }
    // Not waited for: the page's call would run out of time.
    void dialogs.input({
      title: vscode.l10n.t('Link to the page for your devices'),
      prompt: vscode.l10n.t('Open it in a browser on this computer. It can be opened once, within a minute.'),
      value: link,
      ignoreFocusOut: true,
    });
  }

  #isGood(stage: string): boolean {
    return !this.#ended && this.#door.stages.some((good) => good.stage === stage);
  }

  #logProblem(what: string, error: unknown): void {
    this.#options.log('warn', `stage: ${what}: ${errorText(error)}`);
  }
}
