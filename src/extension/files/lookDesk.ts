import { basename } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { HostApi } from '../../shared/hostRpc.ts';
import type { Params } from '../../shared/rpc.ts';
import { formatBytes } from '../../shared/sizes.ts';
import type { Dialogs } from '../dialogs.ts';
import { partPath } from '../gateway/part.ts';
import { errorText, type Log } from '../log.ts';
import { plainName } from '../personName.ts';
import { chooseMine, showCompared } from './compare.ts';
import { LookRoom, MAX_LOOK } from './lookRoom.ts';
import { memoryStore, PartBook, type Goal } from './partBook.ts';
import type { PartReceiver, Run } from './partReceiver.ts';
import { hasRoom, showSaved } from './saveTargets.ts';
import type { SavedFile } from './savedFiles.ts';

type Asked = Pick<Params<HostApi['openTarget']>, 'offer' | 'from' | 'purpose'>;

/** What the desk works with. */
export interface LookDeskOptions {
  /** Where the folders of all windows' looks lie. */
  readonly folder: string;
  readonly receiver: Pick<PartReceiver, 'take'>;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** Something is here and can be shown again. */
  readonly onHere: (target: string, saved: SavedFile) => void;
}

/** Receives what is only looked at, or compared with what is here: it is shown as soon as it is whole, and goes with the meeting. */
export class LookDesk {
  readonly #options: LookDeskOptions;
  readonly #room: LookRoom;
  /** Its parts; they go with the meeting. */
  readonly book: PartBook;

  constructor(options: LookDeskOptions) {
    const { folder, log } = options;
    this.#options = options;
    this.#room = new LookRoom(folder, log);
    this.book = new PartBook({ store: memoryStore(), folder: this.#room.folder, log });
  }

  /** Shows what is here already, or prepares to receive it. */
  async begin({ offer, from, purpose }: Asked): Promise<Run | undefined> {
    const { receiver, dialogs, log, onHere } = this.#options;
    const name = plainName(safeFileName(offer.name));
    if (offer.kind === 'folder') {
      void dialogs.info(vscode.l10n.t('"{0}" is a folder. Save it to look into it.', name));
      return undefined;
    }
    if (offer.size > MAX_LOOK) {
      const sentence = vscode.l10n.t(
        '"{0}" ({1}) is too large to look at. Save it instead.',
        name,
        formatBytes(offer.size),
      );
      void dialogs.info(sentence);
      return undefined;
    }
    const mine = purpose === 'compare' ? await chooseMine(offer, dialogs) : null;
    if (mine === undefined) return undefined;
    const show = (uri: vscode.Uri): Promise<void> =>
      mine ? showCompared(mine, uri, offer, from) : showSaved(uri, 'file', 'open', dialogs);
    const here = this.#room.find(offer);
    if (here) {
      await show(here);
      return undefined;
    }
    await this.#room.prepare();
    const { book } = this;
    const { folder } = this.#room;
    const earlier = await receiver.take(book, offer);
    if (!earlier && !(await hasRoom(folder, offer.size, name, { dialogs, log }))) return undefined;
    const goal: Goal = { on: 'disk', directory: folder, name: safeFileName(offer.name) };
    const part = earlier ?? (await book.begin(offer, goal, partPath(folder, goal.name)));
    const place = async (whole: string, target: string): Promise<string> => {
      const uri = await this.#room.add(whole, offer, from);
      show(uri).catch((error: unknown) =>
        log('warn', `a received file could not be shown: ${errorText(error)}`),
      );
      onHere(target, { offer, uri, forGood: false });
      return basename(uri.path);
    };
    return { book, offer, part, place };
  }

  /** Nothing can be looked at any more; at once, so that the next meeting can have a room. */
  dispose(): void {
    this.#room.dispose();
  }

  /** Closes the tabs and removes the files. */
  async end(): Promise<void> {
    await this.#room.end();
  }
}
