import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { FilePart } from '../../shared/filesRpc.ts';
import type { HostApi } from '../../shared/hostRpc.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import { formatBytes } from '../../shared/sizes.ts';
import { RpcError, type Handlers, type Params, type Result } from '../../shared/rpc.ts';
import type { Dialogs } from '../dialogs.ts';
import { partPath, partPosition, removePart, type PartState } from '../gateway/part.ts';
import { publish } from '../gateway/publish.ts';
import { receiveBundle, type BundleTarget } from '../gateway/receiveBundle.ts';
import { TransferFailure } from '../gateway/transferSocket.ts';
import { randomToken } from '../identity.ts';
import { errorText, type Log } from '../log.ts';
import type { PageStreams } from '../pageStreams.ts';
import { plainName } from '../personName.ts';
import { readSettings } from '../settings.ts';
import { withTimeLimit } from '../timeLimit.ts';
import { Acceptance, confirmLarge, isLarge } from './acceptance.ts';
import { BatchFolder } from './batchFolder.ts';
import { chooseMine, showCompared } from './compare.ts';
import { copyOut } from './copyOut.ts';
import { InTurn } from './inTurn.ts';
import { LookRoom, MAX_LOOK } from './lookRoom.ts';
import { memoryStore, PartBook, type Goal, type Part } from './partBook.ts';
import { chooseGoal, hasRoom, isPlaceOpen, showSaved, type FolderChoice } from './saveTargets.ts';
import { SavedFiles, type KeptSaved } from './savedFiles.ts';
import { confirmRemoval } from './unfinished.ts';

/** Milliseconds for a transfer whose page is gone to let go of its part. */
const RELEASE_TIME_LIMIT = 3_000;

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

/** A transfer into a part. */
interface Run {
  readonly book: PartBook;
  readonly part: Part;
  readonly offer: FileOffer;
  /** Gives the whole part its place. */
  readonly place: (part: string) => Promise<vscode.Uri>;
}

/** Receives for a meeting: where things go, what is left unfinished, what is only looked at. */
export class SaveDesk {
  readonly #options: SaveDeskOptions;
  readonly #book: PartBook;
  readonly #looks: LookRoom;
  /** Parts of looks; they go with the meeting. */
  readonly #lookBook: PartBook;
  readonly #acceptance = new Acceptance();
  readonly #dialogs = new InTurn();
  readonly #batches = new BatchFolder<FolderChoice>();
  readonly #saved = new SavedFiles();
  /** Ends of transfers, by the part that they are at. */
  readonly #running = new Map<string, Promise<void>>();
  /** Lets go of parts whose stream nobody has opened yet. */
  readonly #unopened = new Map<string, () => void>();
  /** Parts of this meeting. */
  readonly #touched = new Set<string>();
  readonly #ended = new AbortController();

  constructor(options: SaveDeskOptions) {
    const { storage, memento, log, before } = options;
    this.#options = options;
    for (const { offer, target, uri } of before) {
      this.#saved.add(target, { offer, uri: vscode.Uri.parse(uri), forGood: true });
      this.#acceptance.settle(offer);
    }
    this.#book = new PartBook({ store: memento, folder: join(storage.fsPath, 'parts'), log });
    this.#looks = new LookRoom(join(storage.fsPath, 'tmp'), log);
    this.#lookBook = new PartBook({ store: memoryStore(), folder: this.#looks.folder, log });
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
    await Promise.all(this.#running.values());
    await this.#looks.end();
    await this.#book.flush();
    const parts = this.#book.unfinished(this.#touched);
    if (parts.length === 0) return;
    if (await confirmRemoval(parts, this.#options.dialogs))
      await this.#book.discard(this.#book.unfinished(this.#touched));
  }

  async #openTarget(asked: Asked): Promise<Opened> {
    const isLook = asked.purpose === 'open' || asked.purpose === 'compare';
    const run = isLook ? await this.#look(asked) : await this.#save(asked);
    if (!run) return null;
    if ('saved' in run) return run;
    try {
      return this.#ended.signal.aborted ? release(run) : await this.#openStream(run);
    } catch (error) {
      release(run);
      throw error;
    }
  }

  /** Finds the part to go on with, or asks where a new one goes. */
  async #save({ offer, from, purpose, unasked, batch }: Asked): Promise<Run | Whole | undefined> {
    const book = this.#book;
    const earlier = await this.#takePart(book, offer);
    if (earlier)
      return { book, offer, part: earlier, place: (part) => this.#place(part, offer.kind, earlier.goal) };
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
    return { book, offer, part, place: (whole) => this.#place(whole, offer.kind, goal) };
  }

  /** Shows what is here already, or prepares to receive it for a look. */
  async #look({ offer, from, purpose }: Asked): Promise<Run | undefined> {
    const { dialogs, log } = this.#options;
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
    const here = this.#looks.find(offer);
    if (here) {
      await show(here);
      return undefined;
    }
    await this.#looks.prepare();
    const { folder } = this.#looks;
    const book = this.#lookBook;
    const earlier = await this.#takePart(book, offer);
    if (!earlier && !(await hasRoom(folder, offer.size, name, { dialogs, log }))) return undefined;
    const goal: Goal = { on: 'disk', directory: folder, name: safeFileName(offer.name) };
    const part = earlier ?? (await book.begin(offer, goal, partPath(folder, goal.name)));
    const place = async (whole: string): Promise<vscode.Uri> => {
      const uri = await this.#looks.add(whole, offer, from);
      show(uri).catch((error: unknown) =>
        log('warn', `a received file could not be shown: ${errorText(error)}`),
      );
      return uri;
    };
    return { book, offer, part, place };
  }

  /**
   * A part that fits and that nobody writes. One whose page has gone is waited for. A page tries a thing once at a time,
   * so a stream for it that was never opened will not be any more.
   */
  async #takePart(book: PartBook, offer: FileOffer): Promise<Part | undefined> {
    for (const { id } of book.matching(offer)) this.#unopened.get(id)?.();
    const taken = await book.take(offer);
    if (taken) return taken;
    const runs = book.matching(offer).flatMap(({ id }) => this.#running.get(id) ?? []);
    if (runs.length === 0) return undefined;
    await withTimeLimit(Promise.race(runs), RELEASE_TIME_LIMIT);
    return book.take(offer);
  }

  async #openStream({ book, part, offer, place }: Run): Promise<Opened> {
    const { streams, log } = this.#options;
    const left = await book.left(part);
    const at = await this.#positionOf(part, left);
    const target = randomToken(16);
    let paused = false;
    const receive: Omit<BundleTarget, 'signal'> = {
      kind: offer.kind,
      size: offer.size,
      files: offer.files,
      part: part.path,
      left: at === undefined ? null : left,
      onPart: (state, bytes) => book.note(part, state, bytes),
      place: async (whole) => {
        const uri = await place(whole);
        const forGood = book === this.#book;
        this.#saved.add(target, { offer, uri, forGood });
        if (forGood) {
          this.#acceptance.settle(offer);
          this.#options.onSaved();
        }
        return basename(uri.path);
      },
      onFailed: (problem) => {
        paused = problem === 'paused';
      },
    };
    if (book === this.#book) this.#touched.add(part.id);
    const letGo = (): void => {
      this.#running.delete(part.id);
      book.release(part, { paused });
    };
    let isForgotten = false;
    this.#unopened.set(part.id, () => {
      isForgotten = true;
      this.#unopened.delete(part.id);
      letGo();
    });
    const url = streams.open({
      serve: (socket, ended) => {
        if (isForgotten) {
          socket.close(1000);
          return Promise.resolve();
        }
        this.#unopened.delete(part.id);
        const signal = AbortSignal.any([ended, this.#ended.signal]);
        const running = receiveBundle(socket, { ...receive, signal }, log).finally(letGo);
        this.#running.set(part.id, running);
        return running;
      },
      onUnused: () => {
        if (isForgotten) return;
        this.#unopened.delete(part.id);
        // Nothing was made of it yet.
        if (!left) book.note(part, null, 0);
        letGo();
      },
    });
    return { url, target, bytes: at ?? 0 };
  }

  /** From where a part is gone on with; `undefined` where it has to be made, and nothing is in its way. */
  async #positionOf(part: Part, left: PartState | null): Promise<number | undefined> {
    try {
      const found = left && (await partPosition(part.path, part.offer, left));
      if (found) return found.at;
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error;
      this.#options.log(
        'warn',
        `an unfinished ${part.offer.kind} cannot be gone on with: ${errorText(error)}`,
      );
    }
    await removePart(part.path);
    return undefined;
  }

  async #place(part: string, kind: FileOffer['kind'], goal: Goal): Promise<vscode.Uri> {
    if (goal.on === 'disk') return vscode.Uri.file(await publish(kind, part, goal.directory, goal.name));
    const uri = await copyOut(part, vscode.Uri.parse(goal.folder, true), goal.name);
    await removePart(part);
    return uri;
  }

  async #discard(offer: FileOffer): Promise<void> {
    this.#acceptance.settle(offer);
    for (const book of [this.#book, this.#lookBook]) {
      const parts = book.matching(offer);
      const runs = parts.flatMap(({ id }) => this.#running.get(id) ?? []);
      if (runs.length > 0) await withTimeLimit(Promise.all(runs), RELEASE_TIME_LIMIT);
      await book.discard(parts);
    }
  }

  async #show(target: string, how: 'open' | 'reveal'): Promise<void> {
    const saved = this.#saved.get(target);
    if (!saved) throw new RpcError('failed', 'there is no such saved file');
    await showSaved(saved.uri, saved.offer.kind, how, this.#options.dialogs);
  }
}

/** Lets go of a part that is not written after all. */
function release({ book, part }: Run): null {
  book.release(part, { paused: false });
  return null;
}
