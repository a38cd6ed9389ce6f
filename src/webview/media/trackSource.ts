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
  /** Asks the person for a screen; must be called within their click. Resolves to whether one is captured. */
  startScreen(): Promise<boolean>;
  stopScreen(): void;
  dispose(): void;
}
