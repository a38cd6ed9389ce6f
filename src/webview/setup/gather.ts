/** A candidate as far as verdicts go by it. */
export interface GatheredCandidate {
  readonly type: RTCIceCandidateType | '';
  /** An address or a name of mDNS; empty where the browser does not tell. */
  readonly address: string;
}

/** What the browser says that a STUN or TURN server answered; 701 for no answer (W3C WebRTC, section 4.8.2). */
export interface GatherError {
  readonly code: number;
}

/** What gathering gave. */
export interface Gathered {
  readonly candidates: readonly GatheredCandidate[];
  readonly errors: readonly GatherError[];
  /** It has ended by itself. */
  readonly complete: boolean;
}

/** How long to gather. */
export interface GatherOptions {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly patience: number;
  /** The type of candidate with which there is no need to wait for more. */
  readonly enough?: RTCIceCandidateType;
}

/** Gathers the candidates of a connection that is made for it alone. */
export async function gather(config: RTCConfiguration, options: GatherOptions): Promise<Gathered> {
  const { signal, patience, enough } = options;
  const pc = new RTCPeerConnection(config);
  const candidates: GatheredCandidate[] = [];
  const errors: GatherError[] = [];
  try {
    pc.createDataChannel('test');
    const ended = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      const finish = (): void => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', finish, { once: true });
      pc.onicecandidate = ({ candidate }) => {
        if (!candidate) return;
        candidates.push({ type: candidate.type ?? '', address: candidate.address ?? '' });
        if (candidate.type === enough) finish();
      };
      pc.onicecandidateerror = ({ errorCode }) => {
        errors.push({ code: errorCode });
      };
      pc.onicegatheringstatechange = () => {
        if (pc.iceGatheringState === 'complete') finish();
      };
    });
    await pc.setLocalDescription();
    await ended;
    return { candidates, errors, complete: pc.iceGatheringState === 'complete' };
  } finally {
    pc.close();
  }
}
