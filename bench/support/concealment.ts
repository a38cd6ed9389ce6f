import type { Frame } from 'playwright-core';

/** Samples of sound that a page has received, and of them those that it had to make up. */
export interface Concealment {
  readonly received: number;
  readonly concealed: number;
}

/** Sums over the connections that `watchConnections` has kept. */
export function concealment(frame: Frame): Promise<Concealment> {
  return frame.evaluate(async () => {
    const sum = { received: 0, concealed: 0 };
    const { connections = [] } = globalThis as { connections?: RTCPeerConnection[] };
    for (const connection of connections) {
      const report = (await connection.getStats()) as unknown as Map<string, Record<string, unknown>>;
      for (const stats of report.values()) {
        if (stats['type'] !== 'inbound-rtp' || stats['kind'] !== 'audio') continue;
        sum.received += Number(stats['totalSamplesReceived'] ?? 0);
        sum.concealed +=
          Number(stats['concealedSamples'] ?? 0) - Number(stats['silentConcealedSamples'] ?? 0);
      }
    }
    return sum;
  });
}
