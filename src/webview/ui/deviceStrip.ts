import type { CaptureProblem } from '../../shared/stageRpc.ts';
import type { DevicesModel } from '../model.ts';
import { captureSentence, strings } from './strings.ts';

/** What somebody can do something about, and did not choose. Without a camera people join as they are. */
const TOLD: ReadonlySet<CaptureProblem> = new Set(['denied', 'not-allowed-here', 'busy']);

/** Own devices that were wanted and cannot be used: a sentence, and which of them to try again. */
export interface BlockedDevices {
  readonly text: string;
  readonly retry: readonly ('microphone' | 'camera')[];
}

/** What is said above the meeting about devices that cannot be used; null when there is nothing to say. */
export function blockedDevices(
  devices: Pick<DevicesModel, 'stage' | 'microphone' | 'camera'>,
): BlockedDevices | null {
  const where = devices.stage ? 'stage' : 'panel';
  const retry = (['camera', 'microphone'] as const).filter((kind) => {
    const { status, problem } = devices[kind];
    return status === 'failed' && problem !== null && TOLD.has(problem);
  });
  if (retry.length === 0) return null;
  if (retry.length === 2 && retry.every((kind) => devices[kind].problem === 'denied'))
    return { text: strings.devices.bothBlocked[where], retry };
  const sentences = retry.map((kind) => captureSentence(kind, devices[kind].problem ?? 'unknown', where));
  return { text: sentences.join(' '), retry };
}
