import type { MeetingStatus } from '../../shared/hostRpc.ts';
import type { ParticipantId } from '../../shared/ids.ts';
import { presenterOf } from '../../shared/meeting/presenter.ts';
import type { ConnectionLevel } from '../connectionModel.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import type {
  ChatModel,
  DevicesModel,
  MeetingModel,
  Notice,
  PersonModel,
  PresentationModel,
} from '../model.ts';
import type { EngineState } from './engineState.ts';
import type { Member } from './member.ts';

/** What is shown besides the engine's own state. */
export interface Surroundings {
  readonly devices: DevicesModel;
  /** The others, by order of arrival. */
  readonly members: readonly Member[];
  readonly files: FileExchange;
  readonly notices: readonly Notice[];
  /** How well the connection to somebody goes. */
  readonly level: (id: ParticipantId) => ConnectionLevel | null;
  /** Whether this person may be asked to run a server for the others. */
  readonly mayHostOn: boolean;
}

/** Makes what the views draw. */
export function makeModel(state: EngineState, around: Surroundings): MeetingModel {
  const { bootstrap, phase } = state;
  const presenter = presenterNow(state, around.members);
  return {
    phase,
    outcome: state.outcome,
    waitingFor: state.waitingFor,
    role: bootstrap.role,
    hostName: bootstrap.hostName,
    name: state.name,
    devices: around.devices,
    people: phase === 'in' ? [selfModel(state, around, presenter), ...others(state, around, presenter)] : [],
    presentation: presentation(state, around, presenter),
    hand: state.hand,
    chat: chatModels(state),
    files: around.files.models(state.name, (id) => state.names.get(id) ?? ''),
    notices: around.notices,
    startedAt: state.place?.startedAt ?? null,
    serverLost: state.serverLost,
    unreached: phase === 'in' ? state.unmet.map(({ id, name }) => state.names.get(id) ?? name ?? '') : [],
    hostAway: state.hostAway,
    mayHostOn: around.mayHostOn,
  };
}

/** What the status bar shows. Chat lines are counted by what was heard, since only so many of them are kept. */
export function statusOf(model: MeetingModel, { chat, bootstrap }: EngineState): MeetingStatus {
  const { phase, people, devices, presentation: shown } = model;
  let lines = 0;
  for (const [author, seq] of chat.seen) if (author !== bootstrap.identity.id) lines += seq;
  return {
    phase: phase === 'loading' ? 'lobby' : phase,
    people: people.length,
    microphone: devices.microphone.status === 'on',
    camera: devices.camera.status === 'on',
    others: people.filter(({ self }) => !self).map(({ id, name }) => ({ id, name })),
    presenter: shown?.name ?? null,
    presenting: shown?.self ?? false,
    ofOthers: {
      lines,
      files: model.files.filter(({ self, gone }) => !self && !gone).length,
      hands: people.filter(({ self, hand }) => !self && hand).length,
    },
  };
}

/** Who presents, as far as this page knows. */
export function presenterNow(state: EngineState, members: readonly Member[]): ParticipantId | undefined {
  const claims = members.map((member) => ({ id: member.address.id, presenting: member.state.presenting }));
  const presenting = state.claimStale && state.presenting !== null ? Infinity : state.presenting;
  return presenterOf([...claims, { id: state.bootstrap.identity.id, presenting }]);
}

function selfModel(
  state: EngineState,
  { devices }: Surroundings,
  presenter: string | undefined,
): PersonModel {
  const { id } = state.bootstrap.identity;
  return {
    id,
    name: state.name,
    ordinal: state.place?.ordinal ?? 0,
    self: true,
    host: id === state.bootstrap.hostId,
    microphone: devices.microphone.status === 'on',
    camera: devices.camera.status === 'on',
    hand: state.hand,
    presenting: presenter === id,
    link: 'connected',
    quality: null,
    video: devices.camera.track,
    audio: null,
  };
}

function others(
  state: EngineState,
  { members, level }: Surroundings,
  presenter: string | undefined,
): PersonModel[] {
  return members.map(({ address: { id, ordinal }, link, state: theirs, away }) => ({
    id,
    name: theirs.name,
    ordinal,
    self: false,
    host: id === state.bootstrap.hostId,
    microphone: theirs.microphone,
    camera: theirs.camera,
    hand: theirs.hand,
    presenting: presenter === id,
    link: away ? 'reconnecting' : link.media.ready ? 'connected' : 'connecting',
    quality: level(id),
    video: link.remoteTrack('camera'),
    audio: link.remoteTrack('microphone'),
  }));
}

function presentation(
  state: EngineState,
  { devices, members }: Surroundings,
  presenter: string | undefined,
): PresentationModel | null {
  if (presenter === undefined) return null;
  if (presenter === state.bootstrap.identity.id) {
    return { presenter, name: state.name, self: true, video: devices.screen.track, audio: null };
  }
  const member = members.find(({ address }) => address.id === presenter);
  if (!member) return null;
  const { link } = member;
  return {
    presenter,
    name: member.state.name,
    self: false,
    video: link.remoteTrack('screen'),
    audio: link.remoteTrack('screenAudio'),
  };
}

function chatModels({ chat, names, name, bootstrap }: EngineState): ChatModel[] {
  return chat.lines.map(({ author, entry }) => {
    const self = author === bootstrap.identity.id;
    return {
      key: `${author}:${entry.seq}`,
      author,
      name: self ? name : (names.get(author) ?? ''),
      self,
      sentAt: entry.sentAt,
      text: entry.text,
    };
  });
}
