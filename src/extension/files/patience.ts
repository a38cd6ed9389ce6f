import * as vscode from 'vscode';
import { withTimeLimit } from '../timeLimit.ts';

/** Milliseconds before something that takes its time is shown. */
const PATIENCE = 500;

/** Does something that is mostly quick; where it is not, shows that it goes on, and lets the person end it. */
export async function withPatience<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let show = (_message: string): void => undefined;
  const working = work(abort.signal, (message) => show(message));
  const quick = await withTimeLimit(
    working.then(() => true),
    PATIENCE,
  );
  if (quick) return working;
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      token.onCancellationRequested(() => abort.abort());
      show = (message) => progress.report({ message });
      return working;
    },
  );
}
