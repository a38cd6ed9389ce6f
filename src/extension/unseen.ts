import type { MeetingStatus } from '../shared/hostRpc.ts';

/** What others did while the panel was behind other editors. */
export type News = MeetingStatus['ofOthers'];

export const noNews: News = { lines: 0, files: 0, hands: 0 };

/** How many things that is. */
export function countNews({ lines, files, hands }: News): number {
  return lines + files + hands;
}

/**
 * Knows what of a meeting was there when its panel was last in view, and so what is new to whoever works before another
 * editor. What goes again, as a hand that is lowered, is no news any more.
 */
export class Unseen {
  #visible = true;
  #seen: News | undefined;
  #told = false;

  /** The panel came into view, or went behind another editor. */
  show(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#told = false;
  }

  /** @param there what there is of others now; `undefined` for somebody who is not in the meeting. */
  follow(there: News | undefined): News {
    if (!there || this.#visible || !this.#seen) {
      this.#seen = there;
      return noNews;
    }
    this.#seen = least(this.#seen, there);
    const { lines, files, hands } = this.#seen;
    return { lines: there.lines - lines, files: there.files - files, hands: there.hands - hands };
  }

  /** Whether the person is to be told of such news: once each time that the panel is out of view. */
  mustTell(news: News): boolean {
    if (this.#told || countNews(news) === 0) return false;
    this.#told = true;
    return true;
  }
}

function least(a: News, b: News): News {
  return {
    lines: Math.min(a.lines, b.lines),
    files: Math.min(a.files, b.files),
    hands: Math.min(a.hands, b.hands),
  };
}
