import * as v from 'valibot';
import * as vscode from 'vscode';
import { hostApi, pageApi, RECOVERY_COMMANDS, type HostApi, type PageApi } from '../shared/hostRpc.ts';
import { RpcEndpoint, type Handlers } from '../shared/rpc.ts';
import type { PanelPlace } from './comingBack.ts';
import { DisposableStore } from './disposable.ts';
import { PANEL_VIEW_TYPE } from './ids.ts';
import { keepBeside } from './keepBeside.ts';
import { errorText, type Log } from './log.ts';
import { loadPage } from './loadPage.ts';
import { PANEL_TITLE, titleWithNews } from './panelTitle.ts';
import { nodeTimers } from './timeLimit.ts';

/** The first thing that a page says. */
const openRequest = v.object({ kind: v.literal('request'), method: v.literal('open') });

/** What a panel needs: where its files are, what it may connect to, and who answers it. */
export interface MeetingPanelOptions {
  readonly extensionUri: vscode.Uri;
  /** Origins of the gateway. */
  readonly connect: readonly string[];
  readonly handlers: Handlers<HostApi>;
  readonly log: Log;
  /** Where it is to be; beside the active editor unless said otherwise. */
  readonly place: PanelPlace;
  /** The panel came into view, or went out of it behind another editor. Told at the start, too. */
  readonly onVisible: (visible: boolean) => void;
  /** The person closed the panel. Not told of `dispose()`. */
  readonly onClosed: () => void;
}

/** The webview with the meeting's page, and the RPC to it. */
export class MeetingPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #store = new DisposableStore();
  #page: RpcEndpoint<HostApi, PageApi>;

  constructor(options: MeetingPanelOptions) {
    const { extensionUri, log } = options;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    const webviewOptions = {
      enableScripts: true,
      localResourceRoots: [dist, media],
      enableCommandUris: Object.values(RECOVERY_COMMANDS),
    };
    const { revived, column, orphan } = options.place;
    this.#panel =
      revived ??
      vscode.window.createWebviewPanel(
        PANEL_VIEW_TYPE,
        orphan?.successor ?? PANEL_TITLE,
        // Nobody has asked for a panel that comes back: the cursor stays where it is.
        { viewColumn: column ?? vscode.ViewColumn.Beside, preserveFocus: column !== undefined },
        {
          ...webviewOptions,
          // A meeting goes on behind other editors. A panel that is brought back has kept this.
          retainContextWhenHidden: true,
        },
      );
    this.#panel.webview.options = webviewOptions;
    this.#panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'panel-dark.svg'),
    };
    const { webview } = this.#panel;
    const connect = (): RpcEndpoint<HostApi, PageApi> =>
      new RpcEndpoint<HostApi, PageApi>({
        local: hostApi,
        remote: pageApi,
        handlers: options.handlers,
        post: (message) => void webview.postMessage(message),
        timers: nodeTimers,
        onProblem: (message, error) =>
          log('warn', error === undefined ? `panel: ${message}` : `panel: ${message}: ${errorText(error)}`),
      });
    this.#page = connect();
    this.#store.add(this.#panel);
    this.#store.add({ dispose: () => this.#page.dispose() });
    this.#store.add(
      webview.onDidReceiveMessage((message: unknown) => {
        // A page that was loaded anew counts its calls from the start: no answer to the one before may reach it.
        if (v.is(openRequest, message)) {
          this.#page.dispose();
          this.#page = connect();
        }
        this.#page.receive(message);
      }),
    );
    this.#store.add(keepBeside(this.#panel, log));
    this.#store.add(this.#panel.onDidChangeViewState(() => options.onVisible(this.#panel.visible)));
    options.onVisible(this.#panel.visible);
    this.#store.add(
      this.#panel.onDidDispose(() => {
        this.#store.dispose();
        options.onClosed();
      }),
    );
    loadPage(webview, extensionUri, {
      name: 'panel',
      title: vscode.l10n.t('Parley meeting'),
      connect: options.connect,
    });
  }

  /** Calls to the page. They are lost until the page has said `open`. */
  get page(): RpcEndpoint<HostApi, PageApi> {
    return this.#page;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Shows in the title how much is new. */
  setNews(count: number): void {
    const title = titleWithNews(this.#panel.title, count);
    if (title !== this.#panel.title) this.#panel.title = title;
  }

  dispose(): void {
    this.#store.dispose();
  }
}
