import { arch, platform } from 'node:process';
import * as vscode from 'vscode';
import type { Settings } from '../settings.ts';

/** What a report says of this VS Code and its settings, line by line: kinds and versions, no names. */
export function surroundings(
  { extension }: Pick<vscode.ExtensionContext, 'extension'>,
  { serverUrl, iceTransportPolicy, shareAddresses, stageBrowser }: Settings,
): string[] {
  const manifest = extension.packageJSON as { readonly version?: unknown };
  const where = vscode.env.uiKind === vscode.UIKind.Web ? 'in a browser' : 'desktop';
  const remote = vscode.env.remoteName === undefined ? '' : `, remote (${vscode.env.remoteName})`;
  return [
    `Parley ${String(manifest.version)}, VS Code ${vscode.version} ${where}${remote}, ${platform} ${arch}`,
    `Server: ${serverUrl === '' ? 'one of its own' : 'parley.server.url'}; parley.iceTransportPolicy: ${iceTransportPolicy}; ` +
      `parley.shareAddresses: ${shareAddresses ? 'on' : 'off'}; parley.stage.browser: ${stageBrowser}`,
  ];
}
