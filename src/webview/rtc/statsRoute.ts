import * as v from 'valibot';
import type { InterfaceKind, Route } from '../connectionModel.ts';
import { type Entry, type Report, text } from './statsReport.ts';

const pairEnds = v.object({ localCandidateId: text, remoteCandidateId: text });
const candidate = v.object({
  candidateType: v.picklist(['host', 'srflx', 'prflx', 'relay']),
  address: text,
  relayProtocol: v.fallback(v.nullable(v.picklist(['udp', 'tcp', 'tls'])), null),
  networkType: v.fallback(v.nullable(v.picklist(['ethernet', 'wifi', 'cellular', 'vpn', 'bluetooth'])), null),
});
type Candidate = v.InferOutput<typeof candidate>;

/** How the packets of a candidate pair go; null while that cannot be told. */
export function routeOf(report: Report, pair: Entry): Route | null {
  const { local, remote } = endsOf(report, pair);
  if (!local || !remote) return null;
  if (local.candidateType === 'relay') return { way: 'relayed', protocol: local.relayProtocol };
  if (remote.candidateType === 'relay') return { way: 'relayed', protocol: null };
  return { way: 'direct', over: overOf(local, remote) };
}

/** By which kind of interface this machine sends; Chromium tells it of candidates of its own. */
export function networkOf(report: Report, pair: Entry): InterfaceKind | null {
  return endsOf(report, pair).local?.networkType ?? null;
}

/** The addresses at both ends of a candidate pair, as far as the browser tells them. */
export function addressesOf(report: Report, pair: Entry): string[] {
  const { local, remote } = endsOf(report, pair);
  const told = [local?.address ?? '', remote?.address ?? ''];
  return told.filter((address) => address !== '' && !address.endsWith('.local'));
}

/** Of candidates that were not translated by a router, addresses alone tell; of others' pages they are often hidden. */
function overOf(local: Candidate, remote: Candidate): 'lan' | 'internet' | 'unknown' {
  const ends = [local, remote];
  if (ends.some(({ candidateType }) => candidateType === 'srflx')) return 'internet';
  const seen = ends.filter(({ candidateType }) => candidateType === 'prflx');
  if (seen.some(({ address }) => address !== null && address !== '' && !isLocal(address))) return 'internet';
  if (seen.some(({ address }) => address === null || address === '')) return 'unknown';
  const { address } = remote;
  return address === null || address === '' || isLocal(address) ? 'lan' : 'unknown';
}

/** Whether an address is one that networks and machines give themselves, or a name that only a local network resolves. */
function isLocal(address: string): boolean {
  return (
    /^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(address) ||
    /^\[?(::1\]?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i.test(address) ||
    address.endsWith('.local')
  );
}

function endsOf(report: Report, pair: Entry): { readonly local?: Candidate; readonly remote?: Candidate } {
  const ids = v.safeParse(pairEnds, pair);
  if (!ids.success) return {};
  const { localCandidateId, remoteCandidateId } = ids.output;
  const local = v.safeParse(candidate, localCandidateId === null ? null : report.get(localCandidateId));
  const remote = v.safeParse(candidate, remoteCandidateId === null ? null : report.get(remoteCandidateId));
  return { ...(local.success && { local: local.output }), ...(remote.success && { remote: remote.output }) };
}
