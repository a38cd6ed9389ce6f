import type { ParticipantId } from '../../../src/shared/ids.ts';
import type { LaneMessage } from '../../../src/shared/protocol.ts';
import { Lanes } from '../../../src/webview/files/lanes.ts';
import { channelPair, type FakeChannel } from './support.ts';

/** An RTCPeerConnection as far as lanes use one. The other end is found by what the descriptions say. */
export class FakeConnection {
  static readonly all = new Map<string, FakeConnection>();
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ondatachannel: ((event: { channel: RTCDataChannel }) => void) | null = null;
  connectionState: RTCPeerConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  localDescription: { type: string; sdp: string } | null = null;
  readonly id = `fake ${String(FakeConnection.all.size)}`;
  readonly channels: FakeChannel[] = [];
  candidates = 0;
  media: readonly unknown[] = [];
  closed = false;
  readonly #waiting: FakeChannel[] = [];
  #other: FakeConnection | undefined;

  constructor() {
    FakeConnection.all.set(this.id, this);
  }

  getTransceivers(): readonly unknown[] {
    return this.media;
  }

  createDataChannel(label: string): RTCDataChannel {
    const [near, far] = channelPair(label);
    this.channels.push(near);
    if (this.connectionState === 'connected') this.#other?.ondatachannel?.({ channel: far.asChannel });
    else this.#waiting.push(far);
    if (this.channels.length === 1) setImmediate(() => this.onnegotiationneeded?.());
    return near.asChannel;
  }

  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    this.localDescription = { type, sdp: this.id };
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
    setImmediate(() => {
      const candidate = 'candidate:1 1 udp 1 00000000-0000-0000-0000-000000000000.local 5 typ host';
      this.onicecandidate?.({ candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } });
    });
  }

  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    this.#other = FakeConnection.all.get(sdp);
    this.signalingState = type === 'offer' ? 'have-remote-offer' : 'stable';
    if (type === 'offer') return;
    for (const end of [this, this.#other]) end?.become('connected');
    for (const far of this.#waiting.splice(0)) this.#other?.ondatachannel?.({ channel: far.asChannel });
  }

  async addIceCandidate(): Promise<void> {
    this.candidates += 1;
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.closed = true;
    this.connectionState = 'closed';
  }
}

/** One of two people with lanes between them. */
export class LaneEnd {
  readonly lanes: Lanes;
  readonly made: FakeConnection[] = [];
  readonly sent: LaneMessage[] = [];
  readonly channels: RTCDataChannel[] = [];
  readonly problems: string[] = [];
  other: LaneEnd | null = null;
  gives = false;
  /** Milliseconds. */
  roundTrip = 50;

  constructor(name: ParticipantId, otherName: ParticipantId) {
    this.lanes = new Lanes({
      connect: () => {
        const pc = new FakeConnection();
        this.made.push(pc);
        return pc as unknown as RTCPeerConnection;
      },
      addresses: ['192.0.2.1', '192.0.2.2'],
      link: (to) =>
        to === otherName && this.other
          ? {
              send: (message) => {
                this.sent.push(message);
                const { other } = this;
                setImmediate(() => other?.lanes.receive(name, message));
              },
              getStats: async () => statsOf(this.roundTrip),
            }
          : null,
      givesTo: () => this.gives,
      onChannel: (_from, channel) => this.channels.push(channel),
      onProblem: (what) => this.problems.push(what),
    });
  }

  get open(): FakeConnection[] {
    return this.made.filter(({ closed }) => !closed);
  }
}

function statsOf(roundTrip: number): Map<string, object> {
  return new Map<string, object>([
    ['T', { type: 'transport', selectedCandidatePairId: 'P' }],
    ['Q', { type: 'candidate-pair', currentRoundTripTime: 9 }],
    ['P', { type: 'candidate-pair', currentRoundTripTime: roundTrip / 1_000 }],
  ]);
}
