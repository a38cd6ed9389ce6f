/**
 * A fixed clip with a time code, the same wherever it is drawn: somebody who moves before a wall with fine detail. Its
 * top rows hold blocks, black or white, that say when the frame was made and which one of the clip it is.
 */
export interface Clip {
  readonly width: number;
  readonly height: number;
  /** Rows at the top that hold the code. */
  readonly codeRows: number;
  /** Frames until the clip begins again. */
  readonly length: number;
  /** Luma of a frame, `width` x `height`, without a code. The array is used again for the next. */
  luma(index: number): Uint8Array<ArrayBuffer>;
  /** Writes the time (milliseconds since 1970) and the frame's number into the top rows. */
  write(luma: Uint8Array, time: number, index: number): void;
  /** Reads them from a picture of any size; undefined when they did not survive. `time` is modulo `period`. */
  read(luma: Uint8Array, width: number, height: number): { time: number; index: number } | undefined;
  /** Times are known modulo this many milliseconds. */
  readonly period: number;
}

/** The page's clip, made by {@link installClip}. */
export interface ClipWindow {
  benchClip?: Clip;
}

/** Runs in a page and makes its clip. Stands alone, because it is handed to pages as text. */
export function installClip(): void {
  const [width, height, block, length] = [1280, 720, 32, 120];
  const [timeBits, indexBits, checkBits] = [24, 8, 8];
  const period = 2 ** timeBits;

  /** The same noise everywhere: a hash of the place. */
  const hash = (x: number, y: number, seed: number): number => {
    let h = Math.imul(x, 374_761_393) ^ Math.imul(y, 668_265_263) ^ Math.imul(seed, 1_274_126_177);
    h = Math.imul(h ^ (h >>> 13), 1_103_515_245);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
  const smooth = (x: number, y: number, seed: number): number => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - left, y - top];
    const [u, w] = [fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)];
    const upper = hash(left, top, seed) * (1 - u) + hash(left + 1, top, seed) * u;
    const lower = hash(left, top + 1, seed) * (1 - u) + hash(left + 1, top + 1, seed) * u;
    return upper * (1 - w) + lower * w;
  };
  /** Noise of four sizes, 0 to 1: as rough as plaster or cloth. */
  const texture = (x: number, y: number, seed: number): number =>
    (smooth(x / 96, y / 96, seed) * 8 +
      smooth(x / 24, y / 24, seed) * 4 +
      smooth(x / 8, y / 8, seed) * 2 +
      smooth(x / 3, y / 3, seed)) /
    15;

  const wall = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // On the right a shelf of books: upright edges.
      const shelf = x > 900 && y > 120 && y < 600;
      const book = shelf ? (hash(Math.floor(x / 22), Math.floor(y / 160), 7) - 0.5) * 110 : 0;
      wall[y * width + x] = Math.max(20, Math.min(230, 70 + 90 * texture(x, y, 1) + book));
    }
  }
  const [headWidth, headHeight] = [340, 460];
  const head = new Uint8Array(headWidth * headHeight);
  for (let y = 0; y < headHeight; y++) {
    for (let x = 0; x < headWidth; x++) {
      const [dx, dy] = [(x - headWidth / 2) / (headWidth / 2), (y - headHeight / 2) / (headHeight / 2)];
      if (dx * dx + dy * dy < 1) head[y * headWidth + x] = 60 + 60 * dx + 110 * texture(x * 2, y * 2, 3);
    }
  }
  const picture = new Uint8Array(width * height);

  const clip: Clip = {
    width,
    height,
    codeRows: block,
    length,
    period,
    luma: (index) => {
      picture.set(wall);
      const turn = (2 * Math.PI * index) / length;
      const left = Math.round((width - headWidth) / 2 - 100 + 70 * Math.sin(turn));
      const top = Math.round(height - headHeight - 60 + 24 * Math.sin(2 * turn));
      for (let y = 0; y < headHeight; y++) {
        const row = (top + y) * width + left;
        for (let x = 0; x < headWidth; x++) {
          const value = head[y * headWidth + x] ?? 0;
          if (value > 0) picture[row + x] = value;
        }
      }
      return picture;
    },
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
  (window as unknown as ClipWindow).benchClip = clip;
}
