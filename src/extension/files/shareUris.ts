import * as vscode from 'vscode';

/** A URI out of a text from outside; `undefined` for what is none. */
export function parseUri(text: string): vscode.Uri | undefined {
  try {
    const uri = vscode.Uri.parse(text, true);
    return uri.path === '' ? undefined : uri;
  } catch {
    // What is no URI is no file: a drop may hold any text.
    return undefined;
  }
}

/** Leaves out what is named twice, or lies in a folder that was chosen, too. */
export function outermost(uris: readonly vscode.Uri[]): vscode.Uri[] {
  const unique = new Map(uris.map((uri) => [uri.toString(), uri]));
  return Array.from(unique.values()).filter((uri) => {
    const { path } = uri;
    // The path of an editor that was never saved has no slash at all.
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (unique.has(uri.with({ path: path.slice(0, end) }).toString())) return false;
    }
    return true;
  });
}
