import type { Frame, Locator } from 'playwright-core';

// What a test can know of sound and pictures in a page: measured there, on what the page really plays.

/**
 * Waits until a video has shown `count` frames that differ from each other, and gives how many it saw. Throws when
 * that takes longer than `timeout` milliseconds: no frames, or a frozen picture.
 */
export async function differingFrames(video: Locator, count = 3, timeout = 15_000): Promise<number> {
  await video.waitFor({ state: 'attached', timeout });
  const seen = await video.evaluate(
    async (element, wanted) => {
      if (!(element instanceof HTMLVideoElement)) throw new Error('this is no video');
      const canvas = new OffscreenCanvas(64, 36);
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      if (!pen) throw new Error('no canvas');
      const pictures = new Set<string>();
      const deadline = performance.now() + wanted.timeout;
      while (pictures.size < wanted.count && performance.now() < deadline) {
        const decoded = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), Math.max(0, deadline - performance.now()));
          element.requestVideoFrameCallback(() => {
            clearTimeout(timer);
            resolve(true);
          });
        });
        if (!decoded) break;
        pen.drawImage(element, 0, 0, 64, 36);
        pictures.add(pen.getImageData(0, 0, 64, 36).data.join());
      }
      return pictures.size;
    },
    { count, timeout },
  );
  if (seen < count)
    throw new Error(`${String(seen)} differing frames in ${String(timeout)} ms, not ${String(count)}`);
  return seen;
}

/** How loud the loudest sample of something that the page plays was, from 0 to 1. */
export interface HeardSound {
  /** Accessible name of the nearest group around the element (a tile), or "". */
  readonly where: string;
  readonly peak: number;
}

/** Milliseconds. Chromium's fake microphone beeps about once a second, so shorter than 1,500 is too short for silence. */
const ROUND = 2_000;

/**
 * Listens for one round to every element of the page that plays sound: not paused, not muted, with a live audio track.
 * @param loud when something is louder, that is enough.
 */
async function listen(frame: Frame, loud: number): Promise<HeardSound[]> {
  const limits = { loud, duration: ROUND };
  return frame.evaluate(async (given) => {
    const context = new AudioContext();
    await context.resume();
    const ears: { where: string; analyser: AnalyserNode; peak: number }[] = [];
    for (const element of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
      const stream = element.srcObject;
      if (!(stream instanceof MediaStream) || element.paused || element.muted || element.volume === 0)
        continue;
      const tracks = stream.getAudioTracks().filter((track) => track.readyState === 'live');
      if (tracks.length === 0) continue;
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(new MediaStream(tracks)).connect(analyser);
      const where = element.closest('[role="group"]')?.getAttribute('aria-label') ?? '';
      ears.push({ where, analyser, peak: 0 });
    }
    const samples = new Float32Array(2_048);
    // Where nothing plays there is nothing to wait for: what begins to later is heard by the next who listens.
    const end = performance.now() + (ears.length > 0 ? given.duration : 0);
    while (performance.now() < end && ears.every(({ peak }) => peak <= given.loud)) {
      for (const ear of ears) {
        ear.analyser.getFloatTimeDomainData(samples);
        ear.peak = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), ear.peak);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await context.close();
    return ears.map(({ where, peak }) => ({ where, peak }));
  }, limits);
}

/** Listens until something that the page plays is louder than `above`; throws after `timeout` milliseconds. */
export async function hear(frame: Frame, above = 0.01, timeout = 15_000): Promise<HeardSound[]> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const heard = await listen(frame, above);
    if (heard.some((sound) => sound.peak > above)) return heard;
    if (Date.now() > deadline) throw new Error(`nothing was heard: ${JSON.stringify(heard)}`);
  }
}

/**
 * Listens until everything that the page plays has been silent for one round; throws after `timeout` milliseconds.
 * Silence is something that arrives and is played: no sound at all because nothing plays is no silence.
 */
export async function hearSilence(frame: Frame, below = 0.001, timeout = 15_000): Promise<void> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const before = await playedOut(frame);
    const heard = await listen(frame, below);
    const after = await playedOut(frame);
    const seconds = after.seconds - before.seconds;
    const energy = after.energy - before.energy;
    if (heard.length > 0 && heard.every((sound) => sound.peak < below) && seconds > 1 && energy < 1e-6)
      return;
    if (Date.now() > deadline)
      throw new Error(`it is not silent: ${JSON.stringify({ heard, seconds, energy })}`);
  }
}

/** In a page before its scripts: its connections can be asked for what they received, by `playedOut`. */
export function keepConnections(): void {
  const connections = new Set<RTCPeerConnection>();
  Object.assign(globalThis, { keptConnections: connections });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.add(this);
    }
  };
}

/** Samples of sound that a page has received, and of them those that it had to make up. */
export interface Concealment {
  readonly received: number;
  readonly concealed: number;
}

/** Sums over all connections that `keepConnections` has kept. */
export async function concealment(frame: Frame): Promise<Concealment> {
  return frame.evaluate(async () => {
    const sum = { received: 0, concealed: 0 };
    const kept: unknown = Reflect.get(globalThis, 'keptConnections');
    if (!(kept instanceof Set)) throw new Error('the connections of this page were not kept');
    for (const connection of kept as Set<RTCPeerConnection>) {
      for (const report of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (report['type'] !== 'inbound-rtp' || report['kind'] !== 'audio') continue;
        sum.received += Number(report['totalSamplesReceived'] ?? 0);
        sum.concealed +=
          Number(report['concealedSamples'] ?? 0) - Number(report['silentConcealedSamples'] ?? 0);
      }
    }
    return sum;
  });
}

/**
 * Sound that the page's connections have received and handed out: its energy (of W3C's webrtc-stats, full scale for a
 * second is 1) and its duration, which grows only while it is played.
 */
async function playedOut(frame: Frame): Promise<{ readonly energy: number; readonly seconds: number }> {
  return frame.evaluate(async () => {
    const total = { energy: 0, seconds: 0 };
    const kept: unknown = Reflect.get(globalThis, 'keptConnections');
    if (!(kept instanceof Set)) throw new Error('the connections of this page were not kept');
    for (const connection of kept as Set<RTCPeerConnection>) {
      for (const report of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (report['type'] !== 'inbound-rtp' || report['kind'] !== 'audio') continue;
        total.energy += Number(report['totalAudioEnergy'] ?? 0);
        total.seconds += Number(report['totalSamplesDuration'] ?? 0);
      }
    }
    return total;
  });
}
