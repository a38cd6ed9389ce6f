import type { ClipWindow, Pictures } from './clip.ts';

/**
 * Runs in a page: the clip of a screen is an editor of 1080p, light on dark. For three seconds somebody types, then the
 * text moves on by a few lines at a time, and back. Stands alone, because it is handed to pages as text.
 */
export function drawEditor(): void {
  const draw = (): Pictures => {
    const [width, height, length, rate] = [1920, 1080, 60, 15];
    const [line, side, typing] = [24, 320, 45];
    const words =
      'const return await import export function string number if else for of new Map Promise readonly this => ( ) { } [ ] ; . , value index length result name error'.split(
        ' ',
      );
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const sentence = (count: number): string =>
      Array.from({ length: count }, () => words[random(words.length)] ?? '').join(' ');

    /** Rows of text, drawn once. Grey only, so that the luma is known exactly. */
    const paint = (columns: number, rows: number, ground: number, texts: readonly string[]): Uint8Array => {
      const canvas = new OffscreenCanvas(columns, rows);
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      if (!pen) throw new Error('no canvas');
      pen.fillStyle = `rgb(${String(ground)} ${String(ground)} ${String(ground)})`;
      pen.fillRect(0, 0, columns, rows);
      pen.font = '16px monospace';
      for (const [at, text] of texts.entries()) {
        const grey = [212, 156, 128][at % 3] ?? 212;
        pen.fillStyle = `rgb(${String(grey)} ${String(grey)} ${String(grey)})`;
        pen.fillText(text, 12, at * line + 17);
      }
      const { data } = pen.getImageData(0, 0, columns, rows);
      return Uint8Array.from(
        { length: columns * rows },
        (_none, at) => 16 + ((data[at * 4] ?? 0) * 219) / 255,
      );
    };
    const lines = height / line;
    const code = Array.from(
      { length: lines * 2 },
      (_none, at) => `${String(at + 1).padStart(3)}  ${'  '.repeat(random(5))}${sentence(random(14))}`,
    );
    const files = Array.from({ length: lines }, () => sentence(3));
    const explorer = paint(side, height, 37, files);
    const editor = paint(width - side, height * 2, 30, code);
    const typed = sentence(20);
    const picture = new Uint8Array(width * height);

    return {
      width,
      height,
      length,
      rate,
      luma: (index) => {
        const scrolled = Math.max(0, Math.ceil((index - typing) / 3)) * 3 * line;
        const text = paint(width - side, line, 40, [typed.slice(0, Math.floor(index / 2))]);
        const caret = 20 * line - scrolled;
        for (let y = 0; y < height; y++) {
          picture.set(explorer.subarray(y * side, (y + 1) * side), y * width);
          const inLine = y - caret;
          const [from, row] = inLine >= 0 && inLine < line ? [text, inLine] : [editor, y + scrolled];
          picture.set(from.subarray(row * (width - side), (row + 1) * (width - side)), y * width + side);
        }
        return picture;
      },
    };
  };
  const page = window as unknown as ClipWindow;
  page.benchPictures = { ...page.benchPictures, screen: draw };
}
