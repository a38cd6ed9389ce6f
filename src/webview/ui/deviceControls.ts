import type { DeviceModel, DevicesModel } from '../model.ts';
import type { ControlModel } from './controlButton.ts';
import { captureSentence, strings } from './strings.ts';
import type { DeviceKind } from './strings.ts';

interface Face {
  readonly kind: DeviceKind;
  readonly start: string;
  readonly stop: string;
  readonly icon: string;
}

function face(device: DeviceModel, allowed: DevicesModel['allowed'], on: boolean, faces: Face): ControlModel {
  const hereNever = allowed === 'no';
  const failed = device.status === 'failed' && device.problem !== null;
  const problem = hereNever ? 'not-allowed-here' : failed ? device.problem : null;
  return {
    label: on ? faces.stop : faces.start,
    icon: on || faces.kind === 'screen' ? faces.icon : `${faces.icon}-off`,
    busy: device.status === 'starting',
    hint: problem === null ? null : captureSentence(faces.kind, problem),
    problem: failed && !hereNever,
    unavailable: hereNever && !on,
  };
}

const wanted = (device: DeviceModel) => device.wanted && device.status !== 'failed';

/** The microphone's button. */
export function microphoneControl({ microphone, allowed }: DevicesModel): ControlModel {
  const on = wanted(microphone);
  const { mute, unmute } = strings.controls;
  const control = face(microphone, allowed, on, {
    kind: 'microphone',
    start: unmute,
    stop: mute,
    icon: 'mic',
  });
  return { ...control, tone: on || control.unavailable === true ? 'plain' : 'off' };
}

/** The camera's button. */
export function cameraControl({ camera, allowed }: DevicesModel): ControlModel {
  const on = wanted(camera);
  const { startCamera, stopCamera } = strings.controls;
  const faces = {
    kind: 'camera',
    start: startCamera,
    stop: stopCamera,
    icon: 'device-camera-video',
  } as const;
  const control = face(camera, allowed, on, faces);
  return { ...control, tone: on || control.unavailable === true ? 'plain' : 'off' };
}

/** The button that shares one's screen; `presenting` is whether oneself does. */
export function screenControl({ screen, allowed }: DevicesModel, presenting: boolean): ControlModel {
  const on = presenting || screen.status === 'on';
  const { share, stopSharing } = strings.controls;
  const faces = { kind: 'screen', start: share, stop: stopSharing, icon: 'device-desktop' } as const;
  return { ...face(screen, allowed, on, faces), tone: on ? 'active' : 'plain' };
}
