/** Where this extension runs, seen from the window. */
export interface Place {
  /** `vscode.env.remoteName`; undefined for a window that is not remote. */
  readonly remoteName: string | undefined;
  /** Whether the extension runs beside the window (`ExtensionKind.UI`) and not where the workspace is. */
  readonly besideWindow: boolean;
}

/**
 * The schemes by which the window knows files that this extension can read from a disk, for `resourceScheme in …` in
 * `when` clauses. In a remote window `file` means the machine with the window and `vscode-remote` the other one; an
 * extension sees the files of its own machine as `file`, whichever that is.
 */
export function shareableSchemes({ remoteName, besideWindow }: Place): readonly string[] {
  return [remoteName === undefined || besideWindow ? 'file' : 'vscode-remote'];
}

/** Where a file is, by the scheme of its URI as this extension sees it. */
export function placeOf(scheme: string): 'here' | 'other-machine' | 'nowhere' {
  if (scheme === 'file') return 'here';
  return scheme === 'vscode-remote' || scheme === 'vscode-local' ? 'other-machine' : 'nowhere';
}
