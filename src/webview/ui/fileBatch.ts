import type { FileModel } from '../model.ts';

/** How far several transfers have come together. */
export interface Overall {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
  readonly size: number;
}

/** How many are on their way just now: those that others wait for. */
export function countRunning(files: readonly FileModel[]): number {
  return files.filter(isRunning).length;
}

function isRunning({ transfer }: FileModel): boolean {
  return transfer?.status === 'running' || transfer?.status === 'asking';
}

function isUnderWay(file: FileModel): boolean {
  return isRunning(file) || file.transfer?.status === 'queued';
}

/** Transfers that overlap in time, from when the first began until none is under way. */
export class FileBatch {
  readonly #ids = new Set<string>();

  /** Gives how far they are, or null unless there is more than one. What was paused or failed does not count. */
  update(files: readonly FileModel[]): Overall | null {
    for (const file of files) if (isUnderWay(file)) this.#ids.add(file.id);
    if (!files.some(isUnderWay)) this.#ids.clear();
    const counted = files.filter(
      (file) => this.#ids.has(file.id) && (isUnderWay(file) || file.transfer?.status === 'saved'),
    );
    if (counted.length < 2) return null;
    return {
      done: counted.filter(({ transfer }) => transfer?.status === 'saved').length,
      total: counted.length,
      bytes: counted.reduce((sum, { transfer, size }) => sum + Math.min(transfer?.bytes ?? 0, size), 0),
      size: counted.reduce((sum, { size }) => sum + size, 0),
    };
  }
}
