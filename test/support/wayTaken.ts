import type { Frame } from 'playwright-core';

/** How a link's packets go, as `getStats` tells it of the candidate pair that ICE has chosen. */
export interface WayTaken {
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly local: string;
  readonly remote: string;
  /** How this side speaks with its relay, `udp` or `tcp`; empty when it uses none. */
  readonly relayProtocol: string;
  /** Every address in the candidates that the page itself was told of by its browser. */
  readonly addresses: readonly string[];
}

/** The ways of all links that the page has now; `keepConnections` (media.ts) has to run in it. */
export async function waysTaken(panel: Frame): Promise<WayTaken[]> {
  return panel.evaluate(async () => {
    const kept: unknown = Reflect.get(globalThis, 'keptConnections');
    if (!(kept instanceof Set)) throw new Error('the connections of this page were not kept');
    const ways: WayTaken[] = [];
    for (const connection of kept as Set<RTCPeerConnection>) {
      if (connection.connectionState !== 'connected') continue;
      const reports = new Map<string, Record<string, unknown>>(await connection.getStats());
      const all = [...reports.values()];
      // Stages and lanes have connections as well.
      if (!all.some(({ type, label }) => type === 'data-channel' && label === 'parley')) continue;
      const read = (from: Record<string, unknown> | undefined, key: string): string => {
        const value = from?.[key];
        return typeof value === 'string' ? value : '';
      };
      const transport = all.find(({ type }) => type === 'transport');
      const pair = reports.get(read(transport, 'selectedCandidatePairId'));
      const local = reports.get(read(pair, 'localCandidateId'));
      const remote = reports.get(read(pair, 'remoteCandidateId'));
      const lines = connection.localDescription?.sdp.matchAll(/^a=candidate:(?:\S+ ){4}(\S+)/gm) ?? [];
      ways.push({
        local: read(local, 'candidateType'),
        remote: read(remote, 'candidateType'),
        relayProtocol: read(local, 'relayProtocol'),
        addresses: [...lines].map((match) => match[1] ?? ''),
      });
    }
    return ways;
  });
}
