import { basename } from 'node:path';
import type * as vscode from 'vscode';
import type { HostApi } from '../shared/hostRpc.ts';
import { safeFileName } from '../shared/fileNames.ts';
import type { FileOffer } from '../shared/protocol.ts';
import { RpcError, type Params } from '../shared/rpc.ts';
import type { Dialogs } from './dialogs.ts';
import type { Gateway } from './gateway/gateway.ts';
import { pageUrl, type GatewayAddress } from './gatewayAddress.ts';
import { randomToken } from './identity.ts';
import type { Log } from './log.ts';
import type { OfferBook, ShareProblem } from './offerBook.ts';
import { placeOf } from './places.ts';
import { chooseFolder, showSavedFile } from './saveTargets.ts';
import { readSettings } from './settings.ts';

/** What became of files that were to be shared. */
export interface Shared {
  readonly offers: readonly FileOffer[];
  readonly refused: readonly { readonly name: string; readonly problem: ShareProblem }[];
}

/** What the desk works with. */
export interface FileDeskOptions {
  readonly gateway: Gateway;
  readonly gatewayAddress: GatewayAddress;
  readonly dialogs: Dialogs;
  readonly log: Log;
}

/** Files of a meeting as the extension host sees them: what is on offer, what is being saved, where it went. */
export class FileDesk {
  readonly #offers: OfferBook;
  readonly #gateway: Gateway;
  readonly #address: GatewayAddress;
  readonly #dialogs: Dialogs;
  readonly #log: Log;
  /** Paths of the files that arrived whole, by target. */
  readonly #saved = new Map<string, string>();
  readonly #ended = new AbortController();

  constructor(offers: OfferBook, { gateway, gatewayAddress, dialogs, log }: FileDeskOptions) {
    this.#offers = offers;
    this.#gateway = gateway;
    this.#address = gatewayAddress;
    this.#dialogs = dialogs;
    this.#log = log;
  }

  /** Puts files on offer, one after the other, in the order of the selection. */
  async share(uris: readonly vscode.Uri[]): Promise<Shared> {
    const offers: FileOffer[] = [];
    const refused: { name: string; problem: ShareProblem }[] = [];
    for (const uri of uris) {
      const result = await this.#offer(uri);
      if (typeof result === 'string') refused.push({ name: basename(uri.path), problem: result });
      else offers.push(result);
    }
    return { offers, refused };
  }

  #offer(uri: vscode.Uri): Promise<FileOffer | ShareProblem> {
    const place = placeOf(uri.scheme);
    if (place === 'here') return this.#offers.add(uri.fsPath);
    return Promise.resolve(place === 'other-machine' ? place : 'not-on-disk');
  }

  openSource(offer: string): { url: string } {
    const file = this.#offers.get(offer);
    if (!file) throw new RpcError('failed', 'this file is not on offer');
    const { path, mtimeMs, signal } = file;
    const url = this.#gateway.openSource({ path, size: file.offer.size, mtimeMs, signal });
    return { url: pageUrl(url, this.#address) };
  }

  async openTarget(file: Params<HostApi['openTarget']>): Promise<{ url: string; target: string } | null> {
    const name = safeFileName(file.name);
    const directory = await chooseFolder(readSettings().filesSaveTo, name, this.#dialogs);
    if (directory === undefined || this.#ended.signal.aborted) return null;
    const target = randomToken(16);
    const url = this.#gateway.openTarget({
      directory,
      name,
      size: file.size,
      onSaved: (path) => {
        this.#saved.set(target, path);
        this.#log('info', `a file of ${file.size} bytes was saved`);
      },
      onFailed: (problem) => this.#log('warn', `a file was not saved: ${problem}`),
      signal: this.#ended.signal,
    });
    return { url: pageUrl(url, this.#address), target };
  }

  async showSaved(target: string): Promise<void> {
    const path = this.#saved.get(target);
    if (path === undefined) throw new RpcError('failed', 'there is no such saved file');
    await showSavedFile(path);
  }

  /** Ends what is still being written. */
  dispose(): void {
    this.#ended.abort();
  }
}
