import type { ClipKind, ClipWindow } from './clip.ts';

/** Chromium's own, in no library of types: a track made of the frames that are written to it. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

/**
 * Runs in a page after the clips, before its own scripts: its camera and its screen then are clips, each frame with the
 * time at which it was made. The microphone stays what it was.
 */
export function captureClips(): void {
  const clips = (window as unknown as ClipWindow).benchClip;
  const devices = (window as { MediaDevices?: typeof MediaDevices }).MediaDevices?.prototype;
  if (!clips || !devices) return;
  const original = Reflect.get(devices, 'getUserMedia');

  const open = (kind: ClipKind): MediaStreamTrack => {
    const clip = clips(kind);
    const { width, height, rate } = clip;
    const Generator = (
      window as unknown as { MediaStreamTrackGenerator: new (init: { kind: 'video' }) => TrackGenerator }
    ).MediaStreamTrackGenerator;
    const track = new Generator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const i420 = new Uint8Array((width * height * 3) / 2).fill(128);
    let index = 0;
    let due = performance.now();
    const next = (): void => {
      if (track.readyState === 'ended') return;
      due = Math.max(due + 1_000 / rate, performance.now() - 100);
      index = (index + 1) % clip.length;
      i420.set(clip.luma(index));
      clip.write(i420, Date.now(), index);
      const timestamp = Math.round(performance.now() * 1_000);
      const frame = new VideoFrame(i420, {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp,
      });
      // Rejected when the camera was stopped meanwhile.
      writer.write(frame).catch(() => frame.close());
      setTimeout(next, due - performance.now());
    };
    next();
    return track;
  };

  const replaced = function (this: MediaDevices, constraints?: MediaStreamConstraints): Promise<MediaStream> {
    if (!constraints?.video) return Reflect.apply(original, this, [constraints]);
    return Promise.resolve(new MediaStream([open('camera')]));
  };
  Reflect.set(devices, 'getUserMedia', replaced);
  const screen = (): Promise<MediaStream> => Promise.resolve(new MediaStream([open('screen')]));
  Reflect.set(devices, 'getDisplayMedia', screen);
}
