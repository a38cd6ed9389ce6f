import { basename } from 'node:path';
import type * as vscode from 'vscode';
import type { FilePart } from '../../shared/hostRpc.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { samenessOf } from '../../shared/sameness.ts';

/** Something that was received and can be shown. */
export interface SavedFile {
  readonly offer: FileOffer;
  readonly uri: vscode.Uri;
  /** It was not only looked at. */
  readonly forGood: boolean;
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
    for (const [target, saved] of this.#saved) {
      if (saved.forGood && samenessOf(saved.offer) === same)
        return { name: basename(saved.uri.path), target };
    }
    return null;
  }

  /** What was saved, of the same the last one, for a page that is loaded anew. */
  get parts(): FilePart[] {
    const parts = new Map<string, FilePart>();
    for (const [target, { offer, uri, forGood }] of this.#saved) {
      if (!forGood) continue;
      const { kind, name, size, modified, files } = offer;
      const saved = { name: basename(uri.path), target };
      parts.set(samenessOf(offer), { kind, name, size, modified, files, bytes: size, paused: false, saved });
    }
    return [...parts.values()];
  }
}
