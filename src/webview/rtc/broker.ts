import type { PeerId } from '../../shared/ids.ts';

// What a meeting needs of its signalling server. `PeerBroker` does it with PeerJS; tests run without a server.

/** A connection to another page that the broker has no hold on any more. Nothing about the other side is proven yet. */
export interface RawLink {
  readonly pc: RTCPeerConnection;
  /** Open, ordered, reliable. */
  readonly channel: RTCDataChannel;
  /** The id that was called. */
  readonly called: PeerId;
  readonly caller: boolean;
}

/** Why the broker could not do what was asked. */
export type BrokerProblem = 'id-taken' | 'unreachable' | 'absent' | 'timeout' | 'failed' | 'closed';

/** A failure of the signalling server or of reaching a peer through it. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly problem: BrokerProblem;
  constructor(problem: BrokerProblem, cause?: unknown) {
    super(`signalling: ${problem}`, { cause });
    this.problem = problem;
  }
}

/** What an id is registered with. */
export interface BrokerSeat {
  readonly id: PeerId;
  /**
   * Known to us and the server alone: who comes back with it is given the id at once, though the server has not noticed
   * yet that they were gone. Drawn anew each time when left out.
   */
  readonly token?: string;
  /** Somebody called. */
  readonly onLink: (link: RawLink) => void;
  /** The server knows us under our id, or does no longer. After `false` the broker is of no use for new calls. */
  readonly onServer: (connected: boolean) => void;
}

/** How long a call may take; milliseconds. */
export interface CallPatience {
  /** Until its channel is open. */
  readonly open: number;
  /** Until the page that is called has answered, which it does by itself: the server may think it where it is not any more. */
  readonly answer: number;
}

/** One id on the meeting's server: calls others, is called. */
export interface Broker {
  /** Whether calls can be made. */
  readonly connected: boolean;
  /**
   * Calls an id.
   * @param patience the broker's own when left out.
   * @throws {BrokerError} `absent`, `timeout`, `failed`, `unreachable`, `closed`
   */
  call(called: PeerId, patience?: CallPatience): Promise<RawLink>;
  /** Leaves the server. Links that were handed out live on. */
  dispose(): void;
}

/** Registers an id with the server. @throws {BrokerError} `id-taken`, `unreachable` */
export type ConnectBroker = (seat: BrokerSeat) => Promise<Broker>;
