import { escapeAttribute } from '../panelHtml.ts';

/** What a stage's page says of itself. */
export interface StagePage {
  readonly language: string;
  readonly title: string;
}

/**
 * The page of a stage. Nothing in it is inline; what it loads stands beside it.
 * @param styleNonce for the style by which the toolkit tries what the browser can do; unguessable, new for every answer.
 */
export function stageHtml({ language, title }: StagePage, styleNonce: string): string {
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(language)}">
  <head>
    <meta charset="utf-8">
    <meta property="csp-nonce" content="${escapeAttribute(styleNonce)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeAttribute(title)}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="stage-style.css">
  </head>
  <body>
    <div id="app"></div>
    <script src="stage.js"></script>
  </body>
</html>
`;
}

/**
 * The headers of the page: its policy lets in its own files and connects to its own gateway alone.
 * @param styleNonce as in the page.
 * @param sockets WebSocket origins of the gateway (`ws://…`); `'self'` covers them in current browsers only.
 */
export function stageHeaders(
  styleNonce: string,
  sockets: readonly string[],
): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${styleNonce}'`,
      "font-src 'self'",
      "img-src 'self' data:",
      "media-src 'self' blob: mediastream:",
      `connect-src ${["'self'", ...sockets].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    'Permissions-Policy':
      'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}
