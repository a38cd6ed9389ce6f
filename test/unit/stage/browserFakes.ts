import { WebSocket } from 'ws';
import { replaceGlobals } from '../../support/globals.ts';

// What pages have of their browser and Node has not: devices, peer connections, elements, the storage of a tab. Enough of
// them for the real parts of panel and stage to work with each other over a real gateway.

/** A captured or received track. */
export class FakeTrack {
  readonly id = crypto.randomUUID();
  readonly kind: 'audio' | 'video';
  enabled = true;
  muted = false;
  stopped = false;
  contentHint = '';
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;

  constructor(kind: 'audio' | 'video') {
    this.kind = kind;
  }

  stop(): void {
    this.stopped = true;
  }

  /** The device is unplugged. */
  pullOut(): void {
    this.stopped = true;
    this.onended?.();
  }
}

class FakeStream {
  readonly #tracks: readonly FakeTrack[];
  constructor(tracks: readonly FakeTrack[] = []) {
    this.#tracks = tracks;
  }
  getTracks(): readonly FakeTrack[] {
    return this.#tracks;
  }
  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'audio');
  }
  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'video');
  }
}

/** The machine's devices, and how the browser answers who asks for them. */
export class FakeDevices {
  /** Every track that was ever handed out. */
  readonly captured: FakeTrack[] = [];
  /** What the browser does before it gives a device; throws where it refuses. */
  gate: () => Promise<void> = () => Promise.resolve();

  /** Those that capture now. */
  get live(): FakeTrack[] {
    return this.captured.filter((track) => !track.stopped);
  }

  async getUserMedia({ audio }: MediaStreamConstraints): Promise<FakeStream> {
    await this.gate();
    return this.#stream(audio ? 'audio' : 'video');
  }

  getDisplayMedia(): Promise<FakeStream> {
    return Promise.resolve(this.#stream('video'));
  }

  enumerateDevices(): Promise<object[]> {
    return Promise.resolve([{ kind: 'videoinput', deviceId: 'c1', label: 'Webcam' }]);
  }

  addEventListener(): void {
    // Nothing is plugged in in these tests.
  }

  removeEventListener(): void {
    // As above.
  }

  #stream(kind: 'audio' | 'video'): FakeStream {
    const track = new FakeTrack(kind);
    this.captured.push(track);
    return new FakeStream([track]);
  }
}

class FakeSender {
  track: FakeTrack | null = null;
  parameters: { encodings: { maxBitrate?: number }[] } = { encodings: [{}] };
  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
  getParameters(): object {
    return structuredClone(this.parameters);
  }
  setParameters(parameters: FakeSender['parameters']): Promise<void> {
    this.parameters = parameters;
    return Promise.resolve();
  }
}

class FakeTransceiver {
  readonly sender = new FakeSender();
  readonly receiver: { readonly track: FakeTrack; jitterBufferTarget: number | null };
  direction = 'sendrecv';
  constructor(kind: 'audio' | 'video') {
    this.receiver = { track: new FakeTrack(kind), jitterBufferTarget: null };
  }
}

/** Two of them find each other by the numbers in their descriptions. */
class FakePeerConnection {
  static readonly all = new Map<string, FakePeerConnection>();
  /** Offers and answers that were ever made. */
  static described = 0;
  /** Where the other end of every connection is; null when the browser does not tell. */
  static address: string | null = null;
  readonly id = crypto.randomUUID();
  readonly transceivers: FakeTransceiver[] = [];
  signalingState = 'stable';
  connectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  other: FakePeerConnection | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  #needed = false;

  constructor() {
    FakePeerConnection.all.set(this.id, this);
  }

  addTransceiver(kind: 'audio' | 'video'): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind);
    this.transceivers.push(transceiver);
    if (!this.#needed) {
      this.#needed = true;
      setImmediate(() => {
        this.#needed = false;
        this.onnegotiationneeded?.();
      });
    }
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return [...this.transceivers];
  }

  setLocalDescription(): Promise<void> {
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    const kinds = this.transceivers.map(({ receiver }) => receiver.track.kind);
    FakePeerConnection.described += 1;
    this.localDescription = { type, sdp: JSON.stringify({ id: this.id, kinds, to: this.other?.id }) };
    this.signalingState = type === 'answer' ? 'stable' : 'have-local-offer';
    return Promise.resolve();
  }

  setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (type === 'answer' && this.signalingState !== 'have-local-offer')
      return Promise.reject(new Error(`an answer in the state ${this.signalingState}`));
    const { id, kinds, to } = JSON.parse(sdp) as { id: string; kinds: ('audio' | 'video')[]; to?: string };
    for (const kind of kinds.slice(this.transceivers.length))
      this.transceivers.push(new FakeTransceiver(kind));
    this.other = FakePeerConnection.all.get(id) ?? null;
    this.signalingState = type === 'offer' ? 'have-remote-offer' : 'stable';
    // An answer to the offer of another connection is taken, and nothing ever comes of it: its ICE passwords are others.
    if (type === 'answer' && to === this.id) for (const end of [this, this.other]) end?.become('connected');
    return Promise.resolve();
  }

  addIceCandidate(): Promise<void> {
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, object>> {
    const { address } = FakePeerConnection;
    const entries: Record<string, object> = {
      T: { type: 'transport', selectedCandidatePairId: 'P' },
      P: { type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R' },
      L: { type: 'local-candidate', candidateType: 'host', address: null },
      R: { type: 'remote-candidate', candidateType: 'host', address },
    };
    return Promise.resolve(new Map(Object.entries(entries)));
  }

  become(state: string): void {
    this.connectionState = state;
    setImmediate(() => this.onconnectionstatechange?.());
  }

  close(): void {
    this.connectionState = 'closed';
    FakePeerConnection.all.delete(this.id);
  }
}

/** How many offers and answers were made so far. */
export function descriptions(): number {
  return FakePeerConnection.described;
}

/** From now on every connection goes by this address; null when the browser does not tell. */
export function goBy(address: string | null): void {
  FakePeerConnection.address = address;
}

/** What the other end sends on the slot of a received track. */
export function sentOn(received: MediaStreamTrack | null): FakeTrack | null {
  return senderOf(received)?.track ?? null;
}

/** The most bits per second that the other end spends on it. */
export function bitrateOf(received: MediaStreamTrack | null): number | undefined {
  return senderOf(received)?.parameters.encodings[0]?.maxBitrate;
}

function senderOf(received: MediaStreamTrack | null): FakeSender | undefined {
  for (const { transceivers, other } of FakePeerConnection.all.values()) {
    const slot = transceivers.findIndex(({ receiver }) => Object.is(receiver.track, received));
    if (slot >= 0) return other?.transceivers[slot]?.sender;
  }
  return undefined;
}

/** Puts the fakes in their places; gives what is behind them, and the way back. */
export function installBrowser(origin: () => string) {
  const devices = new FakeDevices();
  let kept = new Map<string, string>();
  const element = (): object => ({
    play: () => Promise.resolve(),
    remove: () => undefined,
    setSinkId: () => Promise.resolve(),
  });
  const fakes: Record<string, unknown> = {
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url, { origin: origin() });
        // A browser's page learns of the close alone.
        this.on('error', () => undefined);
      }
    },
    RTCPeerConnection: FakePeerConnection,
    RTCRtpReceiver: { getCapabilities: () => null },
    MediaStream: FakeStream,
    navigator: { mediaDevices: devices, permissions: { query: () => Promise.resolve({ state: 'denied' }) } },
    document: { createElement: element, body: { append: () => undefined } },
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    },
  };
  return {
    devices,
    /** From now on the storage is that of another tab. */
    newTab: () => {
      kept = new Map();
    },
    restore: replaceGlobals(fakes),
  };
}
