import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '../../scripts/lib/children.ts';

/** A fresh folder that `dispose` removes; the end of this process does at the latest. */
export interface TempFolder {
  readonly path: string;
  dispose(): Promise<void>;
}

const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;

const left = new Set<string>();
atExit(() => {
  for (const path of left) rmSync(path, REMOVAL);
});

/** Makes a fresh folder under the system's temporary folder, e.g. as somebody's workspace. */
export async function makeTempFolder(purpose: string): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), `parley-${purpose}-`));
  left.add(path);
  const dispose = async (): Promise<void> => {
    await rm(path, REMOVAL);
    left.delete(path);
  };
  return { path, dispose };
}
