// Reads what a track brings, without playing or drawing it: that works in a hidden panel, and before any click.

/** W3C "MediaStreamTrack Insertable Media Processing using Streams", as Chromium has it in windows too. */
interface TrackProcessor {
  readonly readable: ReadableStream<unknown>;
}
type TrackProcessorMaker = new (init: { track: MediaStreamTrack }) => TrackProcessor;

/** What was seen of a camera. */
export interface FrameFacts {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** What was heard of a microphone: samples, and the loudest of them, 0 to 1. */
export interface SoundFacts {
  readonly samples: number;
  readonly peak: number;
}

/** Frames that are enough to say that pictures come. */
const FRAMES = 3;
/** A peak at which somebody, or a room, is heard. */
const HEARD = 0.01;

/** Waits for a few frames; null where the browser cannot tell. */
export async function watchFrames(
  track: MediaStreamTrack,
  patience: number,
  signal: AbortSignal,
): Promise<FrameFacts | null> {
  let facts: FrameFacts = { frames: 0, width: 0, height: 0 };
  const readable = await read(track, patience, signal, (frame) => {
    if (!(frame instanceof VideoFrame)) return false;
    facts = { frames: facts.frames + 1, width: frame.displayWidth, height: frame.displayHeight };
    frame.close();
    return facts.frames >= FRAMES;
  });
  return readable ? facts : null;
}

/** Listens until something is heard, at most so long; null where the browser cannot tell. */
export async function listen(
  track: MediaStreamTrack,
  patience: number,
  signal: AbortSignal,
): Promise<SoundFacts | null> {
  let facts: SoundFacts = { samples: 0, peak: 0 };
  const readable = await read(track, patience, signal, (sound) => {
    if (!(sound instanceof AudioData)) return false;
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    sound.close();
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), facts.peak);
    facts = { samples: facts.samples + samples.length, peak };
    return peak >= HEARD;
  });
  return readable ? facts : null;
}

/** Hands on what the track brings until that says that it is enough; false where it cannot be read. */
async function read(
  track: MediaStreamTrack,
  patience: number,
  signal: AbortSignal,
  take: (value: unknown) => boolean,
): Promise<boolean> {
  const Processor = Reflect.get(globalThis, 'MediaStreamTrackProcessor') as TrackProcessorMaker | undefined;
  if (!Processor) return false;
  const reader = new Processor({ track }).readable.getReader();
  // What is being read ends with it, so nothing is left waiting.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(cancel, patience);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || take(value)) return true;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}
