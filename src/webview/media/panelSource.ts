import type { ChosenDevices } from '../../shared/stageRpc.ts';
import type { DevicesModel } from '../model.ts';
import type { LocalTracks } from '../rtc/mediaSlots.ts';
import { LocalDevices } from './localDevices.ts';
import { ScreenControl } from './screenControl.ts';
import type { TrackSource } from './trackSource.ts';

/** Devices captured by the page itself, where the page may: code-server, and wherever a webview is given the right. */
export class PanelSource implements TrackSource {
  readonly #listeners = new Set<() => void>();
  readonly #devices = new LocalDevices('unless-unasked', () => this.#changed());
  readonly #screen = new ScreenControl(() => this.#changed());

  get devices(): DevicesModel {
    const { allowed, microphone, camera, choices, chosen } = this.#devices;
    const screen = this.#screen.model;
    return {
      allowed,
      microphone,
      camera,
      screen,
      choices,
      chosen,
      stage: null,
      screenStage: null,
      voices: 'here',
    };
  }

  get tracks(): LocalTracks {
    return {
      microphone: this.#devices.microphone.track,
      camera: this.#devices.camera.track,
      screen: this.#screen.model.track,
      screenAudio: this.#screen.audio,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  want(device: 'microphone' | 'camera', on: boolean): void {
    this.#devices.want(device, on);
  }

  choose(chosen: ChosenDevices): void {
    this.#devices.choose(chosen);
  }

  startScreen(): Promise<boolean> {
    return this.#screen.start();
  }

  stopScreen(): void {
    this.#screen.stop();
  }

  /** Nothing to open: this page captures. */
  open(): void {
    this.#changed();
  }

  copyLink(): void {
    this.#changed();
  }

  /** The views play what is heard here. */
  hear(): void {
    // Nothing to hand on.
  }

  dispose(): void {
    this.#listeners.clear();
    this.#devices.dispose();
    this.#screen.dispose();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
