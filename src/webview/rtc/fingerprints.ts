/**
 * The certificate fingerprints that a session description promises, as one comparable text: `sha-256 AA:BB…`, each
 * once, sorted. DTLS has checked the certificate against them before a data channel opens (RFC 8122), so whoever
 * binds this text binds the connection.
 * @returns `undefined` when there is none.
 */
export function fingerprintsOf(sdp: string): string | undefined {
  const found = new Set<string>();
  for (const match of sdp.matchAll(/^a=fingerprint:([A-Za-z0-9-]+) ([0-9A-Fa-f:]+)\s*$/gm)) {
    found.add(`${(match[1] ?? '').toLowerCase()} ${(match[2] ?? '').toUpperCase()}`);
  }
  return found.size === 0 ? undefined : [...found].sort().join(',');
}
