/** Where a file is, by the scheme of its URI as this extension sees it. */
export function placeOf(scheme: string): 'here' | 'other-machine' | 'nowhere' {
  if (scheme === 'file') return 'here';
  return scheme === 'vscode-remote' || scheme === 'vscode-local' ? 'other-machine' : 'nowhere';
}
