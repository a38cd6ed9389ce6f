import type { OwnOffer, TakenOffer } from '../../shared/filesRpc.ts';
import type { ChatRecord, MeetingBootstrap, SessionRecord } from '../../shared/hostRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { addLine, type ChatLog, emptyChat } from '../../shared/meeting/chatLog.ts';
import type { FileOffer, MemberAddress, ParticipantState } from '../../shared/protocol.ts';
import type { DevicesModel, OutcomeModel, Phase } from '../model.ts';
import type { Place } from './member.ts';
import type { UnmetPerson } from './unmet.ts';
import { MESH_TIMES } from './meshTimes.ts';

/** All that the engine itself knows at a moment; `makeModel` turns it into what is shown. */
export interface EngineState {
  readonly bootstrap: MeetingBootstrap;
  readonly phase: Phase;
  readonly outcome: OutcomeModel | null;
  readonly waitingFor: string | null;
  readonly name: string;
  readonly hand: boolean;
  /** Lamport time of our claim to present, or null. */
  readonly presenting: number | null;
  /** The others may have let go of it while nobody was reached: nobody is told of it, and any other claim counts before it. */
  readonly claimStale: boolean;
  readonly chat: ChatLog;
  /** Names of everybody who was ever in, so that their chat lines keep them. */
  readonly names: ReadonlyMap<ParticipantId, string>;
  readonly place: Place | null;
  readonly serverLost: boolean;
  /** Whom others in the meeting reach, and this page does not. */
  readonly unmet: readonly UnmetPerson[];
  /** The extension host does not answer. */
  readonly hostAway: boolean;
  /** It did not for so long that this person was taken out of the meeting. */
  readonly hostLost: boolean;
}

/**
 * The state at the start: fresh, or what the host kept of a panel that was closed.
 * @param now milliseconds since 1970.
 */
export function initialState(bootstrap: MeetingBootstrap, now: number): EngineState {
  const { session } = bootstrap;
  let chat = emptyChat;
  const names = new Map<ParticipantId, string>();
  for (const { author, authorName, entry } of session?.chat ?? []) {
    chat = addLine(chat, author, entry);
    names.set(author, authorName);
  }
  return {
    bootstrap,
    phase: 'lobby',
    outcome: null,
    waitingFor: null,
    name: session?.name ?? bootstrap.name,
    hand: session?.hand ?? false,
    presenting: session && claimOf(session, now),
    claimStale: false,
    chat,
    names,
    place: session ? { ordinal: session.ordinal, startedAt: session.startedAt } : null,
    serverLost: false,
    unmet: [],
    hostAway: false,
    hostLost: false,
  };
}

/** The claim that goes on: as the oldest, it would throw out whoever began when the others had let go of it. */
function claimOf({ presenting, aliveAt }: SessionRecord, now: number): number | null {
  return aliveAt !== null && now - aliveAt >= MESH_TIMES.unloadGrace ? null : presenting;
}

/** What we say of ourselves to the others. */
export function ownState(
  { name, hand, presenting, claimStale }: EngineState,
  { microphone, camera }: DevicesModel,
  offers: readonly FileOffer[],
): ParticipantState {
  return {
    name,
    microphone: microphone.status === 'on',
    camera: camera.status === 'on',
    hand,
    presenting: claimStale ? null : presenting,
    offers: [...offers],
  };
}

/** What the host keeps for a panel that is closed and opened again; null before entering. */
export function sessionOf(
  state: EngineState,
  { offers, taken }: { readonly offers: readonly OwnOffer[]; readonly taken: readonly TakenOffer[] },
  { microphone, camera, chosen }: DevicesModel,
  members: readonly MemberAddress[],
): SessionRecord | null {
  const { place, name, chat, names, hand, presenting, claimStale, bootstrap } = state;
  if (!place || state.phase !== 'in') return null;
  const record = ({ author, entry }: ChatLog['lines'][number]): ChatRecord => ({
    author,
    authorName: author === bootstrap.identity.id ? name : (names.get(author) ?? ''),
    entry,
  });
  return {
    name,
    ordinal: place.ordinal,
    startedAt: place.startedAt,
    chat: chat.lines.map(record),
    offers: [...offers],
    taken: [...taken],
    members: [...members],
    presenting: claimStale ? null : presenting,
    aliveAt: null,
    hand,
    devices: { microphone: microphone.wanted, camera: camera.wanted, chosen },
  };
}
