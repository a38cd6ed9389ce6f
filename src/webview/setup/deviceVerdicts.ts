import type { CaptureProblem } from '../../shared/stageRpc.ts';
import type { StageModel } from '../model.ts';
import { captureSentence } from '../ui/strings.ts';
import type { Verdict } from './check.ts';
import type { FrameFacts, SoundFacts } from './samples.ts';

/** Where devices are captured. */
export type CapturedBy = 'panel' | 'stage';

/** What came of waiting for the page of the system's browser. */
export function stageVerdict(allowed: boolean, stage: StageModel | null): Verdict {
  if (allowed) {
    return {
      state: 'skipped',
      sentence: 'Not needed: VS Code lets this panel use camera and microphone itself.',
    };
  }
  switch (stage?.status) {
    case 'live':
      return { state: 'ok', sentence: 'A page opened in your browser and is connected to this panel.' };
    case 'waiting':
      return {
        state: 'warning',
        sentence: 'A page opened in your browser and is connected, but nobody pressed Start there.',
        advice: 'Run the test again and press Start in the page.',
      };
    case 'lost':
      return {
        state: 'failed',
        sentence: 'The page in your browser was closed, or lost its connection to VS Code.',
        advice: 'Run the test again and leave the page open.',
      };
    case 'no-browser':
      return {
        state: 'failed',
        sentence: 'No browser could be opened.',
        advice:
          'Set a default browser in your system. In a meeting, “Copy link” lets you open the page in any browser of this machine.',
      };
    case 'opening':
    case 'none':
    case undefined:
      return {
        state: 'failed',
        sentence: 'No page of your browser has reached VS Code.',
        advice:
          'If a page opened and stayed empty, a proxy or security software may hold back 127.0.0.1: copy the link into another browser.',
      };
  }
}

/** The device itself gave nothing. */
export function noDeviceVerdict(
  kind: 'camera' | 'microphone',
  problem: CaptureProblem | 'nobody',
  by: CapturedBy,
): Verdict {
  if (problem === 'nobody') {
    return {
      state: 'skipped',
      sentence: `The ${kind} could not be tried without the page in your browser.`,
    };
  }
  return {
    state: 'failed',
    sentence: captureSentence(kind, problem, by),
    advice: 'You can still join without it.',
  };
}

/** Whether pictures come. @param facts null where the browser cannot tell. */
export function cameraVerdict(facts: FrameFacts | null): Verdict {
  if (!facts) return { state: 'ok', sentence: 'It opens. This browser cannot tell whether pictures come.' };
  const { frames, width, height } = facts;
  if (frames > 0) return { state: 'ok', sentence: `Pictures come, ${String(width)} × ${String(height)}.` };
  return {
    state: 'failed',
    sentence: 'It opens, but no picture comes.',
    advice: 'Close other programs that use it, open its cover, or plug it in again.',
  };
}

/** Whether sound comes. @param facts null where the browser cannot tell. */
export function microphoneVerdict(facts: SoundFacts | null): Verdict {
  if (!facts)
    return { state: 'ok', sentence: 'It opens. This browser cannot tell whether it hears anything.' };
  const { samples, peak } = facts;
  if (samples === 0)
    return {
      state: 'failed',
      sentence: 'It opens, but no sound comes.',
      advice: 'Close other programs that use it, or plug it in again.',
    };
  if (peak >= 0.01) return { state: 'ok', sentence: 'It hears something.' };
  return {
    state: 'warning',
    sentence: peak === 0 ? 'It opens, but is silent.' : 'It opens, but hardly hears anything.',
    advice: 'If you spoke: look for a mute switch, and at the input level in your system’s sound settings.',
  };
}
