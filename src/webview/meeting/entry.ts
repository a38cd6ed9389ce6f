import type { MemberAddress } from '../../shared/protocol.ts';
import { HandshakeError } from '../rtc/handshake.ts';
import type { Link } from '../rtc/link.ts';
import { BrokerError, type PeerBroker, type RawLink } from '../rtc/peerBroker.ts';

/** Why somebody is not let in; the sentence is made by `enterSentence`. */
export type EnterProblem = 'secret' | 'version' | 'identity' | 'full' | 'ended' | 'no-connection' | 'left';

/** The way in ended without a meeting. */
export class EnterError extends Error {
  override readonly name = 'EnterError';
  readonly problem: EnterProblem;
  constructor(problem: EnterProblem, cause?: unknown) {
    super(`not let in: ${problem}`, { cause });
    this.problem = problem;
  }
}

/** The door's answer to a knock. */
export interface Welcome {
  readonly link: Link;
  readonly ordinal: number;
  readonly members: readonly MemberAddress[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What happens when the door is called once. `absent`: nobody stands at it; `silent`: who does, does not answer. */
export type KnockOutcome =
  { readonly kind: 'welcome'; readonly welcome: Welcome } | { readonly kind: 'absent' | 'silent' };

/** How long the door may take from a proven link to its welcome. */
const WELCOME_DEADLINE = 15_000;

/** Calls the door, proves the invite, knocks, and waits for the welcome. @throws {EnterError} */
export async function knock(
  broker: PeerBroker,
  room: string,
  name: string,
  prove: (raw: RawLink) => Promise<Link>,
  onProblem: (what: string, error?: unknown) => void,
): Promise<KnockOutcome> {
  let link: Link;
  try {
    link = await prove(await broker.call(room));
  } catch (error) {
    return outcomeOf(error);
  }
  return welcomed(link, name, onProblem);
}

function outcomeOf(error: unknown): KnockOutcome {
  if (error instanceof BrokerError) {
    // A holder whose machine died stays known to the server for a while, and does not answer.
    if (error.problem === 'timeout') return { kind: 'silent' };
    if (error.problem === 'failed') throw new EnterError('no-connection', error);
    return { kind: 'absent' };
  }
  if (error instanceof HandshakeError) {
    // A door that closed in the middle is being handed on: it will be there again.
    if (error.reason === 'closed' || error.reason === 'deadline') return { kind: 'absent' };
    if (error.reason === 'not-the-door') return { kind: 'absent' };
    throw new EnterError(error.reason === 'malformed' ? 'version' : error.reason, error);
  }
  throw error;
}

function welcomed(
  link: Link,
  name: string,
  onProblem: (what: string, error?: unknown) => void,
): Promise<KnockOutcome> {
  return new Promise((resolve, reject) => {
    const fail = (problem: EnterProblem): void => {
      clearTimeout(timer);
      reject(new EnterError(problem));
      link.close();
    };
    const giveUp = (kind: 'absent' | 'silent'): void => {
      clearTimeout(timer);
      resolve({ kind });
      link.close();
    };
    const timer = setTimeout(() => giveUp('silent'), WELCOME_DEADLINE);
    link.listen({
      onMessage: (message) => {
        if (message.t === 'welcome') {
          clearTimeout(timer);
          const { ordinal, members, startedAt } = message;
          resolve({ kind: 'welcome', welcome: { link, ordinal, members, startedAt } });
          // What follows on this link is the mesh's: it calls `listen` again before another message can arrive.
        } else if (message.t === 'refuse') {
          if (message.reason === 'not-the-door') giveUp('absent');
          else fail(message.reason);
        }
      },
      onMedia: () => undefined,
      onChannel: (channel) => channel.close(),
      onEnd: () => giveUp('absent'),
      onProblem,
    });
    link.send({ t: 'knock', name });
  });
}
