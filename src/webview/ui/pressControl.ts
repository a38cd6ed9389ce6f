import type { PressAnswer, PressedControl } from '../../shared/hostRpc.ts';
import type { MeetingView } from '../model.ts';
import { cameraControl, microphoneControl, pressOf } from './deviceControls.ts';
import { strings } from './strings.ts';

const CONTROLS = { microphone: microphoneControl, camera: cameraControl } as const;

/**
 * Presses a button of the bar: what its own click does, and a command of VS Code while the panel may be out of sight. Says
 * what came of it, for who cannot see the button.
 */
export function pressControl(
  what: PressedControl,
  { model, actions }: Pick<MeetingView, 'model' | 'actions'>,
): PressAnswer {
  if (model.phase !== 'in') return { outcome: 'out', hint: null };
  if (what === 'hand') {
    actions.setHand(!model.hand);
    return { outcome: model.hand ? 'off' : 'on', hint: null };
  }
  const { devices } = model;
  const control = CONTROLS[what];
  const { unavailable, hint } = control(devices, 'meeting');
  if (unavailable === true) return { outcome: 'unavailable', hint: hint ?? null };
  const { on, open } = pressOf(what, devices, 'meeting');
  if (what === 'microphone') actions.setMicrophone(on);
  else actions.setCamera(on);
  if (open) actions.openStage();
  if (!on) return { outcome: 'off', hint: null };
  const pending = open || control(withWish(what, devices), 'meeting').tone === 'pending';
  return pending
    ? { outcome: 'pending', hint: strings.stage.startsWithStage }
    : { outcome: 'on', hint: null };
}

function withWish(
  what: 'microphone' | 'camera',
  devices: MeetingView['model']['devices'],
): MeetingView['model']['devices'] {
  return { ...devices, [what]: { ...devices[what], status: 'off', wanted: true } };
}
