import type { DeviceReport, StagePurpose, StageReport } from '../../shared/stageRpc.ts';
import type { DeviceModel, StageModel } from '../model.ts';
import type { StageConnection } from './stageConnection.ts';

/** One stage: asked for, connected, or lost. */
export interface Stage {
  readonly purpose: StagePurpose;
  id: string | null;
  status: StageModel['status'];
  /** The extension host is being asked for it. */
  asking: boolean;
  /** Counts what was asked for and cancelled: an answer to anything but the last is nobody's. */
  attempt: number;
  /** Its link was asked for before there was one. */
  copies: boolean;
  /** VS Code's integrated browser was of no use: the page is, or is to be, in the system's. */
  instead: boolean;
  /** Its page lets wait for itself; set by `lateTimer`. */
  late: boolean;
  lateTimer: ReturnType<typeof setTimeout> | undefined;
  connection: StageConnection | null;
  report: StageReport | null;
}

const OFF: DeviceReport = { status: 'off', problem: null };

/** A stage that nobody has asked for. */
export function makeStage(purpose: StagePurpose): Stage {
  return {
    purpose,
    id: null,
    status: 'none',
    asking: false,
    attempt: 0,
    copies: false,
    instead: false,
    late: false,
    lateTimer: undefined,
    connection: null,
    report: null,
  };
}

/** Whether a page that was asked for devices was not refused them as such. */
export function mayCapture({ microphone, camera }: StageReport): boolean {
  return microphone.problem !== 'not-allowed-here' && camera.problem !== 'not-allowed-here';
}

/** The stage as the views show it. */
export function stageModel({ status, instead, late }: Stage): StageModel {
  return { status, instead, late: late && status === 'opening' };
}

/** What a stage captures, while it can be received. */
export function tracksOf({ connection }: Stage): StageConnection['tracks'] | null {
  return connection?.connected ? connection.tracks : null;
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
