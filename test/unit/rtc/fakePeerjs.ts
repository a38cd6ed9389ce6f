import { EventEmitter } from 'node:events';
import { FakeConnection } from './fakeConnection.ts';

// PeerJS as far as `PeerBroker` uses it. Nothing is sent anywhere: the test opens connections and fails them.

class FakePeerConnection extends FakeConnection {
  addEventListener(_event: string, _listener: unknown): void {
    // Candidates are of no interest here.
  }
}

/** A connection of PeerJS's. */
export class DataConnection extends EventEmitter {
  readonly peer: string;
  readonly connectionId = 'dc_1';
  readonly end = new FakePeerConnection();
  peerConnection: FakePeerConnection | null = this.end;
  dataChannel: { onopen: unknown; onmessage: unknown; onclose: unknown } | null = {
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  open = false;

  constructor(peer: string) {
    super();
    this.peer = peer;
  }

  /** The channel is open. */
  opens(): void {
    this.open = true;
    this.emit('open');
  }

  /** Closes what it still holds. */
  close(): void {
    this.peerConnection?.close();
    this.peerConnection = null;
    this.open = false;
    this.emit('close');
  }
}

/** A registration with a server. */
export class Peer extends EventEmitter {
  /** The newest. */
  static last: Peer | null = null;
  readonly id: string;
  readonly options: Record<string, unknown>;
  readonly calls: DataConnection[] = [];
  readonly socket = { send: (): void => undefined };
  destroyed = false;

  constructor(id: string, options: Record<string, unknown>) {
    super();
    this.id = id;
    this.options = options;
    Peer.last = this;
  }

  connect(called: string): DataConnection {
    const connection = new DataConnection(called);
    this.calls.push(connection);
    return connection;
  }

  /** Somebody calls. */
  called(from: string): DataConnection {
    const connection = new DataConnection(from);
    this.emit('connection', connection);
    return connection;
  }

  fail(type: string, message = type): void {
    this.emit('error', Object.assign(new Error(message), { type }));
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('disconnected');
  }
}
