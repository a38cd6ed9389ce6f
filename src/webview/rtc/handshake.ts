import { fromBase64Url, toBase64Url } from '../../shared/base64url.ts';
import type { ParticipantId, PeerId } from '../../shared/ids.ts';
import { MAX_HANDSHAKE_MESSAGE, MAX_HANDSHAKE_MESSAGES, PROTOCOL_VERSION } from '../../shared/limits.ts';
import { parseJson } from '../../shared/parseJson.ts';
import { handshakeMessage, type HandshakeMessage, type RefusalReason } from '../../shared/protocol.ts';
import { withResolvers } from '../../shared/withResolvers.ts';
import { type Identity, verifyIdentity } from './identity.ts';

/** What was learnt of the other side once a link is proven. */
export interface ProvenPeer {
  readonly id: ParticipantId;
  /** Where they can be called. */
  readonly peer: PeerId;
}

/** Why a link was not proven: `reason`, and whether it was we who refused. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly reason: RefusalReason | 'malformed' | 'deadline' | 'closed';
  readonly byUs: boolean;
  constructor(reason: HandshakeError['reason'], byUs: boolean) {
    super(`the link was ${byUs ? 'refused' : 'refused by the other side'}: ${reason}`);
    this.reason = reason;
    this.byUs = byUs;
  }
}

/** All that a handshake binds. Both sides must be told the same facts, or the proof fails. */
export interface HandshakeFacts {
  readonly caller: boolean;
  readonly room: string;
  /** The meeting's secret, base64url of 32 bytes. */
  readonly secret: string;
  readonly identity: Identity;
  /** Our own peer id, by which others can call us. */
  readonly peer: PeerId;
  /** The id that was called: the callee's own, or the room's door. */
  readonly called: PeerId;
  /** `fingerprintsOf` our local and our remote description. */
  readonly localFingerprint: string;
  readonly remoteFingerprint: string;
  /** When set, anybody else is refused: a member was called by name. */
  readonly expected?: ParticipantId;
}

/** One side as it enters the transcript. */
interface Party {
  readonly nonce: string;
  readonly peer: string;
  readonly fingerprint: string;
}

/**
 * Proves to each other that both hold the invite's secret, over this very DTLS connection, and who they are:
 *
 *     hello  ->  nonce, peer id                      <-  hello
 *     proof  ->  HMAC(secret, role, transcript),     <-  proof
 *                key, signature(role, transcript)
 *
 * The transcript holds both nonces, peer ids and DTLS fingerprints, the room and the id that was called; the role keeps
 * one side's proof from being played back to it. Holds no connection: what arrives is handed to `receive`, what has
 * to go out leaves by `send`.
 */
export class Handshake {
  /** Settles once. Rejects with {@link HandshakeError}. */
  readonly done: Promise<ProvenPeer>;
  readonly #facts: HandshakeFacts;
  readonly #send: (message: HandshakeMessage) => void;
  readonly #nonce = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  readonly #resolve: (peer: ProvenPeer) => void;
  readonly #reject: (error: unknown) => void;
  #settled = false;
  #received = 0;
  #hello: Extract<HandshakeMessage, { t: 'hello' }> | undefined;
  #proofTaken = false;
  /** Settles when our own proof is on its way. */
  #proven: Promise<void> | undefined;
  #closed = false;

  constructor(facts: HandshakeFacts, send: (message: HandshakeMessage) => void) {
    this.#facts = facts;
    this.#send = send;
    const { promise, resolve, reject } = withResolvers<ProvenPeer>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether the other side's proof has arrived: what comes after it is no business of the handshake. */
  get proofTaken(): boolean {
    return this.#proofTaken;
  }

  /** Says hello. */
  start(): void {
    this.#send({ t: 'hello', v: PROTOCOL_VERSION, nonce: this.#nonce, peer: this.#facts.peer });
  }

  /** Takes one text frame from the other side. */
  receive(text: unknown): void {
    if (this.#settled || this.#proofTaken) return;
    if (++this.#received > MAX_HANDSHAKE_MESSAGES) return this.#fail('malformed');
    if (typeof text !== 'string' || text.length > MAX_HANDSHAKE_MESSAGE) return this.#fail('malformed');
    const message = parseJson(handshakeMessage, text);
    if (!message) return this.#fail('malformed');
    if (message.t === 'refuse') return this.#settle(new HandshakeError(message.reason, false));
    if (message.t === 'hello') {
      if (this.#hello) return this.#fail('malformed');
      if (message.v !== PROTOCOL_VERSION) return this.refuse('version');
      this.#hello = message;
      this.#proven = this.#prove(message);
      this.#proven.catch((error: unknown) => this.#settle(error));
      return;
    }
    if (!this.#hello) return this.#fail('malformed');
    this.#proofTaken = true;
    this.#check(this.#hello, message).catch((error: unknown) => this.#settle(error));
  }

  /** Ends the handshake from outside: the channel closed, or time is up. */
  abort(reason: 'deadline' | 'closed'): void {
    // Who refused us has closed: what our own look at their proof says is the better reason, and is on its way.
    if (reason === 'closed' && this.#proofTaken) {
      this.#closed = true;
      return;
    }
    this.#settle(new HandshakeError(reason, reason === 'deadline'));
  }

  /** Tells the other side why not, and fails. */
  refuse(reason: RefusalReason): void {
    if (this.#settled) return;
    this.#send({ t: 'refuse', reason });
    this.#settle(new HandshakeError(reason, true));
  }

  #fail(reason: 'malformed'): void {
    this.#settle(new HandshakeError(reason, true));
  }

  #settle(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
  }

  async #prove(hello: PartyHello): Promise<void> {
    const transcript = this.#transcript(hello, this.#facts.caller);
    const [mac, signature] = await Promise.all([
      makeMac(this.#facts, transcript),
      this.#facts.identity.sign(await digest(transcript)),
    ]);
    if (!this.#settled) this.#send({ t: 'proof', mac, key: this.#facts.identity.publicKey, signature });
  }

  async #check(hello: PartyHello, proof: Extract<HandshakeMessage, { t: 'proof' }>): Promise<void> {
    const transcript = this.#transcript(hello, !this.#facts.caller);
    if (!(await checkMac(this.#facts, transcript, proof.mac))) return this.refuse('secret');
    const id = await verifyIdentity(proof.key, proof.signature, await digest(transcript));
    const wanted = this.#facts.expected;
    if (id === undefined || id === this.#facts.identity.id || (wanted !== undefined && wanted !== id)) {
      return this.refuse('identity');
    }
    // What follows a handshake is sent as soon as this one is done: never before our own proof, which may take longer.
    await this.#proven;
    if (this.#closed) this.#settle(new HandshakeError('closed', false));
    if (this.#settled) return;
    this.#settled = true;
    this.#resolve({ id, peer: hello.peer });
  }

  /** What the caller (or else the callee) signs: the same list on both sides. */
  #transcript(hello: PartyHello, byCaller: boolean): Uint8Array<ArrayBuffer> {
    const { caller, room, called, peer, localFingerprint, remoteFingerprint } = this.#facts;
    const us: Party = { nonce: this.#nonce, peer, fingerprint: localFingerprint };
    const them: Party = { nonce: hello.nonce, peer: hello.peer, fingerprint: remoteFingerprint };
    const [first, second] = caller ? [us, them] : [them, us];
    const list = ['parley link', PROTOCOL_VERSION, byCaller ? 'caller' : 'callee', room, called];
    for (const party of [first, second]) list.push(party.nonce, party.peer, party.fingerprint);
    return new TextEncoder().encode(JSON.stringify(list));
  }
}

type PartyHello = Pick<Extract<HandshakeMessage, { t: 'hello' }>, 'nonce' | 'peer'>;

async function linkKey(facts: HandshakeFacts): Promise<CryptoKey> {
  const secret = fromBase64Url(facts.secret) ?? new Uint8Array();
  const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: new TextEncoder().encode(facts.room),
      info: new TextEncoder().encode('parley/1 link'),
    },
    root,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign', 'verify'],
  );
}

async function makeMac(facts: HandshakeFacts, transcript: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', await linkKey(facts), transcript)));
}

/** In constant time: WebCrypto's own comparison. */
async function checkMac(
  facts: HandshakeFacts,
  transcript: Uint8Array<ArrayBuffer>,
  mac: string,
): Promise<boolean> {
  const mark = fromBase64Url(mac);
  return mark !== undefined && crypto.subtle.verify('HMAC', await linkKey(facts), mark, transcript);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
