import { toBase64Url } from '../../shared/base64url.ts';
import type { FilePart } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { fileKey } from './fileKeys.ts';

/** A member of the meeting and what they offer to us. */
export interface Present {
  readonly id: ParticipantId;
  readonly name: string;
  /** Holds the meeting. */
  readonly host: boolean;
  readonly offers: readonly FileOffer[];
}

/** Something of somebody else's that can be, or could once be, taken. */
export interface Offered {
  readonly key: string;
  readonly offer: FileOffer;
  /** Both empty for what an earlier meeting left. */
  readonly owner: ParticipantId;
  readonly ownerName: string;
  readonly fromHost: boolean;
  /** Nobody offers it now. */
  readonly gone: boolean;
  /** Its owner is in the meeting: what is gone was withdrawn. */
  readonly ownerHere: boolean;
}

/** So many that are gone are kept; the oldest make room. */
const MAX_GONE = 200;

/** What others offer, and what they offered as long as it matters. */
export class Others {
  #list = new Map<string, Offered>();

  /** In order of the owners' arrival; what is gone comes last. */
  get list(): readonly Offered[] {
    return [...this.#list.values()];
  }

  get(key: string): Offered | undefined {
    return this.#list.get(key);
  }

  /**
   * Takes in who is here and what they offer now.
   * @param keep whether something that is gone still matters.
   * @returns what is there that was not, or was gone, before.
   */
  sync(members: readonly Present[], keep: (offered: Offered) => boolean): Offered[] {
    const before = this.#list;
    const now = new Map<string, Offered>();
    const fresh: Offered[] = [];
    for (const { id, name, host, offers } of members) {
      for (const offer of offers) {
        const key = fileKey(id, offer.id);
        const offered = {
          key,
          offer,
          owner: id,
          ownerName: name,
          fromHost: host,
          gone: false,
          ownerHere: true,
        };
        if (!now.has(key) && (before.get(key)?.gone ?? true)) fresh.push(offered);
        now.set(key, offered);
      }
    }
    const gone = [...before.values()].filter((offered) => !now.has(offered.key) && keep(offered));
    const here = new Set(members.map(({ id }) => id));
    for (const offered of gone.slice(-MAX_GONE))
      now.set(offered.key, { ...offered, gone: true, ownerHere: here.has(offered.owner) });
    this.#list = now;
    return fresh;
  }

  /** Adds what an earlier meeting, or an earlier panel, left unfinished. Gives it as something that nobody offers. */
  addPart({ kind, name, size, modified, files }: FilePart): Offered {
    const id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const offer = { id, kind, name, size, modified, files, path: null };
    const nobody = { owner: '', ownerName: '', fromHost: false, gone: true, ownerHere: false };
    const offered = { key: fileKey('', id), offer, ...nobody };
    this.#list.set(offered.key, offered);
    return offered;
  }

  remove(key: string): void {
    this.#list.delete(key);
  }
}
