import * as vscode from 'vscode';

/** What a VS Code without telemetry (VSCodium, `--disable-telemetry`) calls every session of every window (VS Code 1.139). */
const NO_SESSION = 'someValue.sessionId';

/** Whether a session may be that of this window, which lasts until the window is loaded anew. */
export function mayBeThisWindow(session: string): boolean {
  return session === vscode.env.sessionId;
}

/** Whether it certainly is. */
export function isThisWindow(session: string): boolean {
  return mayBeThisWindow(session) && session !== NO_SESSION;
}
