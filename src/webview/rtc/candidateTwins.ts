import type { CandidateMessage } from '../../shared/protocol.ts';

type Candidate = CandidateMessage['candidate'];

/** candidate:<foundation> <component> <transport> <priority> <name>.local <port> typ host … (RFC 8839, section 5.1). */
const MDNS_HOST = /^(candidate:\S+ \d+ udp \d+ )[0-9a-f-]{36}\.local( \d+ typ host\b.*)$/i;

/**
 * A page without camera or microphone hides its addresses behind mDNS names, which resolve only where multicast works,
 * though its sockets are bound to every interface (measured, Chromium 156). So beside such a candidate go twins with
 * the machine's real addresses at the same port.
 */
export function twinsOf(candidate: Candidate, addresses: readonly string[]): Candidate[] {
  const parts = MDNS_HOST.exec(candidate.candidate);
  if (!parts) return [];
  return addresses.map((address) => ({
    ...candidate,
    candidate: `${parts[1] ?? ''}${address}${parts[2] ?? ''}`,
  }));
}
