import type { CaptureProblem } from '../../shared/stageRpc.ts';
import type { DeviceModel } from '../model.ts';
import { captureProblem } from './captureProblem.ts';

/** How a device is opened; rejects as `getUserMedia` does. */
export type OpenDevice = () => Promise<MediaStreamTrack>;

/**
 * One microphone or camera, reconciled: it remembers what is wanted and takes one step at a time towards it, so that
 * clicks in quick order, a slow prompt and a device that is pulled out all end in a state that is shown truly.
 */
export class DeviceControl {
  readonly #open: OpenDevice;
  readonly #onChange: () => void;
  /** A device that stays open while off is back at once, silent at its source meanwhile; else off means released. */
  readonly #keepOpen: boolean;
  #wanted = false;
  #track: MediaStreamTrack | null = null;
  #problem: CaptureProblem | null = null;
  #working = false;
  #disposed = false;
  /** Counts choices: what was asked for before another choice is not wanted when it comes. */
  #choice = 0;

  constructor(open: OpenDevice, keepOpen: boolean, onChange: () => void) {
    this.#open = open;
    this.#keepOpen = keepOpen;
    this.#onChange = onChange;
  }

  /** The device as the views show it. */
  get model(): DeviceModel {
    const on = this.#wanted && this.#track !== null;
    return {
      wanted: this.#wanted,
      status: on ? 'on' : this.#problem ? 'failed' : this.#wanted ? 'starting' : 'off',
      problem: this.#problem,
      track: on ? this.#track : null,
    };
  }

  /** States what is wanted; wanting a failed device again tries again. */
  want(on: boolean): void {
    this.#wanted = on;
    this.#problem = null;
    void this.#reconcile();
    this.#onChange();
  }

  /** Opens the device anew, because another one was chosen; one that is off stays off. */
  reopen(): void {
    this.#choice += 1;
    this.#release();
    this.want(this.#wanted);
  }

  /** Off, and not kept open either. */
  letGo(): void {
    this.#choice += 1;
    this.want(false);
    this.#release();
  }

  dispose(): void {
    this.#disposed = true;
    this.#release();
  }

  async #reconcile(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (!this.#disposed && this.#step()) await this.#openOnce();
    this.#working = false;
  }

  /** Does what needs no waiting; true when a device has to be opened. */
  #step(): boolean {
    if (this.#track && this.#wanted) this.#track.enabled = true;
    else if (this.#track && this.#keepOpen) this.#track.enabled = false;
    else if (this.#track) this.#release();
    return this.#wanted && !this.#track && !this.#problem;
  }

  async #openOnce(): Promise<void> {
    const choice = this.#choice;
    try {
      const track = await this.#open();
      if (this.#disposed || choice !== this.#choice) {
        track.stop();
        return;
      }
      track.onended = () => this.#onEnded(track);
      this.#track = track;
    } catch (error) {
      if (choice !== this.#choice) return;
      this.#problem = captureProblem(error);
      this.#wanted = false;
    }
    this.#step();
    this.#onChange();
  }

  #onEnded(track: MediaStreamTrack): void {
    if (this.#track !== track) return;
    this.#track = null;
    if (this.#wanted) this.#problem = 'ended';
    this.#wanted = false;
    this.#onChange();
  }

  #release(): void {
    if (!this.#track) return;
    this.#track.onended = null;
    this.#track.stop();
    this.#track = null;
  }
}
