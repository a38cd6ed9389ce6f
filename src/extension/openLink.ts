import * as vscode from 'vscode';
import { errorText, type Log } from './log.ts';
import { withTimeLimit } from './timeLimit.ts';

/**
 * Opens an address in VS Code's integrated browser (desktop, since 1.109). The older Simple Browser is no substitute:
 * it shows pages in a frame of a webview, where nothing may capture.
 */
const INTEGRATED_BROWSER = 'workbench.action.browser.open';
/** VS Code may ask first whether the link is to be trusted; whoever thinks longer is not kept waiting in the panel. */
const OPENING_TIME_LIMIT = 15_000;

/** Opens a link in the system's browser; false when that does not work or the person says no. */
export async function openInSystemBrowser(link: string, log: Log): Promise<boolean> {
  try {
    // Parsed and written again by VS Code: a fragment of base64url comes out as it went in.
    const opening = vscode.env.openExternal(vscode.Uri.parse(link, true));
    return (await withTimeLimit(opening, OPENING_TIME_LIMIT)) ?? true;
  } catch (error) {
    log('warn', `the system's browser could not be opened: ${errorText(error)}`);
    return false;
  }
}

/** Opens a link in VS Code's integrated browser; false where there is none. */
export async function openInIntegratedBrowser(link: string, log: Log): Promise<boolean> {
  try {
    const commands = await vscode.commands.getCommands(true);
    if (!commands.includes(INTEGRATED_BROWSER)) {
      log('info', 'there is no integrated browser here');
      return false;
    }
    await withTimeLimit(vscode.commands.executeCommand(INTEGRATED_BROWSER, link), OPENING_TIME_LIMIT);
    return true;
  } catch (error) {
    log('warn', `the integrated browser could not be opened: ${errorText(error)}`);
    return false;
  }
}

/** Opens an address of the web or of somebody's mail, which others have written: VS Code asks where it does not trust it. */
export async function openWebLink(href: string, log: Log): Promise<void> {
  try {
    // As a text: a Uri loses which signs of a query were escaped.
    if (href.startsWith('http')) await vscode.commands.executeCommand('vscode.open', href);
    else await vscode.env.openExternal(vscode.Uri.parse(href, true));
  } catch (error) {
    log('warn', `a link could not be opened: ${errorText(error)}`);
  }
}
