import type { CheckAction, CheckRow } from './check.ts';

/** The whole of what the page of "Test My Setup" shows. */
export interface SetupModel {
  /** `gone`: the test belongs to a page before this one. `broken`: it could not be run. */
  readonly phase: 'starting' | 'running' | 'done' | 'gone' | 'broken';
  /** The person has stopped it; what is told is what was known by then. */
  readonly stopped: boolean;
  readonly checks: readonly CheckRow[];
  readonly copied: 'no' | 'yes' | 'failed';
}

/** What the views may ask for. */
export interface SetupActions {
  stop(): void;
  again(): void;
  copyReport(): void;
  act(action: CheckAction): void;
}
