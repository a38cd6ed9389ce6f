import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder that `dispose` removes. */
export interface TempFolder {
  readonly path: string;
  dispose(): Promise<void>;
}

/** Makes a fresh folder under the system's temporary folder, e.g. as somebody's workspace. */
export async function makeTempFolder(purpose: string): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), `parley-${purpose}-`));
  return { path, dispose: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}
