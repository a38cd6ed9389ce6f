import * as v from 'valibot';
import * as vscode from 'vscode';
import { RpcEndpoint, type Handlers } from '../../shared/rpc.ts';
import { setupHostApi, setupPageApi, type SetupHostApi, type SetupPageApi } from '../../shared/setupRpc.ts';
import { DisposableStore } from '../disposable.ts';
import { editorColumn } from '../editorColumn.ts';
import { socketOrigin, type GatewayAddress } from '../gatewayAddress.ts';
import { SETUP_VIEW_TYPE } from '../ids.ts';
import { errorText, type Log } from '../log.ts';
import { loadPage } from '../loadPage.ts';
import { nodeTimers } from '../timeLimit.ts';

const openRequest = v.object({ kind: v.literal('request'), method: v.literal('open') });

/** What the panel needs, and whom it tells. */
export interface SetupPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly handlers: Handlers<SetupHostApi>;
  readonly log: Log;
  /** The person closed it. Not told of `dispose()`. */
  readonly onClosed: () => void;
}

/** The webview of "Test My Setup", and the RPC to its page. Each run has a page of its own. */
export class SetupPanel {
  readonly #options: SetupPanelOptions;
  readonly #panel: vscode.WebviewPanel;
  readonly #store = new DisposableStore();
  #page: RpcEndpoint<SetupHostApi, SetupPageApi>;

  constructor(options: SetupPanelOptions) {
    this.#options = options;
    const dist = vscode.Uri.joinPath(options.extensionUri, 'dist');
    this.#panel = vscode.window.createWebviewPanel(
      SETUP_VIEW_TYPE,
      vscode.l10n.t('Test My Setup'),
      editorColumn(),
      // What was found out stays while other editors are in front.
      { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
    );
    const media = vscode.Uri.joinPath(options.extensionUri, 'media');
    this.#panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'panel-light.svg'),
      dark: vscode.Uri.joinPath(media, 'panel-dark.svg'),
    };
    this.#page = this.#connect();
    this.#store.add(this.#panel);
    this.#store.add({ dispose: () => this.#page.dispose() });
    this.#store.add(
      this.#panel.webview.onDidReceiveMessage((message: unknown) => {
        // A page that was loaded anew is given no answer to the one before.
        if (v.is(openRequest, message)) {
          this.#page.dispose();
          this.#page = this.#connect();
        }
        this.#page.receive(message);
      }),
    );
    this.#store.add(
      this.#panel.onDidDispose(() => {
        this.#store.dispose();
        options.onClosed();
      }),
    );
  }

  /** Calls to the page. They are lost while there is none. */
  get page(): RpcEndpoint<SetupHostApi, SetupPageApi> {
    return this.#page;
  }

  /** Loads a page, which may connect to that gateway and to nothing else. */
  load(gateway: GatewayAddress): void {
    const { extensionUri } = this.#options;
    loadPage(this.#panel.webview, extensionUri, {
      name: 'setup',
      title: vscode.l10n.t('Test My Setup'),
      connect: [socketOrigin(gateway)],
    });
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #connect(): RpcEndpoint<SetupHostApi, SetupPageApi> {
    const { handlers, log } = this.#options;
    return new RpcEndpoint<SetupHostApi, SetupPageApi>({
      local: setupHostApi,
      remote: setupPageApi,
      handlers,
      post: (message) => void this.#panel.webview.postMessage(message),
      timers: nodeTimers,
      onProblem: (message, error) =>
        log('warn', `test: ${message}${error === undefined ? '' : `: ${errorText(error)}`}`),
    });
  }
}
