import type { Frame } from 'playwright-core';

/** Bytes that each live connection of a page with `keepConnections` has received, in the order in which they were made. */
export function receivedBytes(frame: Frame): Promise<number[]> {
  return frame.evaluate(async () => {
    const kept: unknown = Reflect.get(globalThis, 'keptConnections');
    if (!(kept instanceof Set)) throw new Error('the connections of this page were not kept');
    const all: number[] = [];
    for (const connection of kept as Set<RTCPeerConnection>) {
      if (connection.connectionState !== 'connected') continue;
      for (const report of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (report['type'] === 'transport') all.push(Number(report['bytesReceived'] ?? 0));
      }
    }
    return all;
  });
}
