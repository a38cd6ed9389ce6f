import type { DeviceReport, StageReport } from '../../shared/stageRpc.ts';
import type { DeviceModel } from '../model.ts';

const OFF: DeviceReport = { status: 'off', problem: null };

/** Whether a page that was asked for devices was not refused them as such. */
export function mayCapture({ microphone, camera }: StageReport): boolean {
  return microphone.problem !== 'not-allowed-here' && camera.problem !== 'not-allowed-here';
}

/** Devices that failed between two reports; one that was asked for again since the first is not told of twice. */
export function newlyFailed(before: StageReport | null, report: StageReport): ('microphone' | 'camera')[] {
  return (['microphone', 'camera'] as const).filter(
    (device) => report[device].status === 'failed' && before?.[device].status !== 'failed',
  );
}

/** A device is on when it is wanted, the stage says so, and its track is here. */
export function deviceModel(
  wanted: boolean,
  report: DeviceReport = OFF,
  track: MediaStreamTrack | null,
): DeviceModel {
  const on = wanted && report.status === 'on' && track !== null;
  const failed = report.status === 'failed';
  const status = on ? 'on' : failed ? 'failed' : wanted && report.status !== 'off' ? 'starting' : 'off';
  return {
    wanted: wanted && report.status !== 'failed',
    status,
    problem: report.problem,
    track: on ? track : null,
  };
}
