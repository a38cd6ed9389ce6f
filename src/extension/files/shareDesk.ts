import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { safeFileName } from '../../shared/fileNames.ts';
import type { OwnOffer } from '../../shared/filesRpc.ts';
import type { HostApi, MeetingStatus } from '../../shared/hostRpc.ts';
import { RpcError, type Handlers, type Params } from '../../shared/rpc.ts';
import type { Dialogs } from '../dialogs.ts';
import { describeError } from '../gateway/errorCode.ts';
import { sendBundle } from '../gateway/sendBundle.ts';
import type { Log } from '../log.ts';
import type { PageStreams } from '../pageStreams.ts';
import { plainName } from '../personName.ts';
import { choose, type Chosen } from './chosen.ts';
import { changePeople, choosePeople } from './choosePeople.ts';
import { receiveDrop } from './drops.ts';
import { OfferBook } from './offerBook.ts';
import { makeOfferings } from './makeOfferings.ts';
import { findOffersAgain, type KeptOffer } from './offersBack.ts';
import {
  leftOutSentences,
  nameList,
  notSharedSentences,
  peopleList,
  type Refused,
} from './shareSentences.ts';
import { outermost, parseUri } from './shareUris.ts';
import { Spool } from './spool.ts';

/** What the desk works with, and whom it tells. */
export interface ShareDeskOptions {
  readonly streams: Pick<PageStreams, 'open' | 'openSource'>;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** A folder of this extension's own. */
  readonly storage: vscode.Uri;
  /** The others in the meeting. */
  readonly others: () => MeetingStatus['others'];
  /** New offers, for the page. */
  readonly onShared: (offers: readonly OwnOffer[]) => Promise<void>;
  /** Ids of offers that were taken back elsewhere than in the page. */
  readonly onWithdrawn: (offers: readonly string[]) => void;
}

/** What the page asks of a participant's own files. */
type ShareApi = Pick<
  HostApi,
  'pickFiles' | 'shareUris' | 'shareAgain' | 'openDrop' | 'chooseReceivers' | 'withdrawFile' | 'openSource'
>;

/** A participant's own files: puts them on offer, asking what has to be asked, and hands them over. */
export class ShareDesk {
  readonly #options: ShareDeskOptions;
  readonly #book = new OfferBook();
  readonly #spool: Spool;
  readonly #ended = new AbortController();

  constructor(options: ShareDeskOptions) {
    this.#options = options;
    this.#spool = new Spool(join(options.storage.fsPath, 'spool'), options.log);
  }

  /** What is on offer. */
  get offers(): readonly OwnOffer[] {
    return this.#book.offers;
  }

  /** See `OfferBook.kept`. */
  get kept(): readonly KeptOffer[] {
    return this.#book.kept;
  }

  /** Puts on offer what was before a restart. */
  async putBack(kept: readonly KeptOffer[]): Promise<void> {
    const found = await findOffersAgain(kept, { spool: this.#spool, log: this.#options.log });
    if (this.#ended.signal.aborted) return;
    for (const { own, offering } of found) this.#book.putBack(own, offering);
  }

  /**
   * Shares files and folders; without any, lets the person choose them.
   * @param audience `chosen`: people are asked for first.
   */
  async share(uris: readonly vscode.Uri[], audience: 'everybody' | 'chosen'): Promise<void> {
    const chosen = uris.length > 0 ? uris : await pickFiles();
    if (!chosen) return;
    let to: OwnOffer['to'] = null;
    if (audience === 'chosen') {
      const others = this.#options.others();
      if (others.length === 0) {
        void this.#options.dialogs.info(vscode.l10n.t('Nobody else is in the meeting yet.'));
        return;
      }
      const names = chosen.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
      const people = await choosePeople(names, others, this.#options.dialogs);
      if (!people) return;
      to = people;
    }
    await this.#shareUris(chosen, to);
  }

  /** What the page asks for. */
  handlers(): Pick<Handlers<HostApi>, keyof ShareApi> {
    return {
      pickFiles: () => this.share([], 'everybody').then(() => null),
      shareUris: ({ uris }) => this.#shareDropped(uris).then(() => null),
      shareAgain: ({ offer }) => this.#shareAgain(offer).then(() => null),
      openDrop: (file) => this.#openDrop(file),
      chooseReceivers: ({ offer }) => this.#chooseReceivers(offer),
      withdrawFile: ({ offer }) => {
        this.#book.withdraw(offer);
        return null;
      },
      openSource: ({ offer }) => this.#openSource(offer),
    };
  }

  /** Takes everything back; resolves when no copy is left on disk. */
  async dispose(): Promise<void> {
    this.#ended.abort();
    this.#book.dispose();
    await this.#spool.dispose();
  }

  /** @param texts URIs as a drop named them: anything at all. */
  async #shareDropped(texts: readonly string[]): Promise<void> {
    const uris = texts.flatMap((text) => parseUri(text) ?? []);
    if (uris.length < texts.length) this.#options.log('info', 'something dropped was no URI');
    if (uris.length > 0) await this.#shareUris(uris, null);
  }

  /** Something own, as it is now, in place of what was shared; with the same people. */
  async #shareAgain(id: string): Promise<void> {
    const kept = this.#book.kept.find(({ own }) => own.offer.id === id);
    const uri = kept && parseUri(kept.uri);
    if (!uri) throw notOnOffer();
    await this.#shareUris([uri], kept.own.to, id);
  }

  /** @param again id of an offer that is to be replaced even where it looks the same. */
  async #shareUris(uris: readonly vscode.Uri[], to: OwnOffer['to'], again?: string): Promise<void> {
    const all = await Promise.all(
      outermost(uris).map(async (uri) => {
        const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
        return { name, found: await choose(uri, this.#options.log) };
      }),
    );
    const refused = all.flatMap(({ name, found }) =>
      typeof found === 'string' ? [{ name, problem: found }] : [],
    );
    const chosen = all.flatMap(({ found }) => (typeof found === 'string' ? [] : [found]));
    await this.#offer(chosen, to, refused, again);
  }

  /** @returns how many offers were made. */
  async #offer(
    chosen: readonly Chosen[],
    to: OwnOffer['to'],
    refused: readonly Refused[],
    again?: string,
  ): Promise<number> {
    const { dialogs, log } = this.#options;
    const made = await makeOfferings(chosen, { dialogs, spool: this.#spool });
    if (this.#ended.signal.aborted) return 0;
    const problems = [...refused, ...(made?.refused ?? [])];
    const offers: OwnOffer[] = [];
    const outdated: string[] = [];
    for (const offering of made?.offerings ?? []) {
      const { name } = offering.facts;
      const before = this.#book.of(offering);
      const known = this.#book.has(offering) && !before.some((id) => id === again);
      // What it was cannot be had any more.
      if (!known) for (const id of before) this.#book.withdraw(id);
      if (!known) outdated.push(...before);
      const own = known ? undefined : this.#book.add(offering, to);
      if (own) offers.push(own);
      else {
        problems.push({ name, problem: known ? 'already-shared' : 'too-many' });
        offering.dispose();
      }
    }
    for (const sentence of notSharedSentences(problems)) void dialogs.warning(sentence);
    if (outdated.length > 0) this.#options.onWithdrawn(outdated);
    if (offers.length === 0) return 0;
    log('info', `shared: ${String(offers.length)}`);
    await this.#options.onShared(offers);
    const notes = [...unsavedNote(chosen), ...leftOutSentences(made?.folders ?? [])];
    this.#offerUndo(offers, notes).catch((error: unknown) => {
      log('warn', `what was shared could not be told: ${describeError(error)}`);
    });
    return offers.length;
  }

  /** Says what was shared, and takes it back at a click. */
  async #offerUndo(offers: readonly OwnOffer[], notes: readonly string[]): Promise<void> {
    const withdraw = vscode.l10n.t('Withdraw');
    const people = this.#options.others();
    const answer = await this.#options.dialogs.info(
      [sharedSentence(offers, people), ...notes].join(' '),
      withdraw,
    );
    if (answer !== withdraw) return;
    const ids = offers.map(({ offer }) => offer.id).filter((id) => this.#book.get(id));
    for (const id of ids) this.#book.withdraw(id);
    if (ids.length > 0) this.#options.onWithdrawn(ids);
  }

  async #chooseReceivers(id: string): Promise<{ to: OwnOffer['to'] } | null> {
    const { dialogs, others } = this.#options;
    const own = this.#book.get(id);
    if (!own) throw notOnOffer();
    const chosen = await changePeople(own.offer.name, others(), own.to, dialogs);
    if (chosen) this.#book.setReceivers(id, chosen.to);
    return chosen;
  }

  #openSource(offer: string): { url: string } {
    const source = this.#book.source(offer);
    if (!source) throw notOnOffer();
    const { streams, log } = this.#options;
    const url = streams.openSource({
      serve: (socket, ended, body) =>
        sendBundle({ socket, body }, { ...source, signal: AbortSignal.any([source.signal, ended]) }, log),
    });
    return { url };
  }

  async #openDrop({ name, size }: Params<HostApi['openDrop']>): Promise<{ url: string }> {
    const { streams, log } = this.#options;
    if (this.#book.room === 0) {
      for (const sentence of notSharedSentences([{ name, problem: 'too-many' }]))
        void this.#options.dialogs.warning(sentence);
      throw new RpcError('failed', 'there is no room for another offer');
    }
    const stream = await receiveDrop({ name: safeFileName(name), size }, this.#spool, {
      log,
      signal: this.#ended.signal,
      onReceived: async (chosen) => {
        try {
          return (await this.#offer([chosen], null, [])) > 0;
        } catch (error) {
          log('warn', `what was dropped could not be shared: ${describeError(error)}`);
          return false;
        }
      },
    });
    return { url: streams.open(stream) };
  }
}

function notOnOffer(): RpcError {
  return new RpcError('failed', 'this is not on offer');
}

/** Lets the person choose what to share. Where a dialog of the system shows either files or folders, asks which. */
async function pickFiles(): Promise<vscode.Uri[] | undefined> {
  const both = process.platform === 'darwin' || vscode.env.uiKind === vscode.UIKind.Web;
  const files = { label: vscode.l10n.t('$(file) Files…'), canSelectFiles: true, canSelectFolders: both };
  const folders = {
    label: vscode.l10n.t('$(folder) Folders…'),
    canSelectFiles: false,
    canSelectFolders: true,
  };
  const title = vscode.l10n.t('Share in Meeting');
  const what = both ? files : await vscode.window.showQuickPick([files, folders], { title });
  if (!what) return undefined;
  return vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Share'),
    canSelectMany: true,
    canSelectFiles: what.canSelectFiles,
    canSelectFolders: what.canSelectFolders,
    defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir()),
  });
}

function sharedSentence(offers: readonly OwnOffer[], others: MeetingStatus['others']): string {
  const names = nameList(offers.map(({ offer }) => offer.name));
  const to = offers[0]?.to;
  if (!to) return vscode.l10n.t('Shared in the meeting: {0}.', names);
  const people = others.filter(({ id }) => to.includes(id)).map(({ name }) => name);
  // Who was chosen may have left meanwhile.
  return people.length > 0
    ? vscode.l10n.t('Shared with {0} only: {1}.', peopleList(people), names)
    : vscode.l10n.t('Shared with the people you chose: {0}.', names);
}

/** Says so where an editor holds more than the disk, which is what is shared. */
function unsavedNote(chosen: readonly Chosen[]): string[] {
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty);
  const keys = new Set(dirty.map(({ uri }) => uri.toString()));
  const names = chosen.filter(({ uri }) => keys.has(uri.toString())).map(({ name }) => plainName(name));
  if (names.length === 0) return [];
  return [vscode.l10n.t('Shared as it is on disk, without unsaved changes: {0}.', nameList(names))];
}
