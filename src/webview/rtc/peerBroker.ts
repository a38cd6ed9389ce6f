import { type DataConnection, Peer } from 'peerjs';
import type { PeerId } from '../../shared/ids.ts';
import { toHex } from '../../shared/ids.ts';
import { MAX_PENDING_LINKS } from '../../shared/limits.ts';
import { type Broker, BrokerError, type BrokerSeat, type CallPatience, type RawLink } from './broker.ts';
import { twinsOf } from './candidateTwins.ts';
import { PendingPlaces } from './pendingPlaces.ts';

/** Where the meeting's server is, seen from the page: always the gateway. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secure: boolean;
  readonly key: string;
}

/** What a broker needs besides. */
export interface BrokerOptions extends BrokerSeat {
  readonly address: BrokerAddress;
  readonly config: RTCConfiguration;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** Milliseconds for the server to give the id. */
  readonly patience?: number;
}

/**
 * A stock PeerServer does not answer who comes back with the token of a socket that it still holds; the new socket has taken
 * that one's place all the same, and closing it frees the id.
 */
const OPEN_DEADLINE = 5_000;
/** How long a call may take until its channel is open. */
const CALL_PATIENCE: CallPatience = { open: 15_000, answer: 15_000 };

/**
 * One id on the meeting's PeerServer: calls others, is called. PeerJS serves to find a page and to open the first data
 * channel; as soon as that is open the connection is taken out of its hands (`release`), because PeerJS would close it
 * on a LEAVE from the server, on ICE's first `failed`, and with itself.
 */
export class PeerBroker implements Broker {
  readonly id: PeerId;
  readonly #options: BrokerOptions;
  readonly #peer: Peer;
  readonly #calls = new Map<DataConnection, (error: BrokerError) => void>();
  readonly #pending = new PendingPlaces(MAX_PENDING_LINKS);
  #disposed = false;
  #open = false;

  private constructor(options: BrokerOptions, peer: Peer) {
    this.id = options.id;
    this.#options = options;
    this.#peer = peer;
  }

  /** Registers an id with the server. @throws {BrokerError} `id-taken`, `unreachable` */
  static connect(options: BrokerOptions): Promise<PeerBroker> {
    const peer = new Peer(options.id, {
      ...options.address,
      // Every default of PeerJS that names a public server or draws from Math.random is replaced.
      config: options.config,
      token: options.token ?? toHex(crypto.getRandomValues(new Uint8Array(16))),
    });
    const broker = new PeerBroker(options, peer);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new BrokerError('unreachable', new Error('the server has not given the id')));
        broker.dispose();
      }, options.patience ?? OPEN_DEADLINE);
      const refused = (error: BrokerError): void => {
        clearTimeout(late);
        reject(error);
      };
      peer.on('open', () => {
        clearTimeout(late);
        broker.#open = true;
        options.onServer(true);
        resolve(broker);
      });
      peer.on('error', (error) => broker.#onError(error.type, error, refused));
      peer.on('disconnected', () => {
        if (broker.#open && !broker.#disposed) options.onServer(false);
        broker.#open = false;
        refused(new BrokerError('unreachable'));
      });
      peer.on('connection', (connection) => broker.#onConnection(connection));
    });
  }

  /** Whether calls can be made. */
  get connected(): boolean {
    return this.#open && !this.#disposed;
  }

  /** Calls an id. @throws {BrokerError} `absent`, `timeout`, `failed`, `unreachable`, `closed` */
  async call(called: PeerId, patience = CALL_PATIENCE): Promise<RawLink> {
    if (!this.connected) throw new BrokerError(this.#disposed ? 'closed' : 'unreachable');
    const connection = this.#peer.connect(called, { reliable: true, serialization: 'raw', label: 'parley' });
    this.#sendTwins(connection);
    try {
      await this.#opened(connection, patience);
    } catch (error) {
      connection.close();
      throw error;
    }
    return release(connection, called, true);
  }

  /** Leaves the server. Links that were handed out live on. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const fail of this.#calls.values()) fail(new BrokerError('closed'));
    this.#peer.destroy();
  }

  #onConnection(connection: DataConnection): void {
    if (this.#disposed) {
      connection.close();
      return;
    }
    this.#sendTwins(connection);
    const opened = this.#opened(connection);
    const done = this.#pending.take(() => this.#calls.get(connection)?.(new BrokerError('closed')));
    opened
      .then(
        () => this.#options.onLink(release(connection, this.id, false)),
        () => connection.close(), // The caller gave up, or never could be reached: it is the caller who is told.
      )
      .finally(done);
  }

  /** Beside each candidate that PeerJS sends under an mDNS name go twins with the machine's addresses. */
  #sendTwins(connection: DataConnection): void {
    const { connectionId, peer, peerConnection } = connection;
    peerConnection.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate || connection.open) return;
      const { candidate: text, sdpMid, sdpMLineIndex } = candidate;
      for (const twin of twinsOf({ candidate: text, sdpMid, sdpMLineIndex }, this.#options.addresses)) {
        const payload = { candidate: twin, type: 'data', connectionId };
        this.#peer.socket.send({ type: 'CANDIDATE', payload, dst: peer });
      }
    });
  }

  #opened(connection: DataConnection, { open, answer } = CALL_PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: BrokerError): void => {
        clearTimeout(timer);
        clearTimeout(answered);
        this.#calls.delete(connection);
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => settle(new BrokerError('timeout')), open);
      const answered = setTimeout(() => {
        if (!connection.peerConnection.remoteDescription) settle(new BrokerError('timeout'));
      }, answer);
      this.#calls.set(connection, settle);
      connection.on('open', () => settle());
      connection.on('error', (error) => settle(new BrokerError('failed', error)));
      connection.on('close', () => settle(new BrokerError('failed')));
    });
  }

  #onError(type: string, cause: unknown, rejectOpening: (error: BrokerError) => void): void {
    if (type === 'peer-unavailable') {
      // PeerJS names the id that is absent only in its sentence.
      const sentence = cause instanceof Error ? cause.message : '';
      for (const [connection, fail] of this.#calls) {
        if (sentence.endsWith(connection.peer)) fail(new BrokerError('absent', cause));
      }
      return;
    }
    const problem = type === 'unavailable-id' ? 'id-taken' : 'unreachable';
    rejectOpening(new BrokerError(problem, cause));
  }
}

/** A PeerJS connection with its two parts taken away. */
interface Emptied {
  peerConnection: RTCPeerConnection | null;
  dataChannel: RTCDataChannel | null;
}

/** Takes connection and channel out of PeerJS's hands and lets it forget them. */
function release(connection: DataConnection, called: PeerId, caller: boolean): RawLink {
  const pc = connection.peerConnection;
  const channel = connection.dataChannel;
  pc.onicecandidate = pc.oniceconnectionstatechange = pc.ondatachannel = pc.ontrack = null;
  channel.onopen = channel.onmessage = channel.onclose = null;
  const emptied = connection as unknown as Emptied;
  emptied.peerConnection = null;
  emptied.dataChannel = null;
  connection.removeAllListeners();
  connection.close();
  return { pc, channel, called, caller };
}
