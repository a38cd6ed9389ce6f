import type { DeviceModel, DevicesModel } from '../model.ts';
import type { ControlModel } from './controlButton.ts';
import { captureSentence, strings } from './strings.ts';
import type { DeviceKind } from './strings.ts';

/** What the buttons of microphone and camera are drawn from. */
export type OwnDevices = Pick<DevicesModel, 'allowed' | 'stage' | 'microphone' | 'camera'>;

/** Where the buttons are. Before the meeting they state wishes: nothing has to run yet. */
export type Place = 'lobby' | 'meeting';

interface Face {
  readonly kind: DeviceKind;
  readonly start: string;
  readonly stop: string;
  readonly icon: string;
}

/**
 * What a press can mean. `direct`: the device is in reach; `wish`: it starts by itself, as soon as the stage does;
 * `closed`: there is no stage, so that nothing can be on; `never`: this page may not capture and no other does.
 */
function reach({ allowed, stage }: Pick<DevicesModel, 'allowed' | 'stage'>, place: Place) {
  if (stage === null) return allowed === 'no' ? 'never' : 'direct';
  if (stage.status === 'live') return 'direct';
  if (place === 'lobby') return 'wish';
  return stage.status === 'none' || stage.status === 'lost' ? 'closed' : 'wish';
}

/** Whether a microphone or camera is on as far as this person is concerned: a press turns it off. */
function isOn(device: DeviceModel, devices: OwnDevices, place: Place): boolean {
  return device.wanted && device.status !== 'failed' && reach(devices, place) !== 'closed';
}

/** What pressing the button of a microphone or camera asks for. */
export interface Press {
  readonly on: boolean;
  /** The stage has to be opened for it. */
  readonly open: boolean;
}

/** Says what a press asks for; nothing is asked for where there are no devices yet. */
export function pressOf(kind: 'microphone' | 'camera', devices: OwnDevices, place: Place): Press {
  const on = !isOn(devices[kind], devices, place);
  return { on, open: on && reach(devices, place) === 'closed' };
}

function face(
  device: DeviceModel,
  devices: OwnDevices,
  place: Place,
  on: boolean,
  faces: Face,
): ControlModel {
  const reached = reach(devices, place);
  const failed = device.status === 'failed' && device.problem !== null;
  const problem = reached === 'never' ? 'not-allowed-here' : failed ? device.problem : null;
  const pending = reached === 'wish' && place === 'meeting' && on;
  const sentence =
    problem === null ? null : captureSentence(faces.kind, problem, devices.stage ? 'stage' : 'panel');
  return {
    label: on ? faces.stop : faces.start,
    icon: on ? faces.icon : `${faces.icon}-off`,
    busy: reached === 'direct' && device.status === 'starting',
    hint: sentence ?? (pending ? strings.stage.startsWithStage : null),
    problem: failed && reached !== 'never',
    unavailable: reached === 'never' && !on,
    tone: reached === 'never' && !on ? 'plain' : pending ? 'pending' : on ? 'plain' : 'off',
  };
}

/** The microphone's button. */
export function microphoneControl(devices: OwnDevices, place: Place): ControlModel {
  const { microphone } = devices;
  const { mute, unmute } = strings.controls;
  return face(microphone, devices, place, isOn(microphone, devices, place), {
    kind: 'microphone',
    start: unmute,
    stop: mute,
    icon: 'mic',
  });
}

/** The camera's button. */
export function cameraControl(devices: OwnDevices, place: Place): ControlModel {
  const { camera } = devices;
  const { startCamera, stopCamera } = strings.controls;
  return face(camera, devices, place, isOn(camera, devices, place), {
    kind: 'camera',
    start: startCamera,
    stop: stopCamera,
    icon: 'device-camera-video',
  });
}

/** The button that shares one's screen; `presenting` is whether oneself does. */
export function screenControl(devices: DevicesModel, presenting: boolean): ControlModel {
  const { screen, screenStage, stage, allowed } = devices;
  const on = presenting || screen.status === 'on';
  const { share, stopSharing } = strings.controls;
  const never = allowed === 'no' && stage === null;
  const failed = screen.status === 'failed' && screen.problem !== null;
  const problem = never ? 'not-allowed-here' : failed ? screen.problem : null;
  const choosing = screenStage?.status === 'opening' || screenStage?.status === 'waiting';
  return {
    label: on ? stopSharing : share,
    icon: 'device-desktop',
    busy: !on && !failed && (screen.status === 'starting' || choosing),
    hint: problem === null ? null : captureSentence('screen', problem, stage ? 'stage' : 'panel'),
    problem: failed && !never,
    unavailable: never && !on,
    tone: on ? 'active' : 'plain',
  };
}
