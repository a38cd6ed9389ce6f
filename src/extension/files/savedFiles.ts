import { basename } from 'node:path';
import type * as vscode from 'vscode';
import type { FilePart } from '../../shared/filesRpc.ts';
import { MAX_OFFERS } from '../../shared/limits.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { samenessOf } from '../../shared/sameness.ts';

/** Something that was received and can be shown. */
export interface SavedFile {
  readonly offer: FileOffer;
  readonly uri: vscode.Uri;
  /** It was not only looked at. */
  readonly forGood: boolean;
}

/** What is remembered of something saved over a restart of the extension host. */
export interface KeptSaved {
  readonly offer: FileOffer;
  /** What the page knows it by. */
  readonly target: string;
  readonly uri: string;
}

/** What was received in this meeting, by the word under which the page knows it. */
export class SavedFiles {
  readonly #saved = new Map<string, SavedFile>();

  add(target: string, saved: SavedFile): void {
    this.#saved.set(target, saved);
  }

  get(target: string): SavedFile | undefined {
    return this.#saved.get(target);
  }

  /** What was saved of an offer of the same; null where nothing was. */
  find(offer: FileOffer): FilePart['saved'] {
    const same = samenessOf(offer);
    const found = this.#whole.find(([, saved]) => samenessOf(saved.offer) === same);
    return found ? { name: basename(found[1].uri.path), target: found[0] } : null;
  }

  /** What was saved, of the same the last one, for a page that is loaded anew. */
  get parts(): FilePart[] {
    return this.#latest.map(([target, { offer, uri }]) => {
      const { kind, name, size, modified, files } = offer;
      const saved = { name: basename(uri.path), target };
      return { kind, name, size, modified, files, bytes: size, paused: false, saved };
    });
  }

  /** What was saved, of the same the last one, for the next extension host. */
  get kept(): KeptSaved[] {
    return this.#latest
      .slice(-MAX_OFFERS)
      .map(([target, { offer, uri }]) => ({ offer, target, uri: uri.toString() }));
  }

  get #whole(): [string, SavedFile][] {
    return [...this.#saved].filter(([, { forGood }]) => forGood);
  }

  get #latest(): [string, SavedFile][] {
    return [...new Map(this.#whole.map((one) => [samenessOf(one[1].offer), one])).values()];
  }
}
