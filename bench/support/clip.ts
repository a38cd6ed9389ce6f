import { drawEditor } from './clipEditor.ts';
import { drawPerson } from './clipPerson.ts';

/** What a clip is of: somebody before a wall, or an editor full of text. */
export type ClipKind = 'camera' | 'screen';

/** The pictures of a clip: the same wherever they are drawn. */
export interface Pictures {
  readonly width: number;
  readonly height: number;
  /** Frames until the clip begins again; at most 256. */
  readonly length: number;
  /** Frames a second. */
  readonly rate: number;
  /** Luma of a frame, `width` x `height`, without a code. The array is used again for the next. */
  luma(index: number): Uint8Array<ArrayBuffer>;
}

/**
 * A fixed clip with a time code. Its top rows hold blocks, black or white, that say when the frame was made and which one
 * of the clip it is.
 */
export interface Clip extends Pictures {
  /** Rows at the top that hold the code. */
  readonly codeRows: number;
  /** Writes the time (milliseconds since 1970) and the frame's number into the top rows. */
  write(luma: Uint8Array, time: number, index: number): void;
  /** Reads them from a picture of any size; undefined when they did not survive. `time` is modulo `period`. */
  read(luma: Uint8Array, width: number, height: number): { time: number; index: number } | undefined;
  /** Times are known modulo this many milliseconds. */
  readonly period: number;
}

/** A page in which {@link CLIPS} ran. */
export interface ClipWindow {
  benchPictures?: Partial<Record<ClipKind, () => Pictures>>;
  /** The clip, drawn when it is asked for the first time. */
  benchClip?: (kind: ClipKind) => Clip;
}

/** To be run in a page before its own scripts, in this order: then it has clips. */
export const CLIPS: readonly (() => void)[] = [drawPerson, drawEditor, installClips];

/** Runs in a page. Stands alone, because it is handed to pages as text. */
function installClips(): void {
  const [columns, timeBits, indexBits, checkBits] = [40, 24, 8, 8];
  const period = 2 ** timeBits;
  const page = window as unknown as ClipWindow;
  const clips = new Map<ClipKind, Clip>();

  const withCode = (pictures: Pictures): Clip => {
    const { width, height, length, rate } = pictures;
    const block = width / columns;
    return {
      width,
      height,
      length,
      rate,
      codeRows: block,
      period,
      luma: (index) => pictures.luma(index),
      write: (luma, time, index) => {
        const code =
          (time % period).toString(2).padStart(timeBits, '0') + index.toString(2).padStart(indexBits, '0');
        const check = (Number.parseInt(code, 2) % 251).toString(2).padStart(checkBits, '0');
        const bits = code + check;
        for (let y = 0; y < block; y++) {
          for (let at = 0; at < bits.length; at++) {
            luma.fill(bits[at] === '1' ? 235 : 16, y * width + at * block, y * width + (at + 1) * block);
          }
        }
      },
      read: (luma, seenWidth, seenHeight) => {
        const scale = seenWidth / width;
        if (Math.abs(seenHeight - height * scale) > 2) return undefined;
        const row = Math.round((block / 2) * scale) * seenWidth;
        let text = '';
        for (let at = 0; at < timeBits + indexBits + checkBits; at++) {
          text += (luma[row + Math.round((at + 0.5) * block * scale)] ?? 0) > 125 ? '1' : '0';
        }
        const code = text.slice(0, timeBits + indexBits);
        const index = Number.parseInt(code.slice(timeBits), 2);
        if (Number.parseInt(code, 2) % 251 !== Number.parseInt(text.slice(code.length), 2)) return undefined;
        return index < length ? { time: Number.parseInt(code.slice(0, timeBits), 2), index } : undefined;
      },
    };
  };

  page.benchClip = (kind) => {
    const known = clips.get(kind);
    if (known) return known;
    const draw = page.benchPictures?.[kind];
    if (!draw) throw new Error(`nobody has drawn the ${kind}`);
    const clip = withCode(draw());
    clips.set(kind, clip);
    return clip;
  };
}
