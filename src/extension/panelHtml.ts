/** What the panel's page is made of; addresses as `webview.asWebviewUri` gives them. */
export interface PanelPage {
  readonly language: string;
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Unguessable, new for every page. */
  readonly nonce: string;
  /** Another one, for the style by which the toolkit tries what the browser can do; it has to stand in the page. */
  readonly styleNonce: string;
  /** All that the page may connect to: the gateway's origins, `ws://…` or `wss://…`. */
  readonly connect: readonly string[];
}

/** The panel's page. Nothing in it is inline, and its policy lets nothing else in. */
export function panelHtml(page: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource} 'nonce-${page.styleNonce}'`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource} blob: data:`,
    'media-src blob: mediastream:',
    // Files are pumped in a worker, whose script is in the page's own.
    'worker-src blob:',
    `connect-src ${page.connect.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(page.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
    <meta property="csp-nonce" content="${escapeAttribute(page.styleNonce)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeAttribute(page.title)}</title>
    <link rel="stylesheet" href="${escapeAttribute(page.style)}">
  </head>
  <body>
    <div id="app"></div>
    <script nonce="${escapeAttribute(page.nonce)}" src="${escapeAttribute(page.script)}"></script>
  </body>
</html>
`;
}

/** A text as it may stand in an attribute or an element. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (symbol) => `&#${symbol.codePointAt(0)};`);
}
