import { toBase64Url } from '../../shared/base64url.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { MAX_PENDING_LINKS, MAX_RELAYED_PER_10_S, MAX_SIGNALS } from '../../shared/limits.ts';
import type { MemberAddress, RelayMessage } from '../../shared/protocol.ts';
import { BrokerError, type RawLink } from '../rtc/broker.ts';
import { Negotiation } from '../rtc/negotiation.ts';

/** What relaying needs of the mesh. */
export interface RelayOptions {
  readonly self: () => MemberAddress | null;
  /** A connection like those that the server helps to make. */
  readonly connect: () => RTCPeerConnection;
  /** This machine's addresses, for twins of mDNS candidates. */
  readonly addresses: readonly string[];
  /** Sends to a member who is here; false when they are not. */
  readonly send: (to: ParticipantId, message: RelayMessage) => boolean;
  /** Members who are here and say that they reach somebody's page. */
  readonly relaysTo: (member: MemberAddress) => readonly ParticipantId[];
  /** Somebody has called us. Nothing about them is proven: a relay could be anybody's. */
  readonly onLink: (raw: RawLink) => void;
  /** How long a call may take until its channel is open; milliseconds. */
  readonly patience: number;
  readonly onProblem: (what: string, error?: unknown) => void;
}

type Signal = RelayMessage['signal'];

/** A connection that is being made. */
interface Making {
  readonly negotiation: Negotiation;
  readonly end: (error?: BrokerError) => void;
  /** Who hands our messages on. */
  readonly via: ParticipantId;
  signals: number;
}

/** What the side that makes a connection is told once it is open, or has failed. */
interface Outcome {
  readonly onOpen: (channel: RTCDataChannel) => void;
  readonly onFail: (error: BrokerError) => void;
}

/**
 * Calls without a server: a member whom both still reach hands the descriptions on, one hop and no further. The link that
 * comes of it is proven from end to end like any other, so whoever relays can neither read nor stand in the middle.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #making = new Map<string, Making>();
  readonly #counts = new Map<ParticipantId, { since: number; count: number }>();
  #turn = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Whether there is somebody to hand a call on. */
  reaches(member: MemberAddress): boolean {
    return this.#options.relaysTo(member).length > 0;
  }

  /** Calls a member. @throws {BrokerError} `unreachable`: nobody relays; `timeout`, `failed` */
  call(member: MemberAddress): Promise<RawLink> {
    const { id, peer } = member;
    const relays = this.#options.relaysTo(member);
    // Another one each time: who does not answer may be lost as well.
    const via = relays[this.#turn++ % Math.max(1, relays.length)];
    if (via === undefined) return Promise.reject(new BrokerError('unreachable'));
    const call = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const pc = this.#options.connect();
    return new Promise((resolve, reject) => {
      this.#make(
        { key: keyOf(id, call), to: id, call, via, caller: true, pc },
        {
          onOpen: (channel) => resolve({ pc, channel, called: peer, caller: true }),
          onFail: reject,
        },
      );
    });
  }

  /** A member has sent this: it is for us, or to be handed on. */
  receive(from: ParticipantId, message: RelayMessage): void {
    const { self, send, onProblem } = this.#options;
    const own = self();
    if (!own || !this.#mayPass(from)) return onProblem('a relayed message was dropped');
    if (message.to === own.id) return this.#take(from, own, message);
    // One hop: what is handed on comes from who wrote it.
    if (message.from !== from || !send(message.to, message)) onProblem('a message was not relayed');
  }

  dispose(): void {
    for (const { end } of this.#making.values()) end(new BrokerError('closed'));
  }

  #take(via: ParticipantId, own: MemberAddress, { from, call, signal }: RelayMessage): void {
    if (from === own.id) return;
    const key = keyOf(from, call);
    let making = this.#making.get(key);
    if (!making) {
      if (signal.kind !== 'description' || signal.description.type !== 'offer') return;
      if (this.#making.size >= MAX_PENDING_LINKS) return;
      const pc = this.#options.connect();
      making = this.#make(
        { key, to: from, call, via, caller: false, pc },
        {
          onOpen: (channel) => this.#options.onLink({ pc, channel, called: own.peer, caller: false }),
          onFail: (error) => this.#options.onProblem('a relayed call came to nothing', error),
        },
      );
    }
    if (making.via !== via || ++making.signals > MAX_SIGNALS) return;
    making.negotiation.receive(
      signal.kind === 'description'
        ? { t: 'description', description: signal.description }
        : { t: 'candidate', candidate: signal.candidate },
    );
  }

  #make(
    how: {
      readonly key: string;
      readonly to: ParticipantId;
      readonly call: string;
      readonly via: ParticipantId;
      readonly caller: boolean;
      readonly pc: RTCPeerConnection;
    },
    { onOpen, onFail }: Outcome,
  ): Making {
    const { addresses, patience, self, send, onProblem } = this.#options;
    const { key, to, call, via, caller, pc } = how;
    const end = (error?: BrokerError): void => {
      clearTimeout(deadline);
      if (!this.#making.delete(key)) return;
      pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ondatachannel = null;
      if (!error) return;
      pc.close();
      onFail(error);
    };
    const deadline = setTimeout(() => end(new BrokerError('timeout')), patience);
    const say = (signal: Signal): void => {
      const from = self()?.id;
      if (from !== undefined) send(via, { t: 'relay', to, from, call, signal });
    };
    const negotiation = new Negotiation({
      pc,
      polite: !caller,
      addresses,
      send: (message) =>
        say(
          message.t === 'description'
            ? { kind: 'description', description: message.description }
            : { kind: 'candidate', candidate: message.candidate },
        ),
      // Media is negotiated on the link, once it is proven.
      beforeAnswer: () => pc.getTransceivers().length === 0,
      onStable: () => undefined,
      onProblem: (error) => {
        onProblem('the negotiation of a relayed call failed', error);
        end(new BrokerError('failed', error));
      },
    });
    const making: Making = { negotiation, end, via, signals: 0 };
    this.#making.set(key, making);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed') end(new BrokerError('failed'));
    };
    const opened = (channel: RTCDataChannel): void => {
      channel.onopen = null;
      end();
      onOpen(channel);
    };
    const watch = (channel: RTCDataChannel): void => {
      if (channel.readyState === 'open') opened(channel);
      else channel.onopen = () => opened(channel);
    };
    if (caller) watch(pc.createDataChannel('parley', { ordered: true }));
    else pc.ondatachannel = ({ channel }) => watch(channel);
    return making;
  }

  /** So many messages of a member in ten seconds, and no more. */
  #mayPass(from: ParticipantId): boolean {
    const now = performance.now();
    const window = this.#counts.get(from);
    if (!window || now - window.since > 10_000) {
      this.#counts.set(from, { since: now, count: 1 });
      return true;
    }
    return ++window.count <= MAX_RELAYED_PER_10_S;
  }
}

const keyOf = (id: ParticipantId, call: string): string => `${id} ${call}`;
