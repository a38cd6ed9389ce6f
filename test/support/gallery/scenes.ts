import type { ChatModel, MeetingModel } from '../../../src/webview/model.ts';
import {
  choices,
  codeScreen,
  face,
  meeting,
  off,
  on,
  person,
  stagePage,
  staged,
  tone,
  wish,
} from './fakes.ts';
import { everyState, files, queue } from './files.ts';
import { hostAwaySentence, hostLostOutcome, leftOutcome } from '../../../src/webview/meeting/sentences.ts';
import type { StagePageModel } from '../../../src/webview/stageModel.ts';

const MINUTE = 60_000;
const NINE = new Date(2026, 10, 20, 9, 41).getTime();

const line = (at: number, author: number, text: string, minutes: number): ChatModel => ({
  key: String(at),
  author: person(author).id,
  name: person(author, { camera: false }).name,
  self: author === 0,
  sentAt: NINE + minutes * MINUTE,
  text,
});

const chat: readonly ChatModel[] = [
  line(1, 1, 'Morning! Shall we look at the failing test first?', 0),
  line(2, 1, 'It is the one in retry.test.ts', 1),
  line(3, 0, 'Yes. I have it open:\n\n  expect(attempts).toBe(3)\n\nit says 4 here', 2),
  line(
    4,
    2,
    'https://ci.example.org/builds/very-long-path/that-does-not-want-to-end/4711/artifacts/log.txt',
    9,
  ),
  line(5, 1, '👍', 10),
];

const inside = (people: number, changes: Partial<MeetingModel> = {}): MeetingModel => {
  const track = face(0);
  const { devices } = meeting();
  return meeting({
    phase: 'in',
    startedAt: Date.now() - 754_000,
    people: Array.from({ length: people }, (_, at) => person(at, at === 4 ? { hand: true } : {})),
    devices: { ...devices, microphone: on(track), camera: on(track) },
    ...changes,
  });
};

const failed = { wanted: true, status: 'failed', track: null } as const;
const { devices } = meeting();

const live = staged('live', { microphone: on(face(0)), camera: on(face(0)), voices: 'stage', choices });
const muted = (count: number) =>
  Array.from({ length: count }, (_, at) => person(at, at === 0 ? { camera: false, microphone: false } : {}));

/** Every scene by name; made when it is looked at. */
export const scenes: Readonly<Record<string, () => MeetingModel>> = {
  loading: () => meeting({ phase: 'loading' }),
  lobby: () => meeting({ devices: { ...devices, camera: on(face(200)), microphone: on(face(1)) } }),
  'lobby-off': () => meeting({ role: 'guest', name: '' }),
  'lobby-starting': () =>
    meeting({
      devices: { ...devices, camera: { wanted: true, status: 'starting', problem: null, track: null } },
    }),
  'lobby-failed': () =>
    meeting({
      devices: {
        ...devices,
        camera: { ...failed, problem: 'busy' },
        microphone: { ...failed, problem: 'denied' },
      },
    }),
  'lobby-choices': () =>
    meeting({ devices: { ...devices, camera: on(face(200)), microphone: on(face(1)), choices } }),
  'lobby-desktop': () => meeting({ role: 'guest', name: 'Bob', devices: staged('none') }),
  'lobby-desktop-host': () => meeting({ devices: staged('none', { camera: off }) }),
  joining: () => meeting({ phase: 'joining', role: 'guest' }),
  alone: () => inside(1),
  two: () => inside(2),
  'two-desktop': () =>
    inside(2, { devices: staged('opening'), role: 'guest', chat, files, people: muted(2) }),
  'stage-waiting': () => inside(2, { devices: staged('waiting', { camera: off }), people: muted(2) }),
  'stage-instead': () =>
    inside(2, {
      devices: { ...staged('opening'), stage: { status: 'opening', instead: true } },
      people: muted(2),
    }),
  'stage-no-browser': () => inside(2, { devices: staged('no-browser'), people: muted(2) }),
  'stage-lost': () => inside(2, { devices: staged('lost'), people: muted(2) }),
  'stage-none': () => inside(2, { devices: staged('none'), people: muted(2) }),
  'stage-live': () => inside(2, { devices: live, people: [person(0), person(1, { audio: tone() })] }),
  'stage-denied': () =>
    inside(2, {
      devices: staged('live', { camera: { ...failed, wanted: false, problem: 'denied' }, microphone: off }),
      people: muted(2),
    }),
  'stage-blocked': () =>
    inside(2, {
      devices: staged('live', {
        camera: { ...failed, wanted: false, problem: 'denied' },
        microphone: { ...failed, wanted: false, problem: 'denied' },
      }),
      chat,
      files,
      people: muted(2),
    }),
  'stage-screen': () => inside(2, { devices: { ...live, screen: wish, screenStage: { status: 'opening' } } }),
  'stage-screen-no-browser': () =>
    inside(2, { devices: { ...live, screen: wish, screenStage: { status: 'no-browser' } } }),
  heard: () => inside(2, { people: [person(0), person(1, { audio: tone() })] }),
  three: () =>
    inside(3, {
      people: [person(0), person(1, { link: 'connecting', camera: false }), person(4, { hand: true })],
    }),
  reconnecting: () =>
    inside(3, { people: [person(0), person(1, { link: 'reconnecting' }), person(4, { camera: false })] }),
  'host-left': () => inside(2, { serverLost: true, mayHostOn: true }),
  unreached: () => inside(3, { unreached: ['Dave'] }),
  'host-away': () => inside(3, { hostAway: true, chat, files }),
  'host-away-busy': () =>
    inside(2, {
      hostAway: true,
      serverLost: true,
      notices: [{ id: 1, level: 'warning', text: hostAwaySentence }],
    }),
  'host-away-lobby': () => meeting({ hostAway: true, devices: { ...devices, camera: on(face(200)) } }),
  'host-lost': () => meeting({ phase: 'left', hostAway: true, outcome: hostLostOutcome }),
  'host-lost-left': () => meeting({ phase: 'left', hostAway: true, outcome: leftOutcome }),
  five: () => inside(5, { chat, files }),
  files: () => inside(3, { files: everyState }),
  'files-queue': () => inside(3, { files: queue }),
  'files-none': () => inside(3),
  nine: () => inside(9, { chat }),
  twelve: () => inside(12, { chat }),
  presentation: () =>
    inside(5, {
      chat,
      files,
      people: [0, 1, 2, 3, 4].map((at) => person(at, { presenting: at === 1, hand: at === 4 })),
      presentation: { presenter: person(1).id, name: 'Bob', self: false, video: codeScreen(), audio: null },
    }),
  presenting: () =>
    inside(2, {
      presentation: {
        presenter: person(0).id,
        name: 'Alice Nguyen',
        self: true,
        video: codeScreen(),
        audio: null,
      },
    }),
  busy: () =>
    inside(3, {
      chat,
      files,
      serverLost: true,
      hand: true,
      notices: [
        { id: 1, level: 'info', text: 'Bob joined' },
        {
          id: 2,
          level: 'warning',
          text: 'Chandra is presenting. You can share your screen when they have stopped.',
        },
        { id: 3, level: 'error', text: 'The connection to Heinz was lost.' },
      ],
      devices: {
        ...devices,
        microphone: { wanted: true, status: 'starting', problem: null, track: null },
        camera: { ...failed, problem: 'missing' },
      },
    }),
  left: () =>
    meeting({
      phase: 'left',
      role: 'guest',
      outcome: {
        title: 'The meeting has ended',
        detail: 'Alice Nguyen ended it for everyone.',
        retry: false,
      },
    }),
  failed: () =>
    meeting({
      phase: 'failed',
      role: 'guest',
      outcome: {
        title: 'The meeting could not be reached',
        detail:
          'Nobody answered at ws://192.168.1.20:9000. The host may have left, or a firewall is in between.',
        retry: true,
      },
    }),
};

/** Every scene of a stage by name; made when it is looked at. */
export const stageScenes: Readonly<Record<string, () => StagePageModel>> = {
  'page-connecting': () => stagePage({ link: 'connecting', purpose: null, title: '' }),
  'page-start': () => stagePage(),
  'page-start-connecting': () => stagePage({ link: 'connecting', title: '' }),
  'page-devices': () =>
    stagePage({ started: true, camera: on(face(200)), microphone: on(tone()), choices, voices: 2 }),
  'page-off': () => stagePage({ started: true, choices, link: 'connecting', title: 'Your meeting' }),
  'page-starting': () =>
    stagePage({
      started: true,
      camera: { ...wish, status: 'starting' },
      microphone: { ...wish, status: 'starting' },
    }),
  'page-failed': () =>
    stagePage({
      started: true,
      camera: { ...failed, problem: 'denied' },
      microphone: { ...failed, problem: 'missing' },
      soundBlocked: true,
      voices: 1,
    }),
  'page-screen': () => stagePage({ purpose: 'screen' }),
  'page-screen-failed': () => stagePage({ purpose: 'screen', screen: { ...failed, problem: 'denied' } }),
  'page-sharing': () => stagePage({ purpose: 'screen', started: true, screen: on(codeScreen()) }),
  'page-refused': () => stagePage({ link: 'refused', purpose: null }),
  'page-taken-over': () => stagePage({ link: 'taken-over' }),
  'page-no-webrtc': () => stagePage({ link: 'no-webrtc', purpose: null }),
  'page-over': () => stagePage({ link: 'over' }),
  'page-share-over': () => stagePage({ link: 'over', purpose: 'screen' }),
};
