import type { PeerId } from '../../shared/ids.ts';
import type { MemberAddress } from '../../shared/protocol.ts';
import { type Broker, BrokerError, type RawLink } from '../rtc/broker.ts';
import { HandshakeError } from '../rtc/handshake.ts';
import type { Link } from '../rtc/link.ts';
import { wait } from './wait.ts';

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
export interface Welcome<L = Link> {
  readonly link: L;
  readonly ordinal: number;
  readonly members: readonly MemberAddress[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Nobody was let in, for now. `absent`: nobody stands at the door; `silent`: who does, does not answer. */
interface Failure {
  readonly kind: 'absent' | 'silent';
}

/** What happens when the door is called once. */
export type KnockOutcome<L = Link> = Failure | { readonly kind: 'welcome'; readonly welcome: Welcome<L> };

/** A link as somebody who knocks needs it. */
export type KnockingLink = Pick<Link, 'listen' | 'send' | 'close'>;

/** What knocking needs. */
export interface KnockOptions<L extends KnockingLink = Link> {
  readonly broker: Pick<Broker, 'call'>;
  readonly room: PeerId;
  readonly name: string;
  readonly prove: (raw: RawLink) => Promise<L>;
  /** How long the door may take from a proven link to its welcome; milliseconds. */
  readonly deadline: number;
  readonly onProblem: (what: string, error?: unknown) => void;
}

/** Calls the door, proves the invite, knocks, and waits for the welcome. @throws {EnterError} */
export async function knock<L extends KnockingLink>(options: KnockOptions<L>): Promise<KnockOutcome<L>> {
  const { broker, room, prove } = options;
  let link: L;
  try {
    link = await prove(await broker.call(room));
  } catch (error) {
    return outcomeOf(error);
  }
  return welcomed(link, options);
}

function outcomeOf(error: unknown): Failure {
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
    // Seen once on a machine under full load, and another try went well; who speaks another version says so.
    if (error.reason === 'malformed') return { kind: 'silent' };
    throw new EnterError(error.reason, error);
  }
  throw error;
}

function welcomed<L extends KnockingLink>(
  link: L,
  { name, deadline, onProblem }: KnockOptions<L>,
): Promise<KnockOutcome<L>> {
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
    const timer = setTimeout(() => giveUp('silent'), deadline);
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

/** Times that the door may stay silent before that is called no connection. */
const MAX_SILENT = 4;

/** What the way in needs. */
export interface WayInOptions<L> {
  readonly signal: AbortSignal;
  /** Takes the door if it is free; null for who may not. */
  readonly openDoor: (() => Promise<boolean>) | null;
  readonly knock: () => Promise<KnockOutcome<L>>;
  /** Between two attempts; milliseconds. */
  readonly pause: number;
  /** Nobody stands at the door yet. */
  readonly onWaiting: () => void;
}

/**
 * Takes the door if it is free and we may, knocks otherwise, and goes on until one of both works.
 * @returns the welcome, or null when the door is ours.
 * @throws {EnterError}
 */
export async function findWayIn<L>(options: WayInOptions<L>): Promise<Welcome<L> | null> {
  const { signal, openDoor, knock, pause, onWaiting } = options;
  let silent = 0;
  while (!signal.aborted) {
    if (openDoor && (await openDoor())) return null;
    const outcome = await knock();
    if (outcome.kind === 'welcome') return outcome.welcome;
    if (outcome.kind === 'silent' && ++silent === MAX_SILENT) throw new EnterError('no-connection');
    if (!signal.aborted) onWaiting();
    await wait(pause, signal);
  }
  throw new EnterError('left');
}
