import { twinsOf } from '../rtc/candidateTwins.ts';
import { selectedPair } from '../rtc/statsReport.ts';
import { routeOf } from '../rtc/statsRoute.ts';

/** Bytes of one message of the measurement, and those that may wait in the channel. */
const CHUNK = 64 * 1024;
const HIGH_WATER = 1024 * 1024;

/** Two connections of this page to each other, made as those of a meeting are. */
export class Pair {
  readonly #here: RTCPeerConnection;
  readonly #there: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  /** The other end of the channel, once it is open. */
  readonly #farOpen: Promise<RTCDataChannel>;
  #far: RTCDataChannel | null = null;

  /** @param addresses this machine's, for twins of mDNS candidates. */
  constructor(config: RTCConfiguration, addresses: readonly string[]) {
    this.#here = new RTCPeerConnection(config);
    this.#there = new RTCPeerConnection(config);
    handOver(this.#here, this.#there, addresses);
    handOver(this.#there, this.#here, addresses);
    this.#channel = this.#here.createDataChannel('test');
    this.#channel.binaryType = 'arraybuffer';
    this.#farOpen = new Promise((resolve) => {
      this.#there.ondatachannel = ({ channel }) => {
        channel.binaryType = 'arraybuffer';
        channel.onopen = () => resolve(channel);
        if (channel.readyState === 'open') resolve(channel);
      };
    });
  }

  /** Resolves to whether there is a channel, both ends of which are open, in time. */
  async open(patience: number, signal: AbortSignal): Promise<boolean> {
    const opened = new Promise<boolean>((resolve) => {
      this.#channel.onopen = () => {
        void this.#farOpen.then((far) => {
          this.#far = far;
          resolve(true);
        });
      };
      setTimeout(() => resolve(false), patience);
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    await this.#here.setLocalDescription();
    await this.#there.setRemoteDescription(this.#here.localDescription ?? { type: 'offer' });
    await this.#there.setLocalDescription();
    await this.#here.setRemoteDescription(this.#there.localDescription ?? { type: 'answer' });
    return opened;
  }

  /** Milliseconds that a word takes from here to there and an answer back, each side asking once; null without one. */
  async roundTrip(patience: number): Promise<number | null> {
    const far = this.#far;
    if (!far) return null;
    const there = await askOnce(this.#channel, far, patience);
    const back = there === null ? null : await askOnce(far, this.#channel, patience);
    return there === null || back === null ? null : Math.min(there, back);
  }

  /** Whether a relay is gone through. */
  async relayed(): Promise<boolean> {
    const report = await this.#here.getStats();
    return routeOf(report, selectedPair(report).pair)?.way === 'relayed';
  }

  /** Sends as fast as the channel takes it; gives bytes a second that arrived, null when nothing did. */
  async measure(milliseconds: number, signal: AbortSignal): Promise<number | null> {
    const far = this.#far;
    if (!far) return null;
    let bytes = 0;
    let first = 0;
    let last = 0;
    far.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return;
      last = performance.now();
      // What it took for the first to come is no part of the rate.
      if (first === 0) first = last;
      else bytes += data.byteLength;
    };
    const chunk = new ArrayBuffer(CHUNK);
    const ends = performance.now() + milliseconds;
    this.#channel.bufferedAmountLowThreshold = HIGH_WATER / 2;
    while (performance.now() < ends && !signal.aborted && this.#channel.readyState === 'open') {
      while (this.#channel.bufferedAmount < HIGH_WATER) this.#channel.send(chunk);
      await drained(this.#channel, ends - performance.now());
    }
    far.onmessage = null;
    return bytes === 0 ? null : (bytes / (last - first)) * 1_000;
  }

  dispose(): void {
    this.#here.close();
    this.#there.close();
  }
}

function handOver(from: RTCPeerConnection, to: RTCPeerConnection, addresses: readonly string[]): void {
  const waiting: RTCIceCandidateInit[] = [];
  const add = (candidate: RTCIceCandidateInit): void => {
    // One that the other side cannot use (a family it has not) is one way less, and no more.
    to.addIceCandidate(candidate).catch(() => undefined);
  };
  from.onicecandidate = ({ candidate }) => {
    if (!candidate) return;
    const { candidate: text, sdpMid, sdpMLineIndex } = candidate;
    const own = { candidate: text, sdpMid, sdpMLineIndex };
    const all = [own, ...twinsOf(own, addresses)];
    if (to.remoteDescription) for (const one of all) add(one);
    else waiting.push(...all);
  };
  to.addEventListener('signalingstatechange', () => {
    if (to.remoteDescription) for (const one of waiting.splice(0)) add(one);
  });
}

async function askOnce(from: RTCDataChannel, to: RTCDataChannel, patience: number): Promise<number | null> {
  const word = 'parley';
  to.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === word) to.send(word);
  };
  try {
    return await new Promise<number | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), patience);
      const asked = performance.now();
      from.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data !== word) return;
        clearTimeout(timer);
        resolve(performance.now() - asked);
      };
      from.send(word);
    });
  } finally {
    from.onmessage = to.onmessage = null;
  }
}

function drained(channel: RTCDataChannel, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, patience));
    channel.onbufferedamountlow = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
