import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelHtml } from './panelHtml.ts';

/** A page of this extension. */
export interface Page {
  /** Its bundle: `name.js` and `name-style.css`. */
  readonly name: 'panel' | 'setup';
  readonly title: string;
  /** Origins of the gateway that it may connect to, and nothing else. */
  readonly connect: readonly string[];
}

/** Loads a page into a webview; one that is loaded already is loaded anew. */
export function loadPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { name, title, connect }: Page,
): void {
  const source = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', file)).toString();
  webview.html = panelHtml({
    language: vscode.env.language,
    title,
    script: source(`${name}.js`),
    style: source(`${name}-style.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    styleNonce: randomBytes(16).toString('base64'),
    connect,
  });
}
