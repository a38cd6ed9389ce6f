import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import { HANDSHAKE_DEADLINE } from '../../shared/limits.ts';
import type { RawLink } from './broker.ts';
import { closeSoon, sendText } from './controlChannel.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { Handshake, HandshakeError, type ProvenPeer } from './handshake.ts';
import type { Identity } from './identity.ts';

/** What both sides have to prove, and over which connection. */
export interface ProofOptions {
  readonly raw: RawLink;
  readonly room: PeerId;
  readonly secret: string;
  readonly identity: Identity;
  /** Our own peer id, whatever id was called. */
  readonly peer: PeerId;
  /** Whom we mean to call; anybody else is refused. */
  readonly expected?: ParticipantId;
  /** Aborted when the other side has had time enough. Who has sent a proof by then is looked at all the same. */
  readonly signal?: AbortSignal;
}

/** A connection whose other side has proven itself. */
export interface Proven {
  readonly remote: ProvenPeer;
  /** Frames that came behind the proof, not yet looked at; more are added until the channel is listened to otherwise. */
  readonly waiting: unknown[];
}

/** Raw frames that may wait while the other side's proof is being checked. */
export const MAX_WAITING = 64;

/**
 * Proves a raw connection. Nothing that arrives on it is looked at but the handshake; when that fails it is closed.
 * @throws {HandshakeError}
 */
export async function proveRaw(options: ProofOptions): Promise<Proven> {
  const { raw, room, secret, identity, peer, expected, signal } = options;
  const localFingerprint = fingerprintsOf(raw.pc.localDescription?.sdp ?? '');
  const remoteFingerprint = fingerprintsOf(raw.pc.remoteDescription?.sdp ?? '');
  if (localFingerprint === undefined || remoteFingerprint === undefined) {
    closeSoon(raw);
    throw new HandshakeError('malformed', true);
  }
  const handshake = new Handshake(
    {
      caller: raw.caller,
      called: raw.called,
      room,
      secret,
      identity,
      peer,
      localFingerprint,
      remoteFingerprint,
      ...(expected === undefined ? {} : { expected }),
    },
    (message) => sendText(raw.channel, message),
  );
  const waiting: unknown[] = [];
  raw.channel.onmessage = ({ data }) => {
    if (!handshake.proofTaken) handshake.receive(data);
    else if (waiting.length < MAX_WAITING) waiting.push(data);
    else handshake.abort('closed');
  };
  raw.channel.onclose = () => handshake.abort('closed');
  raw.pc.ondatachannel = ({ channel }) => channel.close();
  const deadline = setTimeout(() => handshake.abort('deadline'), HANDSHAKE_DEADLINE);
  const turnAway = (): void => {
    if (!handshake.proofTaken) handshake.abort('closed');
  };
  signal?.addEventListener('abort', turnAway);
  handshake.start();
  try {
    return { remote: await handshake.done, waiting };
  } catch (error) {
    closeSoon(raw);
    throw error;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', turnAway);
  }
}
