import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { FilePart } from '../../shared/filesRpc.ts';
import type { HostApi } from '../../shared/hostRpc.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { RpcError, type Handlers, type Params, type Result } from '../../shared/rpc.ts';
import type { Dialogs } from '../dialogs.ts';
import { partPath, removePart } from '../gateway/part.ts';
import { publish } from '../gateway/publish.ts';
import { errorText, type Log } from '../log.ts';
import type { PageStreams } from '../pageStreams.ts';
import { readSettings } from '../settings.ts';
import { Acceptance, confirmLarge, isLarge } from './acceptance.ts';
import { BatchFolder } from './batchFolder.ts';
import { copyOut } from './copyOut.ts';
import { InTurn } from './inTurn.ts';
import { LookDesk } from './lookDesk.ts';
import { PartBook, type Goal, type Part } from './partBook.ts';
import { PartReceiver, type Run } from './partReceiver.ts';
import { chooseGoal, hasRoom, isPlaceOpen, showSaved, type FolderChoice } from './saveTargets.ts';
import { SavedFiles, type KeptSaved } from './savedFiles.ts';
import { confirmRemoval } from './unfinished.ts';

/** What the desk works with. */
export interface SaveDeskOptions {
  readonly streams: Pick<PageStreams, 'open'>;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** A folder of this extension's own. */
  readonly storage: vscode.Uri;
  /** Remembers what was not received to its end. */
  readonly memento: vscode.Memento;
  /** What was saved in this meeting before a restart. */
  readonly before: readonly KeptSaved[];
  /** What `saved` gives has changed. */
  readonly onSaved: () => void;
}

type Asked = Params<HostApi['openTarget']>;
type Opened = Result<HostApi['openTarget']>;

/** What has its place already. */
interface Whole {
  readonly saved: NonNullable<FilePart['saved']>;
}

/** Receives for a meeting: where things go, what is left unfinished, what is only looked at. */
export class SaveDesk {
  readonly #options: SaveDeskOptions;
  readonly #book: PartBook;
  readonly #receiver: PartReceiver;
  readonly #looks: LookDesk;
  readonly #acceptance = new Acceptance();
  readonly #dialogs = new InTurn();
  readonly #batches = new BatchFolder<FolderChoice>();
  readonly #saved = new SavedFiles();
  /** Parts of this meeting. */
  readonly #touched = new Set<string>();
  readonly #ended = new AbortController();

  constructor(options: SaveDeskOptions) {
    const { streams, dialogs, storage, memento, log, before } = options;
    this.#options = options;
    for (const { offer, target, uri } of before) {
      this.#saved.add(target, { offer, uri: vscode.Uri.parse(uri), forGood: true });
      this.#acceptance.settle(offer);
    }
    this.#book = new PartBook({ store: memento, folder: join(storage.fsPath, 'parts'), log });
    this.#receiver = new PartReceiver({ streams, log, ended: this.#ended.signal });
    this.#looks = new LookDesk({
      folder: join(storage.fsPath, 'tmp'),
      receiver: this.#receiver,
      dialogs,
      log,
      onHere: (target, saved) => this.#saved.add(target, saved),
    });
  }

  /** What can be gone on with, and what was saved: a page that is loaded anew shows it as before. */
  get parts(): readonly FilePart[] {
    return [...this.#book.parts, ...this.#saved.parts];
  }

  /** What a restarted extension host is to know of what was saved. */
  get saved(): readonly KeptSaved[] {
    return this.#saved.kept;
  }

  /** What the page asks of received files. */
  handlers(): Pick<Handlers<HostApi>, 'mayTake' | 'openTarget' | 'discardPart' | 'showSaved'> {
    return {
      mayTake: ({ offer, fromHost }) => ({ take: this.#acceptance.mayTake(offer, fromHost) }),
      openTarget: (asked) => this.#openTarget(asked),
      discardPart: ({ offer }) => this.#discard(offer).then(() => null),
      showSaved: ({ target, how }) => this.#show(target, how).then(() => null),
    };
  }

  /** Ends what is still being written, clears what was looked at and asks about what is unfinished. */
  dispose(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#looks.dispose();
    this.#end().catch((error: unknown) => {
      this.#options.log('warn', `received files were not tidied up: ${errorText(error)}`);
    });
  }

  async #end(): Promise<void> {
    await this.#receiver.over();
    await this.#looks.end();
    await this.#book.flush();
    const parts = this.#book.unfinished(this.#touched);
    if (parts.length === 0) return;
    if (await confirmRemoval(parts, this.#options.dialogs))
      await this.#book.discard(this.#book.unfinished(this.#touched));
  }

  async #openTarget(asked: Asked): Promise<Opened> {
    const isLook = asked.purpose === 'open' || asked.purpose === 'compare';
    const run = isLook ? await this.#looks.begin(asked) : await this.#save(asked);
    if (!run) return null;
    if ('saved' in run) return run;
    try {
      if (this.#ended.signal.aborted) return release(run);
      const opened = await this.#receiver.open(run);
      if (run.book === this.#book) this.#touched.add(run.part.id);
      return opened;
    } catch (error) {
      release(run);
      throw error;
    }
  }

  /** Finds the part to go on with, or asks where a new one goes. */
  async #save({ offer, from, purpose, unasked, batch }: Asked): Promise<Run | Whole | undefined> {
    const book = this.#book;
    const earlier = await this.#receiver.take(book, offer);
    if (earlier) return this.#runInto(earlier, offer);
    if (!unasked) this.#acceptance.want(offer);
    else if (this.#acceptance.isSettled(offer)) {
      // The page did not hear of its end, or somebody else offers the same, too.
      const saved = this.#saved.find(offer);
      return saved ? { saved } : undefined;
    }
    const { dialogs, log, storage } = this.#options;
    const settings = readSettings();
    const asSaved = purpose === 'save-as' ? 'save-as' : 'save';
    // A dialog for the place is a question already.
    const asksAnyway = asSaved === 'save-as' || isPlaceOpen(settings);
    if (
      !asksAnyway &&
      isLarge(offer.size, settings.filesAskAbove) &&
      !(await confirmLarge(offer, from, dialogs))
    )
      return undefined;
    if (unasked && asksAnyway) log('info', 'an offer that was to be taken by itself needs a place');
    const choose = (): Promise<Goal | undefined> =>
      chooseGoal({ offer, purpose: asSaved, batch }, settings, dialogs, this.#batches);
    // A second dialog would take the place of the first, which then counts as cancelled.
    const goal = await (asksAnyway ? this.#dialogs.run(choose) : choose());
    if (!goal) return undefined;
    const directory = goal.on === 'disk' ? goal.directory : join(storage.fsPath, 'incoming');
    if (goal.on === 'elsewhere') await mkdir(directory, { recursive: true });
    if (!(await hasRoom(directory, offer.size, goal.name, { dialogs, log }))) return undefined;
    const part = await book.begin(offer, goal, partPath(directory, safeFileName(goal.name)));
    return this.#runInto(part, offer);
  }

  #runInto(part: Part, offer: FileOffer): Run {
    const place = async (whole: string, target: string): Promise<string> => {
      const uri = await placeAt(part.goal, offer.kind, whole);
      this.#saved.add(target, { offer, uri, forGood: true });
      this.#acceptance.settle(offer);
      this.#options.onSaved();
      return basename(uri.path);
    };
    return { book: this.#book, part, offer, place };
  }

  async #discard(offer: FileOffer): Promise<void> {
    this.#acceptance.settle(offer);
    for (const book of [this.#book, this.#looks.book]) await this.#receiver.discard(book, offer);
  }

  async #show(target: string, how: 'open' | 'reveal'): Promise<void> {
    const saved = this.#saved.get(target);
    if (!saved) throw new RpcError('failed', 'there is no such saved file');
    await showSaved(saved.uri, saved.offer.kind, how, this.#options.dialogs);
  }
}

/** Gives a whole part its place; resolves with where that is. */
async function placeAt(goal: Goal, kind: FileOffer['kind'], part: string): Promise<vscode.Uri> {
  if (goal.on === 'disk') return vscode.Uri.file(await publish(kind, part, goal.directory, goal.name));
  const uri = await copyOut(part, vscode.Uri.parse(goal.folder, true), goal.name);
  await removePart(part);
  return uri;
}

/** Lets go of a part that is not written after all. */
function release({ book, part }: Run): null {
  book.release(part, { paused: false });
  return null;
}
