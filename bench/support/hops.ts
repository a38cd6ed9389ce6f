import type { Frame } from 'playwright-core';

/** One RTP stream of a picture, as the browser counts it since it began. */
export type Hop = Readonly<Record<string, number | string>>;

interface Watched {
  connections?: RTCPeerConnection[];
}

/** Runs in every frame of a page, before its own scripts: keeps hold of its connections, for {@link hopsOf}. */
export function watchConnections(): void {
  const watched = window as unknown as Watched;
  const kept: RTCPeerConnection[] = (watched.connections ??= []);
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      kept.push(this);
    }
  };
}

/** The pictures that a page sends and receives: size, rates, and what a frame costs on average, in milliseconds. */
export function hopsOf(frame: Frame): Promise<Hop[]> {
  return frame.evaluate(async () => {
    const hops: Record<string, number | string>[] = [];
    for (const pc of (window as unknown as Watched).connections ?? []) {
      if (pc.connectionState !== 'connected') continue;
      const report = await pc.getStats();
      const all = [...(report as unknown as Map<string, Record<string, unknown>>).values()];
      for (const stats of all) {
        if (stats['kind'] !== 'video' || !['inbound-rtp', 'outbound-rtp'].includes(String(stats['type'])))
          continue;
        const count = (name: string): number => Number(stats[name] ?? 0);
        const each = (name: string, per: string): number =>
          count(per) === 0 ? 0 : Math.round((count(name) / count(per)) * 10_000) / 10;
        const codec = all.find(({ id }) => id === stats['codecId'])?.['mimeType'];
        const hop: Record<string, number | string> = {
          codec: typeof codec === 'string' ? codec : '',
          height: count('frameHeight'),
          fps: count('framesPerSecond'),
        };
        if (stats['type'] === 'outbound-rtp') {
          if (count('framesEncoded') === 0) continue;
          hop['encode'] = each('totalEncodeTime', 'framesEncoded');
          hop['pace'] = each('totalPacketSendDelay', 'packetsSent');
          hop['kbps'] = Math.round(count('targetBitrate') / 1_000);
          hop['limit'] = String(stats['qualityLimitationReason']);
          hop['resized'] = count('qualityLimitationResolutionChanges');
          hop['keys'] = count('keyFramesEncoded');
          hop['qp'] = Math.round(count('qpSum') / count('framesEncoded'));
        } else {
          if (count('framesDecoded') === 0) continue;
          hop['jitterBuffer'] = each('jitterBufferDelay', 'jitterBufferEmittedCount');
          hop['jitterTarget'] = each('jitterBufferTargetDelay', 'jitterBufferEmittedCount');
          hop['decode'] = each('totalDecodeTime', 'framesDecoded');
          hop['processing'] = each('totalProcessingDelay', 'framesDecoded');
          hop['dropped'] = count('framesDropped');
          hop['lost'] = count('packetsLost');
        }
        hops.push(hop);
      }
    }
    return hops;
  });
}
