import type { SetupAction } from '../../shared/setupRpc.ts';

/** What a person can do about a check, in the page or through the extension host. */
export type CheckAction = SetupAction | 'open-stage' | 'copy-stage-link';

/** What came of a check: one sentence, and what to do when it is not well. */
export interface Verdict {
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly sentence: string;
  readonly advice?: string;
  readonly actions?: readonly CheckAction[];
}

/** What a running check may use. */
export interface CheckContext {
  /** Aborts when the test is stopped. */
  readonly signal: AbortSignal;
  /** Says how far it is, and what the person has to do for it to go on. */
  readonly tell: (sentence: string, actions?: readonly CheckAction[]) => void;
}

/** One small thing that is tried. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Whatever goes wrong is a verdict; a rejection is a fault of the check itself. */
  readonly run: (context: CheckContext) => Promise<Verdict>;
}

/** A check as it is shown and reported. */
export interface CheckRow {
  readonly id: string;
  readonly title: string;
  readonly state: 'waiting' | 'running' | Verdict['state'];
  /** Empty while there is nothing to say. */
  readonly sentence: string;
  readonly advice: string;
  readonly actions: readonly CheckAction[];
}
