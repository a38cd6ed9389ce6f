import * as vscode from 'vscode';
import type { Handlers, Params } from '../../shared/rpc.ts';
import type { SetupAction, SetupHostApi, SetupPageApi } from '../../shared/setupRpc.ts';
import { writeClipboard } from '../clipboard.ts';
import type { Dialogs } from '../dialogs.ts';
import { Commands, SettingIds } from '../ids.ts';
import { errorText, type Log } from '../log.ts';
import { readSettings } from '../settings.ts';
import { SetupPanel } from './setupPanel.ts';
import { SetupRun } from './setupRun.ts';

/** "Test My Setup": at most one panel, and in it at most one run at a time. */
export class SetupTest {
  readonly #extension: vscode.ExtensionContext;
  readonly #dialogs: Dialogs;
  readonly #log: Log;
  readonly #inMeeting: () => boolean;
  #panel: SetupPanel | undefined;
  #run: SetupRun | undefined;
  #disposed = false;
  /** One start or end after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(extension: vscode.ExtensionContext, dialogs: Dialogs, log: Log, inMeeting: () => boolean) {
    this.#extension = extension;
    this.#dialogs = dialogs;
    this.#log = log;
    this.#inMeeting = inMeeting;
  }

  /** Shows the panel and tests, unless that is under way. */
  async show(): Promise<void> {
    if (this.#panel) {
      this.#panel.reveal();
      if (this.#run) return;
    }
    await this.#begin();
  }

  /** A meeting needs the ports that a test holds: the page says that it was stopped. Resolves when they are free. */
  async stop(): Promise<void> {
    if (this.#run) this.#tell('stop', {});
    await this.#end();
  }

  /** The extension host ends. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#panel?.dispose();
    this.#panel = undefined;
    await this.#end();
  }

  #begin(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#endRun();
      const panel = this.#panel;
      try {
        const run = await SetupRun.start({
          extension: this.#extension,
          settings: readSettings(),
          dialogs: this.#dialogs,
          log: this.#log,
          inMeeting: this.#inMeeting,
          tell: (what, params) => this.#tell(what, params),
        });
        // Closed in between: nobody looks any more.
        if (this.#disposed || panel !== this.#panel) return await run.end();
        this.#run = run;
        this.#panel ??= this.#open();
        this.#panel.load(run.gateway);
        this.#log('info', 'test: begins');
      } catch (error) {
        this.#log('error', `test: cannot begin: ${errorText(error)}`);
        void this.#dialogs.error(
          vscode.l10n.t('The test could not be started. The output channel "Parley" says more.'),
        );
      }
    });
  }

  #tell<K extends keyof SetupPageApi>(what: K, params: Params<SetupPageApi[K]>): void {
    this.#panel?.page.call(what, params).catch((error: unknown) => {
      this.#log('trace', `test: the page was not told (${what}): ${errorText(error)}`);
    });
  }

  #end(): Promise<void> {
    return this.#inTurn(() => this.#endRun());
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.end();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  #open(): SetupPanel {
    return new SetupPanel({
      extensionUri: this.#extension.extensionUri,
      handlers: this.#handlers(),
      log: this.#log,
      onClosed: () => {
        this.#panel = undefined;
        void this.#end();
      },
    });
  }

  #handlers(): Handlers<SetupHostApi> {
    const ofRun = (): ReturnType<SetupRun['handlers']> => {
      if (!this.#run) throw new Error('there is no test under way');
      return this.#run.handlers();
    };
    return {
      open: (params) => ofRun().open(params),
      startServer: (params) => ofRun().startServer(params),
      openStage: (params) => ofRun().openStage(params),
      copyStageLink: (params) => ofRun().copyStageLink(params),
      toStage: (params) => ofRun().toStage(params),
      // A test that has ended has ended its stages.
      closeStage: (params) => this.#run?.handlers().closeStage(params) ?? null,
      done: async () => {
        await this.#end();
        return null;
      },
      again: () => {
        void this.#begin();
        return null;
      },
      copyReport: async ({ text }) => ({ copied: await writeClipboard(text, this.#log) }),
      act: async ({ action }) => {
        await act(action);
        return null;
      },
      log: ({ level, message }) => {
        this.#log(level, `test: ${message}`);
        return null;
      },
    };
  }
}

async function act(action: SetupAction): Promise<void> {
  if (action === 'turn-password') await vscode.commands.executeCommand(Commands.setTurnPassword);
  else {
    await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${settingOf(action)}`);
  }
}

function settingOf(action: Exclude<SetupAction, 'turn-password'>): string {
  if (action === 'ice-settings') return SettingIds.iceServers;
  return action === 'address-settings' ? SettingIds.shareAddresses : serverSetting();
}

function serverSetting(): string {
  return readSettings().serverUrl === '' ? SettingIds.serverPort : SettingIds.serverUrl;
}
