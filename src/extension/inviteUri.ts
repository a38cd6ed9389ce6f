/** The parts of a `vscode.Uri`, decoded as VS Code hands them over. */
export interface UriParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Puts a URI that VS Code took apart together again, as it stood in the invite. */
export function inviteFromUri(uri: UriParts): string {
  return `${uri.scheme}://${uri.authority}${uri.path}?${uri.query}#${uri.fragment}`;
}
