import type { ChosenDevices, DeviceChoice, DeviceKind, StagePurpose } from '../shared/stageRpc.ts';
import type { DeviceModel } from './model.ts';

// What the stage's page shows, and what a person can do in it; the counterpart of model.ts.

/**
 * How the page stands to VS Code. `connecting`: on its way, also after a loss; `connected`; `refused`: the address is
 * used up or too old; `taken-over`: another tab does this now; `over`: the meeting, or the share, has ended; `no-webrtc`:
 * the browser, or a policy of who runs the machine, does not let pages connect.
 */
export type StageLinkStatus = 'connecting' | 'connected' | 'refused' | 'taken-over' | 'over' | 'no-webrtc';

/** All that a stage shows; immutable, a new one for every change. */
export interface StagePageModel {
  readonly link: StageLinkStatus;
  /** Null until VS Code has said what the page is for. */
  readonly purpose: StagePurpose | null;
  /** The meeting, e.g. "Alice's meeting". */
  readonly title: string;
  /** Whether the one click was made. */
  readonly started: boolean;
  readonly microphone: DeviceModel;
  readonly camera: DeviceModel;
  readonly screen: DeviceModel;
  readonly choices: readonly DeviceChoice[];
  readonly chosen: ChosenDevices;
  /** How many sounds are heard here: voices, and that of a shared screen. */
  readonly voices: number;
  /** The browser plays nothing without another click. */
  readonly soundBlocked: boolean;
}

/** What a person can do in a stage. None of them throws. */
export interface StagePageActions {
  /** The one click: starts camera and microphone; must be called within it. */
  start(): void;
  /** Asks for a screen; must be called within a click. */
  startScreen(): void;
  stopScreen(): void;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  chooseDevice(kind: DeviceKind, id: string | null): void;
  /** Plays what the browser held back; must be called within a click. */
  turnOnSound(): void;
  leave(): void;
}

/** The stage's engine as its views see it. */
export interface StagePageView {
  readonly model: StagePageModel;
  readonly actions: StagePageActions;
  /** Calls back after every change, at most once a microtask; gives the way to stop. */
  subscribe(listener: (model: StagePageModel) => void): () => void;
}
