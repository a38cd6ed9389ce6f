import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const WIDTH = 320;
const HEIGHT = 180;
/** Pictures a second, and how many there are before they begin again. */
const RATE = 5;
const COUNT = 10;

/**
 * Writes what a fake camera is to show: small and seldom enough that encoding it three times over leaves two cores time for
 * what is measured. Gives the arguments for Chromium.
 */
export async function smallCamera(folder: string): Promise<string[]> {
  const path = join(folder, 'camera.y4m');
  const parts: Uint8Array[] = [text(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`)];
  for (let picture = 0; picture < COUNT; picture++) {
    const luma = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
      const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
      // A bar that wanders over a slope: no two pictures are the same.
      return Math.floor((x * COUNT) / WIDTH) === picture ? 220 : 40 + Math.floor((y * 120) / HEIGHT);
    });
    parts.push(text('FRAME\n'), luma, new Uint8Array((WIDTH * HEIGHT) / 2).fill(128));
  }
  await writeFile(path, Buffer.concat(parts));
  return [`--use-file-for-fake-video-capture=${path}`];
}

function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}
