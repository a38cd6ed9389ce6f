import type { RawLink } from '../../../src/webview/rtc/broker.ts';
import { turn } from '../../support/turn.ts';

// A small RTCPeerConnection for Node: states, descriptions and candidates as WebRTC 1.0 has them, no network. Two of
// them are wired to each other with a data channel, as PeerJS hands them over.

/** Lets everything that is on its way arrive. */
export { turn };

/** One end of a data channel: ordered, reliable, a turn of the loop away from the other end. */
export class FakeChannel {
  readonly label: string;
  readyState: RTCDataChannelState = 'open';
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  /** Messages that the other end gets; false makes a side that is gone without a word. */
  delivers = true;
  other: FakeChannel | null = null;

  constructor(label = 'parley') {
    this.label = label;
  }

  send(data: string): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    if (!this.delivers) return;
    setImmediate(() => {
      if (this.other?.readyState === 'open') this.other.onmessage?.({ data });
    });
  }

  /** Hands over what was sent, then closes both ends. */
  close(): void {
    if (this.readyState !== 'open') return;
    this.readyState = 'closing';
    setImmediate(() => {
      this.shut(true);
      if (this.delivers) this.other?.shut(true);
    });
  }

  /** Is closed, now. */
  shut(tell: boolean): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    if (tell) this.onclose?.();
  }
}

class FakeTransceiver {
  direction = 'sendrecv';
  readonly receiver: { readonly track: { readonly kind: string } };
  readonly sender: {
    track: unknown;
    replaceTrack: (track: unknown) => Promise<void>;
    getParameters: () => { encodings: { maxBitrate?: number }[] };
    setParameters: () => Promise<void>;
  };

  constructor(kind: string, track: unknown = null) {
    this.receiver = { track: { kind } };
    const sender = (this.sender = {
      track,
      replaceTrack: (next: unknown) => {
        sender.track = next;
        return Promise.resolve();
      },
      getParameters: () => ({ encodings: [] }),
      setParameters: () => Promise.resolve(),
    });
  }

  setCodecPreferences(): void {
    // Codecs make no difference here.
  }
}

interface Description {
  readonly type: RTCSdpType;
  readonly sdp: string;
}

let made = 0;
const alone = new Map<string, FakeConnection>();

/** One end of a connection. */
export class FakeConnection {
  readonly fingerprint: string;
  readonly channels: FakeChannel[] = [];
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'connected';
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { readonly candidate: RTCIceCandidateInit | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ondatachannel: ((event: { readonly channel: FakeChannel }) => void) | null = null;
  other: FakeConnection | null = null;
  /** The candidates that were added. */
  readonly candidates: string[] = [];
  /** Offers of ours that were rolled back. */
  rolledBack = 0;
  restarts = 0;
  /** Fails once, as a browser that is short of something. */
  failsNext = false;
  #transceivers: FakeTransceiver[] = [];
  #stable: { local: Description | null; remote: Description | null } = { local: null, remote: null };
  #needed = false;
  #ops: Promise<void> = Promise.resolve();

  constructor() {
    this.fingerprint = (++made)
      .toString(16)
      .padStart(8, '0')
      .replace(/../g, '$&:')
      .slice(0, -1)
      .toUpperCase();
  }

  /** Something was changed that has to be negotiated. */
  need(): void {
    if (this.#needed) return;
    this.#needed = true;
    queueMicrotask(() => this.#fire());
  }

  /** Asks for other routes. */
  restartIce(): void {
    this.restarts += 1;
    this.need();
  }

  addTransceiver(trackOrKind: unknown): FakeTransceiver {
    const kind = typeof trackOrKind === 'string' ? trackOrKind : (trackOrKind as { kind: string }).kind;
    const transceiver = new FakeTransceiver(kind, typeof trackOrKind === 'string' ? null : trackOrKind);
    this.#transceivers.push(transceiver);
    this.need();
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return [...this.#transceivers];
  }

  createDataChannel(label: string): FakeChannel {
    const [near, far] = channelPair(label);
    if (this.connectionState === 'new') {
      near.readyState = far.readyState = 'connecting';
      this.channels.push(near);
      this.need();
      return near;
    }
    this.channels.push(near);
    this.other?.channels.push(far);
    setImmediate(() => this.other?.ondatachannel?.({ channel: far }));
    return near;
  }

  getStats(): Promise<ReadonlyMap<string, unknown>> {
    return Promise.resolve(new Map());
  }

  setLocalDescription(): Promise<void> {
    return this.#chain(() => {
      if (this.signalingState === 'have-remote-offer') {
        this.localDescription = this.#describe('answer');
        this.#settle();
      } else {
        this.localDescription = this.#describe('offer');
        this.signalingState = 'have-local-offer';
        this.#needed = false;
      }
    });
  }

  setRemoteDescription(description: Description): Promise<void> {
    return this.#chain(() => {
      if (description.type === 'answer') {
        if (this.signalingState !== 'have-local-offer') {
          throw new DOMException(`an answer in ${this.signalingState}`, 'InvalidStateError');
        }
        this.remoteDescription = description;
        this.#settle();
        this.#meet();
        return;
      }
      if (this.signalingState === 'have-local-offer') {
        this.rolledBack += 1;
        this.#needed = true;
        this.localDescription = this.#stable.local;
      }
      this.remoteDescription = description;
      this.signalingState = 'have-remote-offer';
      const kinds = [...description.sdp.matchAll(/^m=(audio|video)/gm)].map((match) => match[1] ?? '');
      for (const kind of kinds.slice(this.#transceivers.length)) {
        this.#transceivers.push(new FakeTransceiver(kind));
      }
    });
  }

  /** As a browser: refused without a remote description, or for one that is not the candidate's own. */
  addIceCandidate({ candidate = '' }: RTCIceCandidateInit): Promise<void> {
    return this.#chain(() => {
      if (!this.remoteDescription) throw new DOMException('no remote description', 'InvalidStateError');
      const ufrag = /ufrag (\S+)/.exec(candidate)?.[1];
      if (ufrag && !this.remoteDescription.sdp.includes(`a=ice-ufrag:${ufrag}`)) {
        throw new DOMException('of another description', 'OperationError');
      }
      this.candidates.push(candidate);
    });
  }

  /** Gathers a candidate for the description in force. */
  gather(): void {
    const ufrag = /a=ice-ufrag:(\S+)/.exec(this.localDescription?.sdp ?? '')?.[1] ?? '';
    const candidate = `candidate:1 1 udp 1 127.0.0.1 9 typ host ufrag ${ufrag}`;
    this.onicecandidate?.({ candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } });
  }

  /** One that is to find its other end by the descriptions that are exchanged. */
  static alone(): FakeConnection {
    const end = new FakeConnection();
    end.connectionState = 'new';
    alone.set(end.fingerprint, end);
    return end;
  }

  /** Our offer was answered: both ends are connected, and their first channel opens. */
  #meet(): void {
    if (this.connectionState !== 'new') return;
    const print = /a=fingerprint:sha-256 (\S+)/.exec(this.remoteDescription?.sdp ?? '')?.[1] ?? '';
    const other = alone.get(print);
    if (!other) return;
    this.other = other;
    other.other = this;
    this.connectionState = other.connectionState = 'connected';
    setImmediate(() => {
      for (const near of this.channels) {
        const far = near.other;
        if (!far) continue;
        other.channels.push(far);
        near.readyState = far.readyState = 'open';
        other.ondatachannel?.({ channel: far });
        far.onopen?.();
        near.onopen?.();
      }
    });
  }

  /** The network between both ends is gone for good. */
  cut(): void {
    for (const end of [this, this.other]) {
      if (!end) continue;
      end.#kill('failed');
      end.onconnectionstatechange?.();
    }
  }

  /** This page is killed: it does nothing any more, and the other side hears nothing. */
  silence(): void {
    for (const channel of this.channels) channel.delivers = false;
    this.onconnectionstatechange = this.onnegotiationneeded = this.onicecandidate = this.ondatachannel = null;
    for (const channel of this.channels) channel.onmessage = channel.onclose = null;
  }

  /** Closes this end without events, the other end with them, as DTLS does. */
  close(): void {
    if (this.connectionState === 'closed') return;
    const silent = this.channels.some((channel) => !channel.delivers);
    this.#kill('closed');
    this.signalingState = 'closed';
    const { other } = this;
    if (other && !silent) setImmediate(() => other.#shutChannels(true));
  }

  #kill(state: 'failed' | 'closed'): void {
    this.connectionState = state;
    this.#shutChannels(false);
  }

  #shutChannels(tell: boolean): void {
    for (const channel of this.channels) channel.shut(tell);
  }

  #fire(): void {
    if (!this.#needed || this.signalingState !== 'stable') return;
    this.onnegotiationneeded?.();
  }

  #settle(): void {
    this.signalingState = 'stable';
    this.#stable = { local: this.localDescription, remote: this.remoteDescription };
    queueMicrotask(() => this.#fire());
  }

  #describe(type: 'offer' | 'answer'): Description {
    const media = this.#transceivers.map(({ receiver }) => `m=${receiver.track.kind} 9\r\n`).join('');
    const ufrag = `${this.fingerprint.replaceAll(':', '')}x${String(++made)}`;
    return {
      type,
      sdp: `v=0\r\na=ice-ufrag:${ufrag}\r\na=fingerprint:sha-256 ${this.fingerprint}\r\n${media}`,
    };
  }

  /** One operation after the other, each a turn of the loop long. */
  #chain(step: () => void): Promise<void> {
    const done = this.#ops.then(turn).then(() => {
      if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
      if (this.failsNext) {
        this.failsNext = false;
        throw new DOMException('not now', 'OperationError');
      }
      step();
    });
    this.#ops = done.catch(() => undefined);
    return done;
  }

  /** As it is once a data channel is open: the caller's offer was answered. */
  static join(caller: FakeConnection, callee: FakeConnection): void {
    caller.other = callee;
    callee.other = caller;
    caller.localDescription = callee.remoteDescription = caller.#describe('offer');
    caller.remoteDescription = callee.localDescription = callee.#describe('answer');
    for (const end of [caller, callee]) {
      end.#stable = { local: end.localDescription, remote: end.remoteDescription };
    }
  }
}

function channelPair(label?: string): [FakeChannel, FakeChannel] {
  const [near, far] = [new FakeChannel(label), new FakeChannel(label)];
  near.other = far;
  far.other = near;
  return [near, far];
}

/** Both ends of a connection as a broker hands them out. */
export interface Wired {
  readonly caller: RawLink;
  readonly callee: RawLink;
  readonly callerEnd: FakeConnection;
  readonly calleeEnd: FakeConnection;
}

/** Wires two connections. */
export function wire(called: string): Wired {
  const [near, far] = [new FakeConnection(), new FakeConnection()];
  FakeConnection.join(near, far);
  const [nearChannel, farChannel] = channelPair();
  near.channels.push(nearChannel);
  far.channels.push(farChannel);
  return {
    caller: rawLink(near, nearChannel, called, true),
    callee: rawLink(far, farChannel, called, false),
    callerEnd: near,
    calleeEnd: far,
  };
}

function rawLink(pc: FakeConnection, channel: FakeChannel, called: string, caller: boolean): RawLink {
  return {
    pc: pc as unknown as RTCPeerConnection,
    channel: channel as unknown as RTCDataChannel,
    called,
    caller,
  };
}

// What `MediaSlots` asks of the browser besides; without capabilities it leaves the order of codecs alone.
Object.assign(globalThis, { RTCRtpReceiver: { getCapabilities: () => null } });
