import type {
  DeviceModel,
  DevicesModel,
  MeetingActions,
  MeetingModel,
  PersonModel,
} from '../../../src/webview/model.ts';
import type { StagePageActions, StagePageModel } from '../../../src/webview/stageModel.ts';

// Made-up meetings for looking at the views, and pictures that move without a camera.

/** A track that shows what `draw` paints, ten times a second. */
export function paintedTrack(
  width: number,
  height: number,
  draw: (context: CanvasRenderingContext2D, tick: number) => void,
): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(10).getVideoTracks();
  if (!context || !track) throw new Error('this browser has no canvas to paint on');
  let tick = 0;
  const paint = () => draw(context, tick++);
  paint();
  setInterval(paint, 100);
  return track;
}

/** A track that sounds, or would once the page may play. */
export function tone(): MediaStreamTrack {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  const oscillator = context.createOscillator();
  oscillator.connect(target);
  oscillator.start();
  const [track] = target.stream.getAudioTracks();
  if (!track) throw new Error('this browser makes no sound');
  return track;
}

/** Somebody before a wall. */
export function face(hue: number): MediaStreamTrack {
  return paintedTrack(640, 360, (context, tick) => {
    const wall = context.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, `hsl(${String(hue)} 30% 62%)`);
    wall.addColorStop(1, `hsl(${String(hue + 40)} 32% 36%)`);
    context.fillStyle = wall;
    context.fillRect(0, 0, 640, 360);
    const sway = Math.sin(tick / 8) * 6;
    context.fillStyle = `hsl(${String(hue + 180)} 30% 28%)`;
    context.beginPath();
    context.ellipse(320 + sway, 400, 170, 150, 0, 0, 7);
    context.fill();
    context.fillStyle = '#d9b08c';
    context.beginPath();
    context.ellipse(320 + sway, 180, 70, 90, 0, 0, 7);
    context.fill();
  });
}

/** A screen with code on it. */
export function codeScreen(): MediaStreamTrack {
  return paintedTrack(1920, 1080, (context, tick) => {
    context.fillStyle = '#1e1e2e';
    context.fillRect(0, 0, 1920, 1080);
    context.font = '24px monospace';
    for (let line = 0; line < 32; line++) {
      context.fillStyle = ['#cdd6f4', '#89b4fa', '#a6e3a1', '#f9e2af'][line % 4] ?? '#fff';
      context.fillText(
        `${String(line + 1).padStart(3)}  const value${String(line)} = compute(${String(tick)});`,
        40,
        50 + line * 32,
      );
    }
  });
}

/** A device that is off and wanted off. */
export const off: DeviceModel = { wanted: false, status: 'off', problem: null, track: null };

/** A device that gives a track. */
export function on(track: MediaStreamTrack): DeviceModel {
  return { wanted: true, status: 'on', problem: null, track };
}

const NAMES = [
  'Alice Nguyen',
  'Bob',
  'Chandra Patel-Worthington of the Platform Group',
  'Dana',
  'Émile Zola',
  '王小明',
  'Grace Hopper',
  'Heinz',
  'Ivy',
  'Jo',
  'Kim',
  'Lee',
];

/** Somebody in the meeting; `at` 0 is oneself. */
export function person(at: number, changes: Partial<PersonModel> = {}): PersonModel {
  const camera = changes.camera ?? at % 3 !== 2;
  return {
    id: `${String(at)}${'x'.repeat(42)}`,
    name: NAMES[at] ?? `Person ${String(at)}`,
    ordinal: at,
    self: at === 0,
    host: at === 0,
    microphone: at % 2 === 0,
    hand: false,
    presenting: false,
    link: 'connected',
    quality: at === 0 ? null : at === 3 ? 'fair' : at === 2 ? 'poor' : 'good',
    audio: null,
    ...changes,
    camera,
    video: camera ? face(at * 67) : null,
  };
}

/** A device that is wanted and not running yet. */
export const wish: DeviceModel = { ...off, wanted: true };

/** The devices of a machine, as a browser lists them. */
export const choices: DevicesModel['choices'] = [
  { kind: 'camera', id: 'c1', label: 'Integrated Camera (04f2:b6d0)' },
  { kind: 'camera', id: 'c2', label: 'Logitech BRIO with a name that goes on and on (046d:085e)' },
  { kind: 'microphone', id: 'default', label: 'Default - Built-in Audio Analog Stereo' },
  { kind: 'microphone', id: 'm1', label: 'Built-in Audio Analog Stereo' },
  { kind: 'microphone', id: 'm2', label: 'Jabra Evolve2' },
  { kind: 'speaker', id: 's1', label: 'Jabra Evolve2' },
];

/** Devices of a panel that captures by itself, all off. */
export const devicesOff: DevicesModel = {
  allowed: 'yes',
  stage: null,
  screenStage: null,
  voices: 'here',
  choices: [],
  chosen: { microphone: null, camera: null, speaker: null },
  microphone: off,
  camera: off,
  screen: off,
};

/** Devices of a panel that may not capture, with a stage in this state. */
export function staged(
  status: 'none' | 'opening' | 'waiting' | 'live' | 'lost' | 'no-browser',
  changes: Partial<DevicesModel> = {},
): DevicesModel {
  return { ...devicesOff, allowed: 'no', stage: { status }, microphone: wish, camera: wish, ...changes };
}

/** A stage; `changes` on top of one that waits for its click. */
export function stagePage(changes: Partial<StagePageModel> = {}): StagePageModel {
  return {
    link: 'connected',
    purpose: 'devices',
    title: "Alice Nguyen's meeting",
    started: false,
    microphone: off,
    camera: off,
    screen: off,
    choices: [],
    chosen: devicesOff.chosen,
    voices: 0,
    soundBlocked: false,
    ...changes,
  };
}

/** A meeting; `changes` on top of somebody alone in the lobby. */
export function meeting(changes: Partial<MeetingModel> = {}): MeetingModel {
  return {
    phase: 'lobby',
    outcome: null,
    waitingFor: null,
    role: 'host',
    hostName: 'Alice Nguyen',
    name: 'Alice Nguyen',
    devices: devicesOff,
    people: [],
    presentation: null,
    hand: false,
    chat: [],
    files: [],
    notices: [],
    startedAt: null,
    serverLost: false,
    unreached: [],
    hostAway: false,
    mayHostOn: false,
    ...changes,
  };
}

type Log = (line: string) => void;

const sayer =
  (log: Log) =>
  (name: string) =>
  (...values: unknown[]) =>
    log([name, ...values.map(String)].join(' '));

/** Actions of a stage that only say what was asked for. */
export function loggingStageActions(log: Log): StagePageActions {
  const say = sayer(log);
  return {
    start: say('start'),
    startScreen: say('startScreen'),
    stopScreen: say('stopScreen'),
    setMicrophone: say('setMicrophone'),
    setCamera: say('setCamera'),
    chooseDevice: say('chooseDevice'),
    turnOnSound: say('turnOnSound'),
    leave: say('leave'),
  };
}

/** Actions that only say what was asked for. */
export function loggingActions(log: Log): MeetingActions {
  const say = sayer(log);
  return {
    join: say('join'),
    joinWithoutDevices: say('joinWithoutDevices'),
    openStage: say('openStage'),
    copyStageLink: say('copyStageLink'),
    chooseDevice: say('chooseDevice'),
    setMicrophone: say('setMicrophone'),
    setCamera: say('setCamera'),
    startPresenting: say('startPresenting'),
    stopPresenting: say('stopPresenting'),
    setHand: say('setHand'),
    sendChat: (text) => {
      log(`sendChat ${text}`);
      return true;
    },
    shareFiles: say('shareFiles'),
    shareDropped: (uris, files) => log(['shareDropped', ...uris, ...files.map(({ name }) => name)].join(' ')),
    takeFile: say('takeFile'),
    takeAllFiles: say('takeAllFiles'),
    pauseFile: say('pauseFile'),
    cancelFile: say('cancelFile'),
    withdrawFile: say('withdrawFile'),
    shareAgain: say('shareAgain'),
    chooseReceivers: say('chooseReceivers'),
    showFile: say('showFile'),
    copyInvite: say('copyInvite'),
    leave: say('leave'),
    endForAll: say('endForAll'),
    hostOn: say('hostOn'),
    openLink: say('openLink'),
    dismissNotice: say('dismissNotice'),
  };
}
