import { toBase64Url } from '../../shared/base64url.ts';
import type { FilePart, OwnOffer, TakenOffer, TakePurpose } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import type { FileOffer } from '../../shared/protocol.ts';
import type { TransferProblem } from '../../shared/transfer.ts';
import type { FileModel } from '../model.ts';
import { AutoTake } from './autoTake.ts';
import { Dropping, type Dropped } from './dropping.ts';
import { othersModel, ownModel, type NameOf } from './fileModels.ts';
import { Giving } from './giving.ts';
import { Others, type Present } from './others.ts';
import { Takings, type TakingsOptions } from './takings.ts';

/** What the exchange needs of the meeting, and whom it tells. */
export interface FileExchangeOptions extends TakingsOptions {
  readonly self: ParticipantId;
  /** An own offer cannot be handed over as it is. */
  readonly onSourceProblem: (offer: FileOffer, problem: TransferProblem) => void;
  /** Something that was dropped is not shared; the name is safe. */
  readonly onNotShared: (name: string, problem: TransferProblem) => void;
  /** So many files do not fit on the table any more. */
  readonly onTooMany: (count: number) => void;
}

/** The files that this participant hands out and takes: who may start which transfer, and what became of each. */
export class FileExchange {
  readonly #options: FileExchangeOptions;
  readonly #giving: Giving;
  readonly #others = new Others();
  readonly #takings: Takings;
  readonly #dropping: Dropping;
  readonly #autoTake: AutoTake;

  constructor(options: FileExchangeOptions) {
    this.#options = options;
    this.#giving = new Giving(options);
    this.#takings = new Takings(options);
    this.#dropping = new Dropping(options);
    this.#autoTake = new AutoTake(options.host, options.onProblem, ({ key }) => {
      const offered = this.#others.get(key);
      if (offered && !this.#takings.transfer(key)) this.#takings.take(offered, 'save', true);
    });
  }

  /** Our own files on offer, and to whom. */
  get offers(): readonly OwnOffer[] {
    return this.#giving.offers;
  }

  /** Who has taken what of them. */
  get taken(): readonly TakenOffer[] {
    return this.#giving.taken;
  }

  /** Who had taken what before this page. */
  restoreTaken(taken: readonly TakenOffer[]): void {
    this.#giving.restoreTaken(taken);
  }

  /** Those that a member may know of. */
  offersTo(member: ParticipantId): FileOffer[] {
    return this.#giving.offersTo(member);
  }

  /** All files as they are shown: own ones, others', and what nobody offers any more. */
  models(selfName: string, nameOf: NameOf): FileModel[] {
    const { self } = this.#options;
    const around = { self, selfName, nameOf, giving: this.#giving };
    const own = this.#giving.offers.map((offer) => ownModel(offer, around));
    const others = this.#others.list.map((one) => othersModel(one, this.#takings.transfer(one.key)));
    // What is gone has a row for what became of it only.
    return [...own, ...others.filter(({ gone, transfer }) => !gone || transfer !== null)];
  }

  /** Puts own files on offer. */
  offer(offers: readonly OwnOffer[]): void {
    const refused = this.#giving.offer(offers);
    for (const { offer } of refused) {
      this.#options.host
        .call('withdrawFile', { offer: offer.id })
        .catch((error: unknown) => this.#options.onProblem('withdrawFile failed', error));
    }
    if (refused.length > 0) this.#options.onTooMany(refused.length);
  }

  /** What earlier transfers left: it goes on when somebody offers the same. */
  addParts(parts: readonly FilePart[]): void {
    for (const part of parts) this.#takings.addPart(this.#others.addPart(part), part);
  }

  /** Shares what was dropped onto the page. */
  shareDropped(uris: readonly string[], files: readonly Dropped[]): void {
    this.#dropping.share(uris, files);
  }

  withdraw(key: string): void {
    this.#giving.withdraw(key);
  }

  /** Own offers were taken back outside of the page. */
  withdrawn(offers: readonly string[]): void {
    for (const offer of offers) this.#giving.forget(offer);
    this.#options.onChange();
  }

  /** Shares an own file as it is now, in place of what it was. */
  shareAgain(key: string): void {
    this.#giving.shareAgain(key);
  }

  chooseReceivers(key: string): Promise<void> {
    return this.#giving.chooseReceivers(key);
  }

  /** Takes in who is in the meeting and what they offer. */
  sync(members: readonly Present[]): void {
    const matters = ({ key }: { readonly key: string }): boolean => this.#takings.matters(key);
    const fresh = this.#others.sync(members, matters);
    for (const offered of this.#others.list) if (offered.gone) this.#takings.departed(offered);
    for (const offered of fresh) {
      const before = this.#takings.appeared(offered, (key) => this.#others.get(key)?.gone ?? true);
      if (before === undefined) this.#autoTake.ask(offered);
      else if (before !== offered.key) this.#others.remove(before);
    }
    this.#takings.prune((key) => this.#others.get(key) !== undefined);
    this.#options.onChange();
  }

  /** There is a link to a member again. */
  returned(member: ParticipantId): void {
    this.#takings.returned(member);
  }

  /** The link to a member was lost, or is another one now. */
  lost(member: ParticipantId): void {
    this.#giving.lost(member);
    this.#takings.lost(member);
  }

  /** Takes something, or goes on with it. */
  take(key: string, purpose: TakePurpose): void {
    this.#take(key, purpose);
  }

  /** Saves all that is not yet. */
  takeAll(): void {
    const batch = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    for (const { key, gone } of this.#others.list) {
      if (!gone && !this.#takings.inHand(key)) this.#take(key, 'save', batch);
    }
  }

  pause(key: string): void {
    this.#takings.pause(key);
  }

  /** Stops taking something, and removes what has arrived of it. */
  cancel(key: string): void {
    const nothingLeft = this.#takings.cancel(key);
    if (nothingLeft && this.#others.get(key)?.gone) this.#others.remove(key);
    this.#options.onChange();
  }

  /** Opens or reveals what was saved. */
  show(key: string, how: 'open' | 'reveal'): void {
    this.#takings.show(key, how);
  }

  /** Whether something is on its way to a member. */
  givesTo(member: ParticipantId): boolean {
    return this.#giving.givesTo(member);
  }

  /** A member opened a channel on the link. */
  serve(from: ParticipantId, channel: RTCDataChannel): Promise<void> {
    return this.#giving.serve(from, channel);
  }

  /** A member opened a channel on a lane. */
  serveLane(from: ParticipantId, channel: RTCDataChannel): void {
    this.#giving.serveLane(from, channel);
  }

  dispose(): void {
    this.#autoTake.dispose();
    this.#dropping.dispose();
    this.#giving.dispose();
    this.#takings.dispose();
  }

  #take(key: string, purpose: TakePurpose, batch?: string): void {
    const offered = this.#others.get(key);
    if (offered) this.#takings.take(offered, purpose, false, batch);
  }
}
