import type { FileModel } from '../model.ts';

/** Come to one of these, a row says something that it did not say before. */
const TELLING: ReadonlySet<string> = new Set(['running', 'interrupted', 'failed']);

/** A stretch of what scrolls, in px from its start. */
export interface Stretch {
  readonly top: number;
  readonly bottom: number;
}

/** Finds out what of the files is new, or is new to tell something. */
export class FileNews {
  #known: ReadonlyMap<string, string> | null = null;

  /** Gives the ids of these files, in their order; none of the first ones, which are all there is. */
  update(files: readonly FileModel[]): readonly string[] {
    const known = this.#known;
    this.#known = new Map(files.map((file) => [file.id, statusOf(file)]));
    if (known === null || known.size === 0) return [];
    const isNews = (file: FileModel): boolean => {
      const before = known.get(file.id);
      return before === undefined || (before !== statusOf(file) && TELLING.has(statusOf(file)));
    };
    return files.filter(isNews).map(({ id }) => id);
  }
}

function statusOf({ transfer, problem }: FileModel): string {
  return transfer?.status ?? (problem === null ? 'offered' : 'failed');
}

/** How far to scroll, so that a stretch is in view with as little movement as that takes; its start where it is longer. */
export function scrollTo(view: Stretch, { top, bottom }: Stretch): number {
  if (top < view.top || bottom - top > view.bottom - view.top) return top;
  return bottom > view.bottom ? view.top + bottom - view.bottom : view.top;
}
