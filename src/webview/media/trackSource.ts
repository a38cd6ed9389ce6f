import type { ChosenDevices } from '../../shared/stageRpc.ts';
import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';

/**
 * Where this participant's tracks come from. The engine says what it wants and is told what is; it cannot tell whether
 * the page captures by itself or another page does it.
 */
export interface TrackSource {
  readonly devices: DevicesModel;
  /** What is to be sent now: a muted microphone and a stopped camera are null. */
  readonly tracks: LocalTracks;
  /** Calls back after every change of `devices` or `tracks`; gives the way to stop. */
  onChange(listener: () => void): () => void;
  /** States a wish. Wishes may change at any rate: the source works towards the last one. */
  want(device: 'microphone' | 'camera', on: boolean): void;
  choose(chosen: ChosenDevices): void;
  /** Asks the person for a screen; must be called within their click. Resolves to whether one is captured, or on its way. */
  startScreen(): Promise<boolean>;
  stopScreen(): void;
  /** Opens what has to be open for capturing (again): the stage, where there is one. */
  open(): void;
  /** Puts a link to it on the clipboard, for a browser that cannot be opened from here. */
  copyLink(): void;
  /** Others' sound, to be played where the microphone is captured. Whole, after every change. */
  hear(tracks: readonly MediaStreamTrack[]): void;
  dispose(): void;
}
