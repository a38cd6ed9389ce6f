import type { Frame } from 'playwright-core';
import type { ClipKind, ClipWindow } from './clip.ts';

/** What was read at a video that shows the clip. */
export interface Reading {
  /** Milliseconds from a frame's making until it was handed to the compositor here, one for each frame. */
  readonly latencies: readonly number[];
  /** Structural similarity of the luma to the frame that was made, 1 when they are the same. */
  readonly similarities: readonly number[];
  /** Height of the frames as they came, before they were scaled for the comparison. */
  readonly heights: readonly number[];
  /** Frames whose code could not be read. */
  readonly unread: number;
  /** Frames a second. */
  readonly rate: number;
}

/** How much is to be read. */
export interface ReadingOptions {
  readonly selector: string;
  readonly kind: ClipKind;
  readonly latencies: number;
  readonly similarities: number;
}

/** Waits for the first frame of the clip at the video that `selector` finds, now or later; gives when, since 1970. */
export async function firstPicture(panel: Frame, selector: string): Promise<number> {
  const video = panel.locator(selector);
  await video.waitFor({ state: 'attached' });
  return video.evaluate(async (element) => {
    if (!(element instanceof HTMLVideoElement)) throw new Error('this is no video');
    await new Promise((resolve) => {
      element.requestVideoFrameCallback(resolve);
    });
    return Date.now();
  });
}

/** Waits until the frames there are as large as the clip: an encoder begins with smaller ones. Gives when, since 1970. */
export function fullSize(panel: Frame, selector: string, kind: ClipKind): Promise<number> {
  return panel.locator(selector).evaluate(async (element, shown) => {
    const clip = (window as unknown as ClipWindow).benchClip?.(shown);
    if (!clip || !(element instanceof HTMLVideoElement)) throw new Error('there is no clip to be read');
    const deadline = performance.now() + 90_000;
    while (element.videoHeight < clip.height) {
      if (performance.now() > deadline) throw new Error('the picture does not get its full size');
      await new Promise((resolve) => {
        element.requestVideoFrameCallback(resolve);
      });
    }
    return Date.now();
  }, kind);
}

/**
 * Reads the clip at a video, in a page in which the clips' scripts ran. Latency first, by every frame, while nothing else is
 * done; then every seventh frame is kept and compared when all are there.
 */
export function readClip(panel: Frame, options: ReadingOptions): Promise<Reading> {
  return panel.evaluate(async ({ selector, kind, latencies, similarities }) => {
    const clip = (window as unknown as ClipWindow).benchClip?.(kind);
    const video = document.querySelector(selector);
    if (!clip || !(video instanceof HTMLVideoElement)) throw new Error('there is no clip to be read');

    interface Seen {
      at: number;
      luma: Uint8Array;
      width: number;
      height: number;
    }
    let bytes = new Uint8Array(0);
    const seen = async (): Promise<Seen> => {
      const at = await new Promise<number>((resolve) => {
        video.requestVideoFrameCallback(() => resolve(Date.now()));
      });
      const frame = new VideoFrame(video);
      const format = frame.format ?? 'nothing';
      if (!/^(I420|NV12)/.test(format)) throw new Error(`frames are ${format}, not planar`);
      const { width, height } = frame.visibleRect ?? { width: 0, height: 0 };
      const size = frame.allocationSize();
      if (bytes.length !== size) bytes = new Uint8Array(size);
      await frame.copyTo(bytes);
      frame.close();
      return { at, luma: bytes.subarray(0, width * height), width, height };
    };

    const times: number[] = [];
    let unread = 0;
    const start = performance.now();
    while (times.length < latencies) {
      const { at, luma, width, height } = await seen();
      const code = clip.read(luma, width, height);
      if (code) times.push(((at % clip.period) - code.time + clip.period) % clip.period);
      else if (++unread > latencies) throw new Error('the time code cannot be read');
    }
    const rate = ((times.length + unread) * 1_000) / (performance.now() - start);

    const kept: { index: number; seen: Seen }[] = [];
    for (let count = 0; kept.length < similarities; count++) {
      const picture = await seen();
      const code = clip.read(picture.luma, picture.width, picture.height);
      if (code && count % 7 === 0) {
        kept.push({ index: code.index, seen: { ...picture, luma: picture.luma.slice() } });
      }
    }

    /** The picture at the clip's size, between its points by straight lines. */
    const scaled = ({ luma, width, height }: Seen): Uint8Array => {
      if (width === clip.width && height === clip.height) return luma;
      const result = new Uint8Array(clip.width * clip.height);
      for (let y = 0; y < clip.height; y++) {
        const sy = Math.max(0, Math.min(height - 1.001, ((y + 0.5) * height) / clip.height - 0.5));
        const [top, fy] = [Math.floor(sy), sy % 1];
        for (let x = 0; x < clip.width; x++) {
          const sx = Math.max(0, Math.min(width - 1.001, ((x + 0.5) * width) / clip.width - 0.5));
          const [at, fx] = [top * width + Math.floor(sx), sx % 1];
          const upper = (luma[at] ?? 0) * (1 - fx) + (luma[at + 1] ?? 0) * fx;
          const lower = (luma[at + width] ?? 0) * (1 - fx) + (luma[at + width + 1] ?? 0) * fx;
          result[y * clip.width + x] = upper * (1 - fy) + lower * fy;
        }
      }
      return result;
    };
    /** Mean SSIM over windows of 8 x 8, every four points, with the usual constants; without code and bare ground. */
    const similarity = (a: Uint8Array, b: Uint8Array): number => {
      let sum = 0;
      let windows = 0;
      for (let y = clip.codeRows; y + 8 <= clip.height; y += 4) {
        for (let x = 0; x + 8 <= clip.width; x += 4) {
          let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
          for (let row = 0; row < 8; row++) {
            const from = (y + row) * clip.width + x;
            for (let at = from; at < from + 8; at++) {
              const va = a[at] ?? 0;
              const vb = b[at] ?? 0;
              sa += va;
              sb += vb;
              saa += va * va;
              sbb += vb * vb;
              sab += va * vb;
            }
          }
          const [ma, mb] = [sa / 64, sb / 64];
          // Bare ground is easy: where there is text, it is the text that counts.
          if (saa * 64 === sa * sa) continue;
          const [va, vb, cov] = [saa / 64 - ma * ma, sbb / 64 - mb * mb, sab / 64 - ma * mb];
          sum +=
            ((2 * ma * mb + 6.5025) * (2 * cov + 58.5225)) /
            ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
          windows++;
        }
      }
      return sum / windows;
    };
    return {
      latencies: times,
      similarities: kept.map(({ index, seen: picture }) => similarity(clip.luma(index), scaled(picture))),
      heights: kept.map(({ seen: { height } }) => height),
      unread,
      rate,
    };
  }, options);
}
