import type { FilePart, OwnOffer, TakenOffer } from '../../shared/filesRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import type { LaneMessage } from '../../shared/protocol.ts';
import { FileExchange } from '../files/fileExchange.ts';
import { Lanes } from '../files/lanes.ts';
import type { StartPump } from '../files/runningPump.ts';
import type { HostClient } from '../host/hostContext.ts';
import type { Member } from './member.ts';
import type { Notices } from './notices.ts';
import * as say from './sentences.ts';

/** What sharing needs of the meeting. */
export interface SharingOptions {
  readonly self: ParticipantId;
  readonly hostId: ParticipantId;
  readonly host: HostClient;
  readonly startPump: StartPump;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** A connection like those of the links. */
  readonly connect: () => RTCPeerConnection;
  readonly members: () => readonly Member[];
  readonly member: (id: ParticipantId) => Member | undefined;
  readonly notices: Pick<Notices, 'add'>;
  readonly onChange: () => void;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Joins files and lanes to the members of the meeting, and tells the person what they can mend. */
export class Sharing {
  readonly files: FileExchange;
  readonly #options: SharingOptions;
  readonly #lanes: Lanes;

  constructor(options: SharingOptions) {
    this.#options = options;
    const { self, host, startPump, addresses, connect, member, notices, onChange, onProblem } = options;
    this.#lanes = new Lanes({
      connect,
      addresses,
      link: (to) => member(to)?.link ?? null,
      givesTo: (to) => this.files.givesTo(to),
      onChannel: (from, channel) => this.files.serveLane(from, channel),
      onProblem,
    });
    this.files = new FileExchange({
      self,
      host,
      startPump,
      openChannel: (to, label) => member(to)?.link.openChannel(label) ?? null,
      ways: this.#lanes,
      now: () => performance.now(),
      onChange,
      onSourceProblem: ({ name }, problem) => notices.add('warning', say.sourceSentence(name, problem)),
      onNotShared: (name, problem) => notices.add('error', say.notSharedSentence(name, problem)),
      onTooMany: (count) => notices.add('warning', say.tooManyFilesSentence(count)),
      onProblem,
    });
  }

  /** What the extension host kept: own offers and who took them, and what is here of others'. */
  restore(offers: readonly OwnOffer[], parts: readonly FilePart[], taken: readonly TakenOffer[]): void {
    this.files.addParts(parts);
    this.files.restoreTaken(taken);
    this.files.offer(offers);
  }

  /** Somebody came, changed what they offer, or went. */
  sync(): void {
    const { hostId, members } = this.#options;
    this.files.sync(
      members().map(({ address: { id }, state: { name, offers } }) => ({
        id,
        name,
        host: id === hostId,
        offers,
      })),
    );
  }

  /** The link to a member is gone, or another one from now on. */
  lost(id: ParticipantId): void {
    this.#lanes.forget(id);
    this.files.lost(id);
  }

  /** A member has entered on a link. */
  entered(id: ParticipantId): void {
    this.lost(id);
    this.sync();
    this.files.returned(id);
  }

  /** A message about a lane. */
  onLane(from: ParticipantId, message: LaneMessage): void {
    this.#lanes.receive(from, message);
  }

  dispose(): void {
    this.files.dispose();
    this.#lanes.dispose();
  }
}
