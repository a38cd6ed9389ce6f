/** What a participant can send, in the order of the transceivers on every link. */
export const TRACK_KINDS = ['microphone', 'camera', 'screen', 'screenAudio'] as const;
export type TrackKind = (typeof TRACK_KINDS)[number];

/** The local tracks as they are now; a missing one is not being captured or is muted. */
export type LocalTracks = Readonly<Record<TrackKind, MediaStreamTrack | null>>;

const MEDIUM: Readonly<Record<TrackKind, 'audio' | 'video'>> = {
  microphone: 'audio',
  camera: 'video',
  screen: 'video',
  screenAudio: 'audio',
};

/** Bits per second. Text at 1080p and 5 fps needs 80 (AV1) to 260 (VP9) kbit/s; the rest is room for motion. */
const MAX_BITRATE: Readonly<Record<TrackKind, number>> = {
  microphone: 40_000,
  camera: 1_200_000,
  screen: 4_000_000,
  screenAudio: 96_000,
};

/** Measured: text on a screen, AV1 80, VP8 211, VP9 262 kbit/s; a camera, H.264 0.4, VP8 1.1, VP9 and AV1 1.9 ms a frame. */
const CODEC_ORDER: Readonly<Partial<Record<TrackKind, readonly string[]>>> = {
  camera: ['video/VP8', 'video/H264', 'video/VP9', 'video/AV1'],
  screen: ['video/AV1', 'video/VP9', 'video/VP8', 'video/H264'],
};

/**
 * The four transceivers of a link. The callee makes them, the caller finds them in the offer; after that single
 * negotiation devices come and go by `replaceTrack`, so that there is neither glare nor delay.
 */
export class MediaSlots {
  readonly #pc: RTCPeerConnection;
  readonly #onProblem: (error: unknown) => void;
  #slots: readonly RTCRtpTransceiver[] = [];
  #tracks: LocalTracks = { microphone: null, camera: null, screen: null, screenAudio: null };

  /** Sends nothing until `update` says what. */
  constructor(pc: RTCPeerConnection, onProblem: (error: unknown) => void) {
    this.#pc = pc;
    this.#onProblem = onProblem;
  }

  /** Whether media is negotiated. */
  get ready(): boolean {
    return this.#slots.length === TRACK_KINDS.length;
  }

  /** Callee: makes the transceivers, which makes the connection want a negotiation. */
  create(): void {
    this.#slots = TRACK_KINDS.map((kind) => {
      const transceiver = this.#pc.addTransceiver(this.#tracks[kind] ?? MEDIUM[kind], {
        direction: 'sendrecv',
        sendEncodings: [{ maxBitrate: MAX_BITRATE[kind] }],
      });
      preferCodecs(transceiver, kind);
      return transceiver;
    });
  }

  /** Caller: adopts the transceivers of the offer, between setting it and answering. False when they are not four of the right media. */
  adopt(): boolean {
    if (this.ready) return true;
    const found = this.#pc.getTransceivers();
    const fits =
      found.length === TRACK_KINDS.length &&
      TRACK_KINDS.every((kind, index) => found[index]?.receiver.track.kind === MEDIUM[kind]);
    if (!fits) return false;
    for (const [index, kind] of TRACK_KINDS.entries()) {
      const transceiver = found[index];
      if (!transceiver) return false;
      transceiver.direction = 'sendrecv';
      preferCodecs(transceiver, kind);
      this.#replace(transceiver, this.#tracks[kind]);
    }
    this.#slots = found;
    return true;
  }

  /** Caller, after its answer is set: until then the sender has no encodings to bound. */
  async bound(): Promise<void> {
    for (const [index, kind] of TRACK_KINDS.entries()) {
      const sender = this.#slots[index]?.sender;
      const parameters = sender?.getParameters();
      const encoding = parameters?.encodings[0];
      if (!sender || !parameters || !encoding || encoding.maxBitrate !== undefined) continue;
      encoding.maxBitrate = MAX_BITRATE[kind];
      await sender.setParameters(parameters);
    }
  }

  /** Sends these tracks from now on. */
  update(tracks: LocalTracks): void {
    const before = this.#tracks;
    this.#tracks = tracks;
    for (const [index, kind] of TRACK_KINDS.entries()) {
      const transceiver = this.#slots[index];
      if (transceiver && before[kind] !== tracks[kind]) this.#replace(transceiver, tracks[kind]);
    }
  }

  /** The other side's track; it is there from negotiation on, and live while they send. */
  remoteTrack(kind: TrackKind): MediaStreamTrack | null {
    return this.#slots[TRACK_KINDS.indexOf(kind)]?.receiver.track ?? null;
  }

  /** What goes over the transceiver of this `mid`, as statistics name it. */
  kindOf(mid: string): TrackKind | undefined {
    return TRACK_KINDS[this.#slots.findIndex((slot) => slot.mid === mid)];
  }

  #replace(transceiver: RTCRtpTransceiver, track: MediaStreamTrack | null): void {
    transceiver.sender.replaceTrack(track).catch(this.#onProblem);
  }
}

/** Puts the codecs that suit this kind of track first, as this page would receive them. */
export function preferCodecs(transceiver: RTCRtpTransceiver, kind: TrackKind): void {
  const order = CODEC_ORDER[kind];
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs;
  if (!order || !codecs) return;
  const rank = (codec: RTCRtpCodec): number => {
    const at = order.indexOf(codec.mimeType);
    return at < 0 ? order.length : at;
  };
  transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}
