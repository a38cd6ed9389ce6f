import type { ClipWindow, Pictures } from './clip.ts';

/**
 * Runs in a page: the clip of a camera is somebody who moves before a wall with fine detail. Stands alone, because it is
 * handed to pages as text.
 */
export function drawPerson(): void {
  const draw = (): Pictures => {
    const [width, height, length] = [1280, 720, 120];

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

    return {
      width,
      height,
      length,
      rate: 30,
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
    };
  };
  const page = window as unknown as ClipWindow;
  page.benchPictures = { ...page.benchPictures, camera: draw };
}
